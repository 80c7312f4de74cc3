// An operator of controller-runtime with all that operators have: leader election, a cache, owned objects, a finalizer, conditions, events,
// and webhooks that default, validate and convert. KUBECONFIG, POD_NAME (its identity), WEBHOOK_PORT, CERT_DIR and IMAGE are set.
package main

import (
	"net/http"
	"os"
	"strconv"
	"time"

	apps "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

func main() {
	log.SetLogger(zap.New(zap.UseDevMode(true)))
	scheme := runtime.NewScheme()
	must(clientscheme.AddToScheme(scheme))
	must(schemeBuilder.AddToScheme(scheme))
	config := ctrl.GetConfigOrDie()
	// Protobuf where there is one: of shops the server has none and says JSON.
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	port, err := strconv.Atoi(os.Getenv("WEBHOOK_PORT"))
	must(err)
	lease, renew, retry := 4*time.Second, 3*time.Second, 500*time.Millisecond
	lock, err := resourcelock.NewFromKubeconfig(resourcelock.LeasesResourceLock, "default", "shops.operator.kubets.test",
		resourcelock.ResourceLockConfig{Identity: os.Getenv("POD_NAME")}, config, renew)
	must(err)
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                              scheme,
		LeaderElection:                      true,
		LeaderElectionResourceLockInterface: lock, LeaderElectionReleaseOnCancel: true,
		LeaseDuration: &lease, RenewDeadline: &renew, RetryPeriod: &retry,
		Metrics:                server.Options{BindAddress: "0"},
		HealthProbeBindAddress: "0",
		Cache:                  cache.Options{DefaultNamespaces: map[string]cache.Config{"shops": {}}},
		WebhookServer:          webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: port, CertDir: os.Getenv("CERT_DIR")}),
	})
	must(err)
	must(manager.AddHealthzCheck("ping", healthz.Ping))
	must(ctrl.NewControllerManagedBy(manager).For(&Shop{}).Owns(&apps.Deployment{}).Complete(&shops{
		Client: manager.GetClient(), events: manager.GetEventRecorder("shops"), identity: os.Getenv("POD_NAME"), image: os.Getenv("IMAGE"),
	}))
	must(ctrl.NewWebhookManagedBy(manager, &Shop{}).WithDefaulter(defaulter{}).WithValidator(validator{}).Complete())
	manager.GetWebhookServer().Register("/convert", http.HandlerFunc(convert))
	must(manager.Start(ctrl.SetupSignalHandler()))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
