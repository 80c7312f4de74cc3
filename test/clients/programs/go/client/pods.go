package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	core "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/transport/spdy"
)

// podSteps want nodes: without IMAGE they are not made.
var podSteps = stepsOfPods()

func stepsOfPods() []step {
	if os.Getenv("IMAGE") == "" {
		return nil
	}
	return []step{
		{"a pod", func(w *world) {
			pods := w.typed.CoreV1().Pods(namespace)
			command := "mkdir /www; echo hello > /www/index.html; echo started; exec httpd -f -p 8080 -h /www"
			pod := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: "web"}, Spec: core.PodSpec{
				TerminationGracePeriodSeconds: pointer(int64(0)),
				Containers:                    []core.Container{{Name: "web", Image: os.Getenv("IMAGE"), Command: []string{"sh", "-c", command}}},
			}}
			got(pods.Create(w.ctx, pod, meta.CreateOptions{}))
			until("the pod", func() bool { return got(pods.Get(w.ctx, "web", meta.GetOptions{})).Status.Phase == core.PodRunning })
			until("the log", func() bool {
				return string(got(pods.GetLogs("web", &core.PodLogOptions{}).DoRaw(w.ctx))) == "started\n"
			})
		}},
		{"exec by WebSocket and by SPDY", func(w *world) {
			request := w.typed.CoreV1().RESTClient().Post().Namespace(namespace).Resource("pods").Name("web").SubResource("exec").
				VersionedParams(&core.PodExecOptions{Command: []string{"sh", "-c", "cat; echo said >&2; exit 3"}, Stdin: true, Stdout: true, Stderr: true}, scheme.ParameterCodec)
			webSocket := got(remotecommand.NewWebSocketExecutor(w.config, "GET", request.URL().String()))
			overSPDY := got(remotecommand.NewSPDYExecutor(w.config, "POST", request.URL()))
			long := strings.Repeat("kubets ", 100_000)
			for _, executor := range []remotecommand.Executor{webSocket, overSPDY} {
				var out, err bytes.Buffer
				failed := executor.StreamWithContext(w.ctx, remotecommand.StreamOptions{Stdin: strings.NewReader(long), Stdout: &out, Stderr: &err})
				check(failed != nil && failed.Error() == "command terminated with exit code 3", "%v", failed)
				check(out.String() == long && err.String() == "said\n", "%d bytes, %q", out.Len(), err.String())
			}
		}},
		{"forwarded port", func(w *world) {
			request := w.typed.CoreV1().RESTClient().Post().Namespace(namespace).Resource("pods").Name("web").SubResource("portforward")
			tripper, upgrader, err := spdy.RoundTripperFor(w.config)
			must(err)
			overSPDY := spdy.NewDialer(upgrader, &http.Client{Transport: tripper}, "POST", request.URL())
			tunnel := got(portforward.NewSPDYOverWebsocketDialer(request.URL(), w.config))
			for _, dialer := range []httpstream.Dialer{overSPDY, tunnel} {
				stop, ready := make(chan struct{}), make(chan struct{})
				forwarder := got(portforward.NewOnAddresses(dialer, []string{"127.0.0.1"}, []string{"0:8080"}, stop, ready, io.Discard, os.Stderr))
				ended := make(chan error, 1)
				go func() { ended <- forwarder.ForwardPorts() }()
				<-ready
				local := got(forwarder.GetPorts())[0].Local
				for range 3 {
					response := got(http.Get(fmt.Sprintf("http://127.0.0.1:%d/index.html", local)))
					check(string(got(io.ReadAll(response.Body))) == "hello\n", "another page")
				}
				close(stop)
				must(<-ended)
			}
		}},
		{"a pod by proxy", func(w *world) {
			page := got(w.typed.CoreV1().Pods(namespace).ProxyGet("http", "web", "8080", "index.html", nil).DoRaw(w.ctx))
			check(string(page) == "hello\n", "%s", page)
		}},
		{"eviction", func(w *world) {
			must(w.typed.PolicyV1().Evictions(namespace).Evict(w.ctx, &policy.Eviction{ObjectMeta: meta.ObjectMeta{Name: "web", Namespace: namespace}}))
			until("the end of the pod", func() bool {
				_, err := w.typed.CoreV1().Pods(namespace).Get(w.ctx, "web", meta.GetOptions{})
				return errors.IsNotFound(err)
			})
		}},
	}
}

var endSteps = []step{
	{"the namespace goes", func(w *world) {
		must(w.typed.CoreV1().Namespaces().Delete(w.ctx, namespace, meta.DeleteOptions{}))
		if os.Getenv("IMAGE") == "" {
			return
		}
		until("the end of the namespace", func() bool {
			_, err := w.typed.CoreV1().Namespaces().Get(w.ctx, namespace, meta.GetOptions{})
			return errors.IsNotFound(err)
		})
	}},
}
