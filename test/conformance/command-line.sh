#!/usr/bin/env bash
# Runs upstream's own tests of kubectl (test/cmd) against an API server, function by function, each in a namespace of its own:
#
#   test/conformance/command-line.sh ROOT PORT [NAME ...]
#
# ROOT is a writable copy of upstream's tree with hack, test and third_party, and kubectl and kubectl-convert in _output/bin. PORT is
# the server's on 127.0.0.1; docs/HACKING.md says how it is started. NAME is the middle of run_NAME_tests; all without one.
# A line for each: name, ok or FAILED, seconds; what was said is in $LOGS (default: logs of ROOT).
set -o errexit -o nounset -o pipefail

[ $# -ge 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
self=$(realpath "$0") root=$(realpath "$1") port=$2
shift 2

one() { # NAME, within a process of its own: upstream's scripts end it as they like.
  export SECURE_API_PORT=$port SUPPORTED_RESOURCES='*' WHAT=$1
  # shellcheck source=/dev/null
  . hack/lib/init.sh && . hack/lib/test.sh && . test/cmd/legacy-script.sh
  # The server is somebody else's: no etcd of theirs is ended with the run.
  kube::etcd::cleanup() { :; }
  # Two functions are not called as the others.
  run_kubectl_diff_same_names_tests() { run_kubectl_diff_same_names; }
  run_secrets_tests() { run_secrets_test; }
  kube::util::trap_add cleanup EXIT SIGINT
  kube::util::ensure-temp-dir
  kube::util::ensure-gnu-sed
  export TMPDIR=$KUBE_TEMP HOME=$KUBE_TEMP ALLOW_SKEW=true
  # Some tests want certificate and key of a server in TMPDIR, whosever they are.
  cp hack/testdata/tls.crt "$TMPDIR/apiserver.crt"
  cp hack/testdata/tls.key "$TMPDIR/apiserver.key"
  CONTEXT=test
  kubectl config set-credentials test-admin --token admin-token
  kubectl config set-cluster local --insecure-skip-tls-verify --server "https://127.0.0.1:$port"
  kubectl config set-context "$CONTEXT" --user test-admin --cluster local
  kubectl config use-context "$CONTEXT"
  kubectl get node 127.0.0.1 || create_node
  create_and_use_new_namespace
  runTests
}

# As in hack/make-rules/test-cmd.sh: without an annotation the node would have no field managers.
create_node() {
  kubectl create -f - <<'NODE'
{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "127.0.0.1", "annotations": {"save-managers": "true"}}, "status": {"capacity": {"memory": "1Gi"}}}
NODE
}

cd "$root"
if [ "${COMMAND_LINE_ONE:-}" ]; then
  one "$1"
  exit
fi
[ $# -gt 0 ] || mapfile -t names < <(sed -nE 's/^ *record_command run_([A-Za-z_]+)$/\1/p' test/cmd/legacy-script.sh | sed -E 's/_tests?$//')
[ $# -eq 0 ] || names=("$@")
export COMMAND_LINE_ONE=1 KUBE_JUNIT_REPORT_DIR=${LOGS:=$root/logs}
mkdir -p "$LOGS"
failed=0
for name in "${names[@]}"; do
  begun=$SECONDS result=ok
  timeout --kill-after=5 "${LIMIT:-300}" "$self" "$root" "$port" "$name" </dev/null >"$LOGS/$name.log" 2>&1 || { result=FAILED failed=1; }
  echo "$name $result $((SECONDS - begun))s"
done
exit $failed
