/**
 * What real kubectl prints of workloads that run: the objects of workloads.yaml, brought to rest, and the same commands.
 *
 *     node test/golden/kubectl/workloads.ts --kubectl PROGRAM --kubeconfig FILE [--record]
 *
 * Compares with workloads-VERSION.txt of kubectl's version, which --record makes from upstream 1.36.3: control plane and one node with containerd. The node of either needs the images
 * of workloads.yaml. Takes three minutes: it waits for a minute's CronJob and for a container's third crash. Names with chance in them,
 * times, addresses and how often an event was seen are replaced by words first. Exit status 1 when anything differs. Makes and deletes
 * the namespaces workloads and workloads-limited.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createNamespace, kubectl, recordOrCompare, runOfArguments, withoutWidths } from './support.ts';

const run = runOfArguments('workloads.ts');
const directory = import.meta.dirname;
const namespace = 'workloads';
const objects = join(directory, 'workloads.yaml');
const limitedObjects = join(directory, 'workloads-limited.yaml');

/** What has to be true before outputs are compared: arguments of `kubectl wait`. */
const atRest = [
  '--for=condition=Available deployment/web',
  '--for=jsonpath={.status.readyReplicas}=2 statefulset/db',
  '--for=jsonpath={.status.currentRevision} statefulset/db',
  '--for=jsonpath={.status.numberReady}=1 daemonset/each',
  '--for=condition=Complete job/done',
  '--for=condition=Failed job/failing',
  '--for=jsonpath={.status.lastSuccessfulTime} cronjob/minutely',
  '--for=jsonpath={.status.phase}=Failed pod/failed pod/noprogram pod/initfails pod/hook pod/late',
  '--for=condition=Ready pod/inits',
  '--for=jsonpath={.status.containerStatuses[0].restartCount}=3 pod/crash',
  '--for=jsonpath={.status.conditions[0].status}=True hpa/web --timeout=30s',
  '--for=condition=ScalingActive=False hpa/web hpa/zero hpa/measured --timeout=30s',
  '--for=condition=AbleToScale=False hpa/nokind hpa/noname hpa/noscale --timeout=30s',
  '--for=jsonpath={.status.currentHealthy}=2 pdb/web',
  '--for=jsonpath={.status.availableReplicas}=1 deployment/toomany --namespace workloads-limited',
  '--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff pod/crash',
  '--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff pod/unlive',
];

const lists = [
  'pods',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
  'services',
  'endpointslices',
  'poddisruptionbudgets',
  'horizontalpodautoscalers',
  'ingresses',
  'networkpolicies',
  'persistentvolumeclaims',
  'controllerrevisions',
];

const pods = [
  'crash',
  'unlive',
  'failed',
  'noprogram',
  'inits',
  'initfails',
  'neverpull',
  'badimage',
  'noconfig',
  'novolume',
  'nowhere',
  'greedy',
  'claimant',
  'unready',
  'hook',
  'late',
];

const described = [
  'deployment web',
  'replicaset -l app=web',
  'pod -l app=web',
  'statefulset db',
  'pod db-0',
  'daemonset each',
  'pod -l app=each',
  'job done',
  'job failing',
  'pod -l job-name=done',
  'pod -l job-name=failing',
  'cronjob minutely',
  'service web',
  'service db',
  'endpointslices -l kubernetes.io/service-name=web',
  'pdb web',
  'hpa web',
  'hpa zero',
  'hpa measured',
  'hpa nokind',
  'hpa noname',
  'hpa noscale',
  'ingress web',
  'networkpolicy web',
  'pvc unbound',
  'pvc noclass',
  'pvc waiting',
  'serviceaccount default',
];

const limited = '--namespace workloads-limited';

const commands = [
  ...pods.map((name) => `describe pod ${name}`),
  ...lists.flatMap((kind) => [`get ${kind}`, `get ${kind} -o wide`]),
  'get all',
  'get pods --show-labels',
  'get pods --sort-by=.metadata.name',
  'get pods --field-selector=status.phase=Failed',
  'get pods -L app',
  'get node',
  ...described.map((object) => `describe ${object}`),
  `get all ${limited}`,
  `get resourcequota,limitrange ${limited}`,
  `describe resourcequota few ${limited}`,
  `describe limitrange small ${limited}`,
  `describe deployment toomany ${limited}`,
  `describe replicaset -l app=toomany ${limited}`,
  `describe pod -l app=toomany ${limited}`,
  'describe namespace workloads-limited',
  ...pods.map(
    (name) => `get events --sort-by=.metadata.name --field-selector involvedObject.name=${name} ${eventColumns()}`,
  ),
  ...[
    'Deployment',
    'ReplicaSet',
    'StatefulSet',
    'DaemonSet',
    'Job',
    'CronJob',
    'HorizontalPodAutoscaler',
    'PersistentVolumeClaim',
  ].map((kind) => `get events --field-selector involvedObject.kind=${kind} ${eventColumns()}`),
  'events --for pod/failed',
  'events --for pod/badimage --types=Warning',
  'rollout status deployment/web',
  'rollout status statefulset/db',
  'rollout status daemonset/each',
  'rollout history deployment/web',
  'rollout history deployment/web --revision=1',
  'rollout history statefulset/db',
  'rollout history daemonset/each',
  'logs job/done',
  'logs crash',
  'logs deployment/web --tail=1',
  'logs inits --all-containers --prefix',
  'logs inits -c nope',
  'logs noconfig',
  'logs nowhere',
  'logs neverpull',
  'exec inits -- true',
  'exec inits -c side -- /nope',
  'exec deployment/web -- sh -c exit\t9',
  'exec nowhere -- true',
  'exec failed -- true',
  'attach failed',
  'top pods',
  'top nodes',
  'auth can-i --list',
  'auth can-i --list --as system:serviceaccount:workloads:default',
  'auth can-i create pods --as nobody',
  'auth can-i create nopes',
  'auth whoami',
  'api-resources --sort-by=name',
  'api-resources --namespaced=false -o name',
  'explain deployment.spec --recursive',
  'explain pod.spec.containers.livenessProbe',
  'explain pod.nope',
  'get pods -o jsonpath={.items[*].status.phase}',
  'get hpa -o jsonpath={range\t.items[*]}{.metadata.name}:{.status.currentReplicas}:{.status.currentMetrics};{end}',
  'get deployment web -o jsonpath={.status.conditions[*].reason}',
  'set env deployment/web WHO=you',
  'annotate deployment web kubernetes.io/change-cause=second --overwrite',
  'rollout status deployment/web --timeout=60s',
  'rollout history deployment/web',
  'rollout undo deployment/web',
  'rollout status deployment/web --timeout=60s',
  'rollout history deployment/web',
  'get replicasets -l app=web',
  'rollout pause deployment/web',
  'rollout status deployment/web --timeout=2s',
  'rollout resume deployment/web',
  'rollout restart statefulset/db',
  'rollout status statefulset/db --timeout=60s',
  'rollout restart daemonset/each',
  'rollout status daemonset/each --timeout=60s',
  'scale deployment/web --replicas=3',
  'rollout status deployment/web --timeout=60s',
  'autoscale deployment/web --max=2',
  'delete pod db-0 --wait=true',
  'wait --for=condition=Ready pod/db-0 --timeout=60s',
  'drain node1 --dry-run=server --ignore-daemonsets --force --pod-selector app=web',
  'cordon node1',
  'get node node1',
  'uncordon node1',
  'delete pods --all --dry-run=server --field-selector=status.phase=Failed',
];

createNamespace(run, namespace);
const outputs = [outputOf(`apply -f ${objects}`), outputOf(`apply -f ${limitedObjects} ${limited}`)];
for (const condition of atRest) {
  const { status, stderr } = kubectl(run, namespace, ['wait', '--timeout=170s', ...condition.split(' ')]);
  if (status !== 0) console.error(`${condition}: ${stderr}`);
}
kubectl(run, namespace, ['patch', 'cronjob', 'minutely', '-p', '{"spec":{"suspend":true}}']);
outputs.push(...commands.map(outputOf), await watched());
kubectl(run, namespace, ['delete', '-f', objects, '--wait=false', '--grace-period=1']);
kubectl(run, 'workloads-limited', ['delete', '-f', limitedObjects, '--wait=false', '--grace-period=1']);
kubectl(run, 'default', ['delete', 'namespace', namespace, '--wait=false']);
recordOrCompare(run, 'workloads', outputs);

/** Events by what they say, not by when and how often. */
function eventColumns(): string {
  return '-o custom-columns=T:.type,R:.reason,C:.source.component,RC:.reportingComponent,O:.involvedObject.fieldPath,M:.message';
}

/** The lines that `get pods -w` prints over the life of a pod. */
async function watched(): Promise<string> {
  const args = ['get', 'pods', '-w', '--field-selector', 'metadata.name=brief'];
  const watch = spawn(run.kubectl, [
    '--kubeconfig',
    run.kubeconfig,
    '--namespace',
    namespace,
    ...args,
    '--request-timeout=40s',
  ]);
  const chunks: string[] = [];
  watch.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  // The watch has to be there before the pod, and does not say when it is.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const image = 'registry.k8s.io/e2e-test-images/busybox:1.37.0-1';
  kubectl(run, namespace, ['run', 'brief', '--restart=Never', `--image=${image}`, '--', 'sleep', '3']);
  kubectl(run, namespace, ['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/brief', '--timeout=60s']);
  kubectl(run, namespace, ['delete', 'pod', 'brief']);
  const ended = new Promise((resolve) => watch.once('close', resolve));
  watch.kill('SIGTERM');
  await ended;
  const lines = normal(chunks.join('')).split('\n');
  return `$ kubectl ${args.join(' ')}\n${lines.filter((line, index) => line !== lines[index - 1]).join('\n')}exit 0\n`;
}

function outputOf(command: string): string {
  const { stdout, stderr, status } = kubectl(
    run,
    namespace,
    command.split(' ').map((word) => word.replaceAll('\t', ' ')),
  );
  const said = normal(stdout) + normal(stderr);
  return `$ kubectl ${command.replaceAll(`${directory}/`, '').replaceAll('\t', ' ')}\n${withoutFlapping(command, said)}exit ${status}\n`;
}

function normal(text: string): string {
  const chance = '[bcdfghjklmnpqrstvwxz2456789]';
  const words = text
    .replaceAll(`${directory}/`, '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID')
    .replaceAll(/20\d\d-\d\d-\d\d(T[\d:]+Z| [\d:]+ \+0000 UTC)/g, 'TIME')
    .replaceAll(/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), .*$/gm, 'DATE')
    .replaceAll(/\b(10|172)\.\d+\.\d+\.\d+\b/g, 'IP')
    .replaceAll(/\b(web|toomany)-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, '$1-HASH-CHANCE')
    .replaceAll(new RegExp(`\\b(web|zero|toomany)-${chance}{8,10}\\b`, 'g'), '$1-HASH')
    .replaceAll(
      /\b(minutely)-\d{8}(-[a-z0-9]{5})?\b/g,
      (_, name, pod) => `${name}-MINUTE${pod === undefined ? '' : '-CHANCE'}`,
    )
    .replaceAll(new RegExp(`\\b(web|db|each|done|failing|kube-api-access)-${chance}{5}\\b`, 'g'), '$1-CHANCE')
    .replaceAll(new RegExp(`\\b(db|each)-${chance}{8,10}\\b`, 'g'), '$1-HASH')
    .replaceAll(/(hash[=:] ?|revision-hash[=:] ?)[a-z0-9]{8,10}/g, '$1HASH')
    .replaceAll(/[0-9a-f]{64}/g, 'DIGEST')
    .replaceAll(/\d+ \(\d+[smh0-9]* ago\)/g, 'COUNT (AGO)')
    .replaceAll(/Restart Count: .*$/gm, 'Restart Count: COUNT')
    .replaceAll(/\(x\d+ over [\dsmh]+\)/g, '')
    .replaceAll(/\bI\d{4} [\d:.]+ +/g, 'LOGTIME ')
    .replaceAll(/(Username +)\S+/g, '$1ADMIN')
    .replaceAll(/^\d+[smh](\d+[smh])? +/gm, 'AGE  ')
    .replaceAll(/( {2,}|,|: )\d+[smh](\d+[smh])?(?=\s|,|$)/gm, '$1AGE')
    .replaceAll(/\bin \d[\d.]*m?s( \(\d[\d.]*m?s including waiting\))?/g, 'in DURATION')
    .replaceAll(/Image size: \d+ bytes/g, 'Image size: SIZE bytes');
  const narrow = withoutWidths(words)
    .replaceAll(/^((?:pod\/)?(?:crash|unlive) {2})[01]\/1 {2}(Error|CrashLoopBackOff|Running)/gm, '$1CRASHING')
    .replaceAll(/(OCI runtime (?:create|exec) failed: ).*$/gm, '$1REASON')
    .replaceAll(/^(?:Waiting for .*\n)+(?=.*(?:successfully rolled out|roll out complete))/gm, '')
    .replaceAll(/^partitioned roll out complete.*$/gm, 'rolled out')
    .replaceAll(/^(\S*minutely-MINUTE.*\n)\1+/gm, '$1')
    .replaceAll(/^.*Readiness probe failed: Get .* connection refused\n/gm, '')
    .replaceAll(/^(replicaset\.apps\/)?web-HASH {2}0.*\n/gm, '');
  // A message may end with a line feed; the empty line is no end of the table.
  return sortedEvents(/^T {2}R {2}C/.test(narrow) ? narrow.replaceAll(/\n+/g, '\n') : narrow);
}

/** What depends on the moment: the state of a container that crashes and starts; and upstream's prose, which is not ours to keep. */
function withoutFlapping(command: string, text: string): string {
  if (/^describe pod (crash|unlive)$/.test(command)) {
    return text.replaceAll(/^ {4}State:.*\n( {6}.*\n)*| +(Containers)?Ready:? .*\n/gm, '');
  }
  // How often the CronJob ran until then is chance.
  if (command.endsWith('jsonpath={.items[*].status.phase}')) return [...new Set(text.split(' '))].toSorted().join(' ');
  // kubectl goes through maps of Go here, whose order is chance.
  if (/^(describe (limitrange|namespace)|logs .*--all-containers)/.test(command))
    return `${text.trim().split('\n').toSorted().join('\n')}\n`;
  if (!command.startsWith('explain')) return text;
  return text.replace(/DESCRIPTION:\n[\s\S]*?(?=FIELDS:|$)/, '').replaceAll(/^ {4}(?!\S+\t).*\n/gm, '');
}

/** The order of events is that of their times, and theirs is left out: sorts the lines under a heading of events, and says a line once. */
function sortedEvents(text: string): string {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => /^(Events:|T +R +C|LAST SEEN)/.test(line));
  if (from < 0 || lines.length < from + 3) return text;
  const next = lines.findIndex((line, index) => index > from && (line === '' || /^[A-Z][a-z]+:/.test(line)));
  const to = next < 0 ? lines.length : next;
  const heading = lines[from] === 'Events:' ? 3 : 1;
  const events = [...new Set(lines.slice(from + heading, to))].toSorted();
  return [...lines.slice(0, from + heading), ...events, sortedEvents(lines.slice(to).join('\n'))].join('\n');
}
