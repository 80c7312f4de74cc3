// What programs of client-go do, one step a line: KUBECONFIG is set, IMAGE where pods can run; ends with status 0 when all of it worked.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const namespace = "client-go"

// world is what the steps share.
type world struct {
	ctx     context.Context
	config  *rest.Config
	typed   kubernetes.Interface
	dynamic dynamic.Interface
	sent    *trace
}

// step does one thing and fails by panicking: a program that a test runs has nobody to recover for.
type step struct {
	name string
	run  func(*world)
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must(err)
	sent := &trace{}
	config.Wrap(sent.wrap)
	config.QPS, config.Burst = 200, 400
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	inProtobuf := rest.CopyConfig(config)
	inProtobuf.ContentType = "application/vnd.kubernetes.protobuf"
	inProtobuf.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	w := &world{ctx, config, kubernetes.NewForConfigOrDie(inProtobuf), dynamic.NewForConfigOrDie(config), sent}
	steps := [][]step{objectSteps, discoverySteps, watchSteps, applySteps, customSteps, identitySteps, podSteps, endSteps}
	for _, group := range steps {
		for _, s := range group {
			s.run(w)
			fmt.Println("ok " + s.name)
		}
	}
	fmt.Println("ok end")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func got[T any](value T, err error) T {
	must(err)
	return value
}

func check(holds bool, format string, values ...any) {
	if !holds {
		panic(fmt.Sprintf(format, values...))
	}
}

// until asks every 50 ms for at most a minute.
func until(what string, holds func() bool) {
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(50 * time.Millisecond) {
		check(time.Now().Before(deadline), "%s did not come", what)
	}
}

func pointer[T any](value T) *T { return &value }

// trace remembers what was sent, so that a step can say how the client asked and not only that it was answered.
type trace struct {
	lock  sync.Mutex
	lines []string
}

func (t *trace) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		code := 0
		if response != nil {
			code = response.StatusCode
		}
		t.lock.Lock()
		defer t.lock.Unlock()
		t.lines = append(t.lines, fmt.Sprintf("%s %s %d", request.Method, request.URL.RequestURI(), code))
		return response, err
	})
}

// since are the lines after the first `count`; with 0 all of them.
func (t *trace) since(count int) []string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return append([]string{}, t.lines[count:]...)
}

func (t *trace) count(from int, parts ...string) int {
	found := 0
	for _, line := range t.since(from) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			found++
		}
	}
	return found
}

func (t *trace) length() int {
	t.lock.Lock()
	defer t.lock.Unlock()
	return len(t.lines)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// kindOf is the name of a Go type without its package, as in *v1.Pod.
func kindOf(object runtime.Object) string { return fmt.Sprintf("%T", object) }
