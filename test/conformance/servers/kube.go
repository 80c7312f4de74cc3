package testing

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	clientv3 "go.etcd.io/etcd/client/v3"

	serveroptions "k8s.io/apiserver/pkg/server/options"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/apiserver/pkg/storageversion"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	restclient "k8s.io/client-go/rest"
	testutil "k8s.io/kubernetes/test/utils"
	"k8s.io/kubernetes/test/utils/ktesting"

	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

// Names and shapes are what the tests use of upstream's package of this path.

type TearDownFunc func()

type TestServerInstanceOptions struct {
	SkipHealthzCheck       bool
	EnableCertAuth         bool
	StorageVersionWrapFunc func(storageversion.Manager) storageversion.Manager
	ProxyCA                *ProxyCA
	BinaryVersion          string
	RequestTimeout         time.Duration
}

type TestServer struct {
	ClientConfig      *restclient.Config
	ServerOpts        *options.ServerRunOptions
	TearDownFn        TearDownFunc
	TmpDir            string
	EtcdClient        *clientv3.Client
	EtcdStoragePrefix string
}

type Logger interface {
	Helper()
	Errorf(format string, args ...interface{})
	Fatalf(format string, args ...interface{})
	Logf(format string, args ...interface{})
	Cleanup(func())
}

type ProxyCA struct {
	ProxySigningCert *x509.Certificate
	ProxySigningKey  *rsa.PrivateKey
}

func NewDefaultTestServerOptions() *TestServerInstanceOptions {
	return &TestServerInstanceOptions{EnableCertAuth: true}
}

// LogGates says which features a test switched.
func LogGates(logf func(string, ...interface{})) {
	for name, spec := range utilfeature.DefaultMutableFeatureGate.GetAll() {
		if utilfeature.DefaultFeatureGate.Enabled(name) != spec.Default {
			logf("KUBETS-GATE %s=%v", name, !spec.Default)
		}
	}
}

func sets(s *options.ServerRunOptions) []*pflag.FlagSet {
	var all []*pflag.FlagSet
	flags := s.Flags()
	for _, set := range flags.FlagSets {
		all = append(all, set)
	}
	return all
}

// StartWith starts kubets as a set of upstream's options says.
func StartWith(logf func(string, ...interface{}), name string, s *options.ServerRunOptions, more KubetsFlags) (*KubetsRun, error) {
	LogGates(logf)
	changed := ChangedFlags(sets(s), sets(options.NewServerRunOptions()))
	for flag, values := range more {
		changed[flag] = values
	}
	return StartKubets(logf, name, changed)
}

func StartTestServer(t ktesting.TB, instanceOptions *TestServerInstanceOptions, customFlags []string, storageConfig *storagebackend.Config) (result TestServer, err error) {
	t.Helper()
	if instanceOptions == nil {
		instanceOptions = NewDefaultTestServerOptions()
	}
	if instanceOptions.StorageVersionWrapFunc != nil || instanceOptions.BinaryVersion != "" {
		t.Skipf("KUBETS-SKIP wants Go internals of the server")
	}
	if result.TmpDir, err = os.MkdirTemp("", "kubernetes-kube-apiserver"); err != nil {
		return result, err
	}
	s := options.NewServerRunOptions()
	fs := pflag.NewFlagSet("test", pflag.PanicOnError)
	for _, f := range sets(s) {
		fs.AddFlagSet(f)
	}
	if err := fs.Parse(customFlags); err != nil {
		return result, err
	}
	parsed := ChangedFlags([]*pflag.FlagSet{fs}, sets(options.NewServerRunOptions()))
	more := KubetsFlags{}
	if _, given := parsed["service-cluster-ip-range"]; !given {
		more["service-cluster-ip-range"] = []string{"10.0.0.0/16"}
	}
	if storageConfig != nil {
		s.Etcd.StorageConfig = *storageConfig
	}
	for _, f := range customFlags {
		if name, value, ok := strings.Cut(strings.TrimLeft(f, "-"), "="); ok && (name == "oidc-required-claim" || name == "emulated-version" || name == "feature-gates") {
			more[name] = append(more[name], value)
		}
	}
	s.SecureServing.ServerCert.CertDirectory = result.TmpDir
	if instanceOptions.EnableCertAuth {
		reqHeaders := serveroptions.NewDelegatingAuthenticationOptions()
		ca := instanceOptions.ProxyCA
		if ca != nil {
			file := filepath.Join(result.TmpDir, "proxy-ca.crt")
			if err := os.WriteFile(file, testutil.EncodeCertPEM(ca.ProxySigningCert), 0644); err != nil {
				return result, err
			}
			more["requestheader-client-ca-file"] = []string{file}
			more["requestheader-allowed-names"] = []string{"ash,misty,brock"}
			for flag, values := range map[string][]string{
				"requestheader-username-headers":     reqHeaders.RequestHeader.UsernameHeaders,
				"requestheader-uid-headers":          reqHeaders.RequestHeader.UIDHeaders,
				"requestheader-group-headers":        reqHeaders.RequestHeader.GroupHeaders,
				"requestheader-extra-headers-prefix": reqHeaders.RequestHeader.ExtraHeaderPrefixes,
			} {
				if _, given := parsed[flag]; !given && len(values) > 0 {
					more[flag] = []string{strings.Join(values, ",")}
				}
			}
		}
	}
	if instanceOptions.RequestTimeout > 0 {
		more["request-timeout"] = []string{instanceOptions.RequestTimeout.String()}
	}
	name := "unnamed"
	if named, ok := t.(interface{ Name() string }); ok {
		name = named.Name()
	}
	run, err := StartWith(t.Logf, name, s, more)
	if err != nil {
		os.RemoveAll(result.TmpDir)
		return result, err
	}
	s.SecureServing.BindPort = run.Port
	s.SecureServing.ServerCert.CertKey.CertFile = filepath.Join(run.PKI, "apiserver.crt")
	s.SecureServing.ServerCert.CertKey.KeyFile = filepath.Join(run.PKI, "apiserver.key")
	s.GenericServerRunOptions.AdvertiseAddress = net.ParseIP("127.0.0.1")
	result.ClientConfig = run.Config
	result.ServerOpts = s
	result.EtcdStoragePrefix = s.Etcd.StorageConfig.Prefix
	stopEtcd := func() {}
	if os.Getenv("KUBETS_STORE") == "etcd" {
		c, _, err := GetEtcdClients(s.Etcd.StorageConfig.Transport)
		if err != nil {
			return result, err
		}
		result.EtcdClient = c
		stopEtcd = func() { c.Close() }
	}
	result.TearDownFn = func() {
		run.Stop()
		stopEtcd()
		os.RemoveAll(result.TmpDir)
	}
	t.Cleanup(run.Stop)
	return result, nil
}

func GetEtcdClients(config storagebackend.TransportConfig) (*clientv3.Client, clientv3.KV, error) {
	c, err := clientv3.New(clientv3.Config{Endpoints: config.ServerList, DialTimeout: 20 * time.Second})
	if err != nil {
		return nil, nil, fmt.Errorf("etcd: %w", err)
	}
	return c, clientv3.NewKV(c), nil
}

func StartTestServerOrDie(t testing.TB, instanceOptions *TestServerInstanceOptions, flags []string, storageConfig *storagebackend.Config) *TestServer {
	t.Helper()
	result, err := StartTestServer(t, instanceOptions, flags, storageConfig)
	if err != nil {
		t.Fatalf("failed to launch server: %v", err)
	}
	return &result
}
