package testing

// A kubets API server in the place of the one that upstream's integration tests start in their own process.

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/pflag"

	restclient "k8s.io/client-go/rest"
)

// KubetsFlags are what is said of a flag, once for each time.
type KubetsFlags map[string][]string

// KubetsRun is a server that runs.
type KubetsRun struct {
	Config *restclient.Config
	Port   int
	PKI    string
	Stop   func()
}

var (
	kubetsKnown     map[string]bool
	kubetsKnownOnce sync.Once
)

func kubetsCommand() []string { return strings.Fields(os.Getenv("KUBETS")) }

// knownFlags are those that `kubets server --help` names.
func knownFlags() map[string]bool {
	kubetsKnownOnce.Do(func() {
		command := append(kubetsCommand(), "server", "--help")
		out, err := exec.Command(command[0], command[1:]...).CombinedOutput()
		if err != nil {
			panic(fmt.Sprintf("%v: %s", command, out))
		}
		kubetsKnown = map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^\s+--([a-z-]+)`).FindAllStringSubmatch(string(out), -1) {
			kubetsKnown[m[1]] = true
		}
	})
	return kubetsKnown
}

// ChangedFlags are the flags whose values differ from a reference's.
func ChangedFlags(now, reference []*pflag.FlagSet) KubetsFlags {
	before := map[string]string{}
	for _, set := range reference {
		set.VisitAll(func(f *pflag.Flag) { before[f.Name] = f.Value.String() })
	}
	changed := KubetsFlags{}
	for _, set := range now {
		set.VisitAll(func(f *pflag.Flag) {
			if f.Value.String() == before[f.Name] {
				return
			}
			if slice, ok := f.Value.(pflag.SliceValue); ok {
				changed[f.Name] = []string{strings.Join(slice.GetSlice(), ",")}
				return
			}
			changed[f.Name] = []string{strings.Trim(f.Value.String(), "[]")}
		})
	}
	return changed
}

func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// StartKubets starts a server with an empty store. $KUBETS is its command, $KUBETS_STORE memory (default) or etcd, $KUBETS_PKI a directory for
// credentials that servers share, $KUBETS_LOGS one for what they print. What kubets has no flag for is logged.
func StartKubets(logf func(string, ...interface{}), name string, flags KubetsFlags) (*KubetsRun, error) {
	dir, err := os.MkdirTemp("", "kubets-server")
	if err != nil {
		return nil, err
	}
	port := freePort()
	token := uuid.NewString()
	tokens := fmt.Sprintf("%s,system:apiserver,%s,system:masters\n", token, uuid.NewString())
	if given := flags["token-auth-file"]; len(given) > 0 && given[0] != "" {
		content, err := os.ReadFile(given[0])
		if err != nil {
			return nil, err
		}
		tokens += string(content)
	}
	tokenFile := filepath.Join(dir, "tokens.csv")
	if err := os.WriteFile(tokenFile, []byte(tokens), 0600); err != nil {
		return nil, err
	}
	pki := os.Getenv("KUBETS_PKI")
	if pki == "" {
		pki = filepath.Join(dir, "pki")
	}
	store := os.Getenv("KUBETS_STORE")
	if store == "" {
		store = "memory"
	}
	if store == "etcd" {
		prefix := "/registry"
		if p := flags["etcd-prefix"]; len(p) > 0 {
			prefix = p[0]
		}
		prefix = strings.TrimSuffix(strings.Trim(prefix, "/"), "registry")
		store = "etcd://" + strings.TrimPrefix(os.Getenv("KUBE_INTEGRATION_ETCD_URL"), "http://") + "/" + strings.Trim(prefix, "/")
	}
	args := append(kubetsCommand(), "server", "--only-api-server", "--data-dir", dir, "--pki-dir", pki, "--api-port", fmt.Sprint(port), "--store", store, "--token-auth-file", tokenFile)
	if r := flags["service-cluster-ip-range"]; len(r) > 0 && r[0] != "" {
		args = append(args, "--service-cidr", strings.Split(r[0], ",")[0])
	}
	var names []string
	for flag := range flags {
		names = append(names, flag)
	}
	sort.Strings(names)
	for _, flag := range names {
		switch flag {
		case "token-auth-file", "service-cluster-ip-range", "etcd-prefix", "etcd-servers", "secure-port", "cert-dir", "kubeconfig",
			"authentication-kubeconfig", "authorization-kubeconfig", "authentication-skip-lookup", "client-ca-file", "proxy-client-cert-file", "proxy-client-key-file":
			continue
		}
		if !knownFlags()[flag] {
			logf("KUBETS-UNKNOWN-FLAG --%s=%s", flag, strings.Join(flags[flag], ","))
			continue
		}
		for _, value := range flags[flag] {
			args = append(args, "--"+flag+"="+value)
		}
	}
	// Upstream's own test server allows everything unless it is told otherwise.
	if len(flags["authorization-mode"]) == 0 && len(flags["authorization-config"]) == 0 {
		args = append(args, "--authorization-mode=AlwaysAllow")
	}
	logf("KUBETS %s", strings.Join(args, " "))
	cmd := exec.Command(args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out lockedBuffer
	out.ready = make(chan struct{})
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait(); close(ended) }()
	var once sync.Once
	stop := func() {
		once.Do(func() {
			cmd.Process.Signal(syscall.SIGTERM)
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				cmd.Process.Kill()
				<-ended
			}
			if logs := os.Getenv("KUBETS_LOGS"); logs != "" {
				os.WriteFile(filepath.Join(logs, strings.NewReplacer("/", "_", " ", "_").Replace(name)+fmt.Sprintf("-%d.log", port)), []byte(out.String()), 0644)
			}
			os.RemoveAll(dir)
		})
	}
	select {
	case <-out.ready:
	case <-ended:
		os.RemoveAll(dir)
		return nil, fmt.Errorf("kubets ended: %s", out.String())
	case <-time.After(60 * time.Second):
		stop()
		return nil, fmt.Errorf("kubets does not serve: %s", out.String())
	}
	ca, err := os.ReadFile(filepath.Join(pki, "ca.crt"))
	if err != nil {
		stop()
		return nil, err
	}
	config := &restclient.Config{
		Host:            fmt.Sprintf("https://127.0.0.1:%d", port),
		BearerToken:     token,
		TLSClientConfig: restclient.TLSClientConfig{CAData: ca},
		QPS:             1000,
		Burst:           10000,
	}
	return &KubetsRun{Config: config, Port: port, PKI: pki, Stop: stop}, nil
}

type lockedBuffer struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	ready chan struct{}
	seen  bool
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf.Write(p)
	if !b.seen && bytes.Contains(b.buf.Bytes(), []byte("API server at https://")) {
		b.seen = true
		close(b.ready)
	}
	return len(p), nil
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
