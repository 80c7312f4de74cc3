/**
 * What must hold in a cluster at rest: no faults any more, and time enough for everybody to finish. Each rule answers with
 * its violations, as sentences.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { selectorFromSet } from '#api/label-selector.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import { DaemonSets } from '#kinds/apps/daemon-set/definition.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { ReplicaSets } from '#kinds/apps/replica-set/definition.ts';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { Jobs } from '#kinds/batch/job/definition.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Endpoints } from '#kinds/core/endpoints/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { ServiceAccounts } from '#kinds/core/service-account/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '#kinds/generated/apps-v1.ts';
import type { Job } from '#kinds/generated/batch-v1.ts';
import type {
  Endpoints as EndpointsObject,
  Namespace,
  Pod,
  PodTemplateSpec,
  Service,
} from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { SimulatedCluster } from './cluster.ts';

interface State {
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly statefulSets: readonly StatefulSet[];
  readonly daemonSets: readonly DaemonSet[];
  readonly jobs: readonly Job[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly endpoints: readonly EndpointsObject[];
  readonly slices: readonly EndpointSlice[];
}

export async function violationsAtRest(cluster: SimulatedCluster): Promise<string[]> {
  const list = async <T extends KubeObject>(definition: ResourceDefinition<T>) =>
    (await cluster.client.list(definition)).items;
  const state: State = {
    deployments: await list(Deployments),
    replicaSets: await list(ReplicaSets),
    statefulSets: await list(StatefulSets),
    daemonSets: await list(DaemonSets),
    jobs: await list(Jobs),
    pods: await list(Pods),
    services: await list(Services),
    endpoints: await list(Endpoints),
    slices: await list(EndpointSlices),
  };
  const nodes = (await list(Nodes)).map(({ metadata }) => metadata?.name ?? '');
  return [
    ...state.deployments.flatMap((deployment) => deploymentViolations(deployment, state)),
    ...state.replicaSets.flatMap((replicaSet) => replicaSetViolations(replicaSet, state)),
    ...state.statefulSets.flatMap((statefulSet) => statefulSetViolations(statefulSet, state)),
    ...state.daemonSets.flatMap((daemonSet) => daemonSetViolations(daemonSet, state, nodes)),
    ...state.jobs.flatMap((job) => jobViolations(job, state)),
    ...namespaceViolations(await list(Namespaces), [
      ...(await list(ConfigMaps)),
      ...(await list(ServiceAccounts)),
      ...Object.values(state).flat(),
    ]),
    ...orphans(state),
    ...machineViolations(cluster, state.pods),
    ...state.services.flatMap((service) => endpointViolations(service, state)),
    ...historyViolations(cluster),
  ];
}

/** One ReplicaSet of the newest template has all replicas, the status says so. */
function deploymentViolations(deployment: Deployment, { replicaSets }: State): string[] {
  const { metadata, spec, status } = deployment;
  const name = `deployment ${keyOf(deployment)}`;
  if (metadata?.deletionTimestamp) return [`${name} is still being deleted`];
  const wanted = spec?.replicas ?? 1;
  const found: string[] = [];
  for (const field of ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    const is = status?.[field] ?? 0;
    if (is !== wanted) found.push(`${name}: status.${field} is ${is}, spec.replicas ${wanted}`);
  }
  if (status?.observedGeneration !== metadata?.generation) {
    found.push(`${name}: generation ${metadata?.generation}, observed ${status?.observedGeneration}`);
  }
  const active = replicaSets.filter((set) => isOwnedBy(set, deployment) && (set.spec?.replicas ?? 0) > 0);
  if (active.length !== (wanted > 0 ? 1 : 0)) {
    found.push(`${name}: ${active.length} replica sets have replicas: ${active.map(keyOf).join(', ')}`);
  }
  const image = imageOf(spec?.template);
  for (const set of active) {
    const runs = imageOf(set.spec?.template);
    if (runs !== image) found.push(`${name}: ${keyOf(set)} runs ${runs}, not ${image}`);
  }
  return found;
}

/** As many pods as wanted, all of them ready. */
function replicaSetViolations(replicaSet: ReplicaSet, { pods }: State): string[] {
  const name = `replica set ${keyOf(replicaSet)}`;
  if (replicaSet.metadata?.deletionTimestamp) return [`${name} is still being deleted`];
  const owned = pods.filter((pod) => isOwnedBy(pod, replicaSet));
  const wanted = replicaSet.spec?.replicas ?? 1;
  const found: string[] = [];
  if (owned.length !== wanted) found.push(`${name}: ${owned.length} pods, ${wanted} wanted`);
  for (const pod of owned) if (!isReady(pod)) found.push(`${name}: pod ${keyOf(pod)} is not ready`);
  return found;
}

/** Pods 0 to replicas - 1, all of them ready, of one revision. */
function statefulSetViolations(statefulSet: StatefulSet, { pods }: State): string[] {
  const { metadata, spec, status } = statefulSet;
  const name = `stateful set ${keyOf(statefulSet)}`;
  if (metadata?.deletionTimestamp) return [`${name} is still being deleted`];
  const wanted = Array.from({ length: spec?.replicas ?? 1 }, (_, ordinal) => `${metadata?.name}-${ordinal}`);
  const owned = pods.filter((pod) => isOwnedBy(pod, statefulSet));
  const has = owned.map((pod) => pod.metadata?.name ?? '').sort();
  const found: string[] = [];
  if (has.join(' ') !== wanted.join(' ')) found.push(`${name}: pods [${has.join(' ')}], wanted [${wanted.join(' ')}]`);
  for (const pod of owned) if (!isReady(pod)) found.push(`${name}: pod ${keyOf(pod)} is not ready`);
  if ((status?.readyReplicas ?? 0) !== wanted.length) {
    found.push(`${name}: status.readyReplicas is ${status?.readyReplicas}, spec.replicas ${wanted.length}`);
  }
  return found;
}

/** One pod on every node, ready. */
function daemonSetViolations(daemonSet: DaemonSet, { pods }: State, nodes: readonly string[]): string[] {
  const name = `daemon set ${keyOf(daemonSet)}`;
  if (daemonSet.metadata?.deletionTimestamp) return [`${name} is still being deleted`];
  const owned = pods.filter((pod) => isOwnedBy(pod, daemonSet));
  const on = owned.map((pod) => `${pod.spec?.nodeName}${isReady(pod) ? '' : ' (not ready)'}`).sort();
  const wanted = [...nodes].sort();
  return on.join() === wanted.join() ? [] : [`${name}: pods on [${on.join(' ')}], wanted on [${wanted.join(' ')}]`];
}

/**
 * All completions; the status says so. A create whose answer was lost makes a pod more than was asked for, and where faults keep it from being
 * removed in time it succeeds too (upstream promises no more): then every one that is counted is there.
 */
function jobViolations(job: Job, { pods }: State): string[] {
  const name = `job ${keyOf(job)}`;
  if (job.metadata?.deletionTimestamp) return [`${name} is still being deleted`];
  const { completions = 1 } = job.spec ?? {};
  const found: string[] = [];
  if (!job.status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True')) {
    found.push(`${name} is not complete`);
  }
  const { succeeded = 0 } = job.status ?? {};
  const there = pods.filter((pod) => isOwnedBy(pod, job) && pod.status?.phase === 'Succeeded').length;
  if (succeeded < completions || (succeeded > completions && succeeded !== there)) {
    found.push(`${name}: status.succeeded is ${succeeded} of ${there} pods, spec.completions ${completions}`);
  }
  const active = pods.filter((pod) => isOwnedBy(pod, job) && isUnfinished(pod));
  for (const pod of active) found.push(`${name}: ${keyOf(pod)} has not ended`);
  return found;
}

/** Namespaces that are being deleted go, and take everything with them. */
function namespaceViolations(namespaces: readonly Namespace[], objects: readonly KubeObject[]): string[] {
  const names = new Set(namespaces.map(({ metadata }) => metadata?.name));
  return [
    ...namespaces
      .filter(({ metadata }) => metadata?.deletionTimestamp)
      .map((each) => `${keyOf(each)} is still terminating`),
    ...objects
      .filter(({ metadata }) => !names.has(metadata?.namespace))
      .map((object) => `${object.kind} ${keyOf(object)} is in a namespace that is gone`),
  ];
}

/** Nobody is owned by what does not exist; nothing waits for deletion. */
function orphans({ deployments, replicaSets, statefulSets, daemonSets, jobs, pods }: State): string[] {
  const owners = new Set(
    [...deployments, ...replicaSets, ...statefulSets, ...daemonSets, ...jobs].map(({ metadata }) => metadata?.uid),
  );
  return [...replicaSets, ...pods].flatMap((object) => [
    ...(object.metadata?.ownerReferences ?? [])
      .filter(({ uid }) => !owners.has(uid))
      .map(({ kind, name }) => `${keyOf(object)} is owned by ${kind} ${name}, which is gone`),
    ...(object.metadata?.deletionTimestamp ? [`${keyOf(object)} is still being deleted`] : []),
  ]);
}

/** What runs is what the API says runs, where it says. */
function machineViolations(cluster: SimulatedCluster, pods: readonly Pod[]): string[] {
  const wanted = pods
    .filter(({ spec, status }) => spec?.nodeName && status?.phase === 'Running')
    .map((pod) => `${keyOf(pod)} (uid ${pod.metadata?.uid}) on ${pod.spec?.nodeName}`);
  const running = cluster.running().map(({ key, uid, node }) => `${key} (uid ${uid}) on ${node}`);
  return [
    ...wanted.filter((text) => !running.includes(text)).map((text) => `${text} does not run`),
    ...running.filter((text) => !wanted.includes(text)).map((text) => `${text} runs, and should not`),
  ];
}

/** Endpoints and EndpointSlices of a service with a selector: the addresses of the ready pods that it selects. */
function endpointViolations(service: Service, { pods, endpoints, slices }: State): string[] {
  const { selector } = service.spec ?? {};
  if (!selector) return [];
  const { matches } = selectorFromSet(selector);
  const wanted = pods
    .filter((pod) => pod.metadata?.namespace === service.metadata?.namespace && matches(pod.metadata?.labels))
    .filter(isReady)
    .map((pod) => pod.status?.podIP ?? '');
  const inEndpoints = endpoints
    .filter((object) => keyOf(object) === keyOf(service))
    .flatMap((object) => object.subsets ?? [])
    .flatMap((subset) => subset.addresses ?? [])
    .map(({ ip }) => ip);
  const inSlices = slices
    .filter(
      ({ metadata }) =>
        metadata?.namespace === service.metadata?.namespace &&
        metadata?.labels?.['kubernetes.io/service-name'] === service.metadata?.name,
    )
    .flatMap((slice) => slice.endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses);
  const text = (addresses: readonly string[]) => [...addresses].sort().join(' ');
  return [
    ...(text(inEndpoints) === text(wanted)
      ? []
      : [`endpoints of ${keyOf(service)}: [${text(inEndpoints)}], ready: [${text(wanted)}]`]),
    ...(text(inSlices) === text(wanted)
      ? []
      : [`slices of ${keyOf(service)}: [${text(inSlices)}], ready: [${text(wanted)}]`]),
  ];
}

/** Revisions follow each other without a gap, over all lives of the server. */
function historyViolations(cluster: SimulatedCluster): string[] {
  let last = 0;
  for (const { revision } of cluster.disk.history()) {
    if (revision !== last + 1) return [`history goes from revision ${last} to ${revision}`];
    last = revision;
  }
  return [];
}

function imageOf(template: PodTemplateSpec | undefined): string | undefined {
  return template?.spec?.containers[0]?.image;
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return (
    object.metadata?.ownerReferences?.some(({ uid, controller }) => controller && uid === owner.metadata?.uid) ?? false
  );
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function isUnfinished({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}
