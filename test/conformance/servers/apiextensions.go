package testing

import (
	"os"

	"github.com/spf13/pflag"
	extensionsapiserver "k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	restclient "k8s.io/client-go/rest"
)

type TearDownFunc func()

type TestServerInstanceOptions struct{}

type TestServer struct {
	ClientConfig    *restclient.Config
	ServerOpts      *options.CustomResourceDefinitionsServerOptions
	TearDownFn      TearDownFunc
	TmpDir          string
	CompletedConfig extensionsapiserver.CompletedConfig
}

type Logger interface {
	Errorf(format string, args ...interface{})
	Fatalf(format string, args ...interface{})
	Logf(format string, args ...interface{})
}

func NewDefaultTestServerOptions() *TestServerInstanceOptions { return &TestServerInstanceOptions{} }

func StartTestServer(t Logger, _ *TestServerInstanceOptions, customFlags []string, storageConfig *storagebackend.Config) (result TestServer, err error) {
	if result.TmpDir, err = os.MkdirTemp("", "apiextensions-apiserver"); err != nil {
		return result, err
	}
	s := options.NewCustomResourceDefinitionsServerOptions(os.Stdout, os.Stderr)
	fs := pflag.NewFlagSet("test", pflag.PanicOnError)
	s.AddFlags(fs)
	if storageConfig != nil {
		s.RecommendedOptions.Etcd.StorageConfig = *storageConfig
	}
	fs.Parse(customFlags)
	for name, spec := range utilfeature.DefaultMutableFeatureGate.GetAll() {
		if utilfeature.DefaultFeatureGate.Enabled(name) != spec.Default {
			t.Logf("KUBETS-GATE %s=%v", name, !spec.Default)
		}
	}
	reference := pflag.NewFlagSet("reference", pflag.PanicOnError)
	options.NewCustomResourceDefinitionsServerOptions(os.Stdout, os.Stderr).AddFlags(reference)
	changed := ChangedFlags([]*pflag.FlagSet{fs}, []*pflag.FlagSet{reference})
	name := "unnamed"
	if named, ok := t.(interface{ Name() string }); ok {
		name = named.Name()
	}
	run, err := StartKubets(t.Logf, name, changed)
	if err != nil {
		return result, err
	}
	s.RecommendedOptions.SecureServing.BindPort = run.Port
	result.ClientConfig = run.Config
	result.ServerOpts = s
	result.TearDownFn = func() {
		run.Stop()
		os.RemoveAll(result.TmpDir)
	}
	if cleaned, ok := t.(interface{ Cleanup(func()) }); ok {
		cleaned.Cleanup(run.Stop)
	}
	return result, nil
}

func StartTestServerOrDie(t Logger, instanceOptions *TestServerInstanceOptions, flags []string, storageConfig *storagebackend.Config) *TestServer {
	result, err := StartTestServer(t, instanceOptions, flags, storageConfig)
	if err != nil {
		t.Fatalf("failed to launch server: %v", err)
	}
	return &result
}
