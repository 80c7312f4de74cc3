#!/usr/bin/env bash
# Runs a package of upstream's own integration tests against kubets servers instead of those that they start in their own process:
#
#   test/conformance/integration.sh WORK PACKAGE [FLAG ...]
#
# WORK is a directory with a go.mod that requires k8s.io/kubernetes (and replaces its staging modules by published ones); binaries and
# output go there too. PACKAGE is below k8s.io/kubernetes/test/integration (dryrun, apiserver/apply), or apiextensions for that of
# k8s.io/apiextensions-apiserver. FLAG goes to the test binary (-test.run TestDryRun). With KUBETS_STORE=etcd the servers keep what they have
# in that etcd, where some packages look for it.
#
# Wants root and Go: in a mount namespace of its own the files of servers/ lie over the three packages that start servers. What cannot be
# had of another process is skipped (KUBETS-SKIP), flags that kubets has not are logged (KUBETS-UNKNOWN-FLAG), as are features that a test
# switches (KUBETS-GATE).
set -o errexit -o nounset -o pipefail

[ $# -ge 2 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2; }
if [ -z "${KUBETS_MOUNTS:-}" ]; then
  KUBETS_MOUNTS=$(mktemp -d)
  export KUBETS_MOUNTS
  trap 'rm -rf "$KUBETS_MOUNTS"' EXIT
  unshare --mount "$0" "$@"
  exit
fi

here=$(dirname "$(realpath "$0")")
work=$(realpath "$1") package=$2
shift 2
cd "$work"
# An index that was made before would not know the files that lie over the modules.
export CGO_ENABLED=0 GOFLAGS='-mod=mod -trimpath -buildvcs=false' GODEBUG=goindex=0
kubernetes=$(go list -m -f '{{.Dir}}' k8s.io/kubernetes)
apiextensions=$(go list -m -f '{{.Dir}}' k8s.io/apiextensions-apiserver)

cover() { # PACKAGE-DIRECTORY FILE-OF-SERVERS NAME-THERE [...]
  local directory=$1 layer
  shift
  layer=$(mktemp -d -p "$KUBETS_MOUNTS")
  mkdir "$layer/upper" "$layer/work"
  while [ $# -gt 0 ]; do
    cp "$here/servers/$1" "$layer/upper/$2"
    shift 2
  done
  mount -t overlay overlay -o "lowerdir=$directory,upperdir=$layer/upper,workdir=$layer/work" "$directory"
}
mount --make-rprivate /
mount -t tmpfs tmpfs "$KUBETS_MOUNTS"
cover "$kubernetes/cmd/kube-apiserver/app/testing" kubets.go kubets.go kube.go testserver.go
cover "$kubernetes/test/integration/framework" framework.go test_server.go
cover "$apiextensions/pkg/cmd/server/testing" kubets.go kubets.go apiextensions.go testserver.go

case $package in
  apiextensions) import=k8s.io/apiextensions-apiserver/test/integration ;;
  *) import=k8s.io/kubernetes/test/integration/$package ;;
esac
mkdir -p bin out pki
binary=$work/bin/${package//\//_}.test output=$work/out/${package//\//_}.txt
go test -c -vet=off -ldflags '-s -w' -o "$binary" "$import"
export KUBETS=${KUBETS:-$(realpath "$here/../..")/kubets} KUBETS_PKI=$work/pki
export KUBE_INTEGRATION_ETCD_URL=${KUBE_INTEGRATION_ETCD_URL:-http://127.0.0.1:2379}
cd "$(cd "$work" && go list -f '{{.Dir}}' "$import")"
result=0
"$binary" -test.v -test.timeout "${LIMIT:-20m}" "$@" >"$output" 2>&1 || result=$?
echo "$package: $(grep -c '^--- PASS' "$output") passed, $(grep -c '^--- FAIL' "$output") failed, $(grep -c '^--- SKIP' "$output") skipped; $output"
sed -nE 's/^ *--- FAIL: ([^ ]+).*/  \1/p' "$output"
exit $result
