package framework

import (
	"context"
	"path"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	client "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	kubeapiservertesting "k8s.io/kubernetes/cmd/kube-apiserver/app/testing"
	"k8s.io/kubernetes/pkg/controlplane"
)

type TestServerSetup struct {
	ModifyServerRunOptions func(*options.ServerRunOptions)
	ModifyServerConfig     func(*controlplane.Config)
}

type TearDownFunc func()

func StartTestServer(ctx context.Context, t testing.TB, setup TestServerSetup) (client.Interface, *rest.Config, TearDownFunc) {
	t.Helper()
	if setup.ModifyServerConfig != nil {
		t.Skipf("KUBETS-SKIP wants Go internals of the server")
	}
	opts := options.NewServerRunOptions()
	opts.Etcd.StorageConfig.Prefix = path.Join("/", uuid.New().String(), "registry")
	opts.Etcd.StorageConfig.Transport.ServerList = []string{GetEtcdURL()}
	opts.ServiceClusterIPRanges = "10.0.0.0/24"
	opts.Authorization.Modes = []string{"Node", "RBAC"}
	if setup.ModifyServerRunOptions != nil {
		setup.ModifyServerRunOptions(opts)
	}
	run, err := kubeapiservertesting.StartWith(t.Logf, t.Name(), opts, nil)
	if err != nil {
		t.Fatal(err)
	}
	config := run.Config
	config.CAData = nil
	config.CAFile = filepath.Join(run.PKI, "ca.crt")
	t.Cleanup(run.Stop)
	c, err := client.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, config, run.Stop
}
