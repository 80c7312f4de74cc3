"""What programs of python3-kubernetes do, one step a line: KUBECONFIG and IMAGE are set; ends with status 0 when all of it worked."""

import datetime
import json
import os
import time

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.rest import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock
from kubernetes.stream import portforward, stream

image = os.environ["IMAGE"]
namespace = "python-client"
config.load_kube_config()
core = client.CoreV1Api()
apps = client.AppsV1Api()
batch = client.BatchV1Api()


def done(step):
    print("ok " + step, flush=True)


def until(what, check, limit=60):
    deadline = time.monotonic() + limit
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(what + " did not come")
        time.sleep(0.1)


def status_of(call):
    try:
        call()
    except ApiException as error:
        return error.status, json.loads(error.body)
    return 200, None


def exists(read):
    return status_of(read)[0] == 200


assert client.VersionApi().get_code().minor == "36"
core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=namespace)))
until("the service account", lambda: exists(lambda: core.read_namespaced_service_account("default", namespace)))
done("namespace")

# From YAML as kubectl create -f does, of several kinds.
labels = {"app": "web"}
container = {
    "name": "web",
    "image": image,
    "command": ["sh", "-c", "echo started; mkdir /www; echo hello > /www/index.html; httpd -f -p 8080 -h /www"],
    "envFrom": [{"configMapRef": {"name": "settings"}}],
    "ports": [{"containerPort": 8080}],
    "readinessProbe": {"httpGet": {"path": "/index.html", "port": 8080}, "periodSeconds": 1},
}
documents = [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"COLOR": "red"}},
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]},
    },
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]},
            },
        },
    },
]
utils.create_from_yaml(client.ApiClient(), yaml_objects=documents, namespace=namespace)
until("the deployment", lambda: apps.read_namespaced_deployment("web", namespace).status.available_replicas == 2)
pods = core.list_namespaced_pod(namespace, label_selector="app=web", field_selector="status.phase=Running").items
assert len(pods) == 2 and all(isinstance(pod.status.start_time, datetime.datetime) for pod in pods)
done("objects of YAML")

first = core.list_namespaced_pod(namespace, limit=1)
assert first.metadata._continue and first.metadata.remaining_item_count == 1
rest = core.list_namespaced_pod(namespace, limit=1, _continue=first.metadata._continue)
assert first.items[0].metadata.name != rest.items[0].metadata.name
done("pages")

name = pods[0].metadata.name
run = stream(
    core.connect_get_namespaced_pod_exec,
    name,
    namespace,
    command=["sh", "-c", "read line; echo $COLOR $line; echo wrong >&2; exit 4"],
    stderr=True,
    stdin=True,
    stdout=True,
    tty=False,
    _preload_content=False,
)
run.write_stdin("typed\n")
run.run_forever(timeout=20)
assert (run.read_stdout(), run.read_stderr(), run.returncode) == ("red typed\n", "wrong\n", 4)
done("exec")

assert core.read_namespaced_pod_log(name, namespace) == "started\n"
forward = portforward(core.connect_get_namespaced_pod_portforward, name, namespace, ports="8080")
socket = forward.socket(8080)
socket.settimeout(20)
socket.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
page = b""
while True:
    part = socket.recv(4096)
    if not part:
        break
    page += part
assert b"hello" in page, page
assert core.connect_get_namespaced_service_proxy_with_path("web:80", namespace, "index.html") == "hello\n"
done("log, port forward, proxy")

# A watch from what a list saw.
listed = core.list_namespaced_config_map(namespace)
core.patch_namespaced_config_map("settings", namespace, {"data": {"COLOR": "blue"}})
core.delete_namespaced_config_map("settings", namespace)
seen = []
for event in watch.Watch().stream(
    core.list_namespaced_config_map,
    namespace,
    resource_version=listed.metadata.resource_version,
    timeout_seconds=30,
):
    if event["object"].metadata.name == "settings":
        seen.append((event["type"], event["object"].data["COLOR"]))
    if event["type"] == "DELETED":
        break
assert seen == [("MODIFIED", "blue"), ("DELETED", "blue")], seen
code, body = status_of(lambda: core.read_namespaced_config_map("settings", namespace))
assert (code, body["message"]) == (404, 'configmaps "settings" not found')
done("watch")

code, body = status_of(lambda: core.create_namespaced_config_map(namespace, {"metadata": {"name": "Bad_Name"}}))
assert code == 422 and body["details"]["causes"][0]["field"] == "metadata.name"
done("errors")

job = {
    "metadata": {"name": "once"},
    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": image, "command": ["true"]}]}}},
}
batch.create_namespaced_job(namespace, job)
until("the job", lambda: batch.read_namespaced_job("once", namespace).status.succeeded == 1)
batch.delete_namespaced_job("once", namespace, propagation_policy="Foreground")
until("the end of the job", lambda: not exists(lambda: batch.read_namespaced_job("once", namespace)))
done("job")

# The dynamic client: discovery, custom resources, server-side apply.
dynamic_client = dynamic.DynamicClient(client.ApiClient())
group = "python-client.example.com"
definitions = dynamic_client.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
definitions.create(
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets." + group},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
)
try:
    def widgets_api():
        try:
            return dynamic_client.resources.get(api_version=group + "/v1", kind="Widget")
        except dynamic.exceptions.ResourceNotFoundError:
            dynamic_client.resources.invalidate_cache()
            return None

    widgets = until("the custom resource", widgets_api)
    for size in (1, 2):
        widget = {"apiVersion": group + "/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": size}}
        applied = widgets.server_side_apply(
            json.dumps(widget), name="w", namespace=namespace, field_manager="python-client"
        )
        assert applied.spec.size == size
    assert len(widgets.get(namespace=namespace).items) == 1
finally:
    definitions.delete(name="widgets." + group)
done("dynamic client")

leading = []


def lead():
    leading.append(core.read_namespaced_config_map("leader", namespace).metadata.name)
    raise SystemExit


election = electionconfig.Config(
    ConfigMapLock("leader", namespace, "me"),
    lease_duration=5,
    renew_deadline=4,
    retry_period=1,
    onstarted_leading=lead,
    onstopped_leading=None,
)
try:
    elector = leaderelection.LeaderElection(election)
    assert elector.acquire()
    election.onstarted_leading()
except SystemExit:
    pass
assert leading == ["leader"]
done("leader election")

core.delete_namespace(namespace)
until("the end of the namespace", lambda: not exists(lambda: core.read_namespace(namespace)))
done("end")
