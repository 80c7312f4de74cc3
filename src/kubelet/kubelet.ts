/**
 * The kubelet: runs the pods that are bound to its node. This file puts its parts together; what they do is in their folders.
 *
 *     pods of the API -> PodWorkers -> plans -> runtime (CRI), volumes, cgroups
 *     runtime events, probe results, changed ConfigMaps and Secrets -> wake a worker
 *     facts -> StatusManager -> API;   machine -> NodeReporter -> node object and lease
 *
 * Its death harms nothing: containers run on, and the next kubelet finds them by their labels.
 */

import { isNotFound } from '#api/errors.ts';
import { quantityMilliValue, quantityValue } from '#api/quantity.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import type { Container, Node, Pod, Secret } from '#kinds/generated/core-v1.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';
import { RuntimeClasses } from '#kinds/node/runtime-class/definition.ts';
import type { ComponentWorld } from '#runtime/component.ts';
import { createEventRecorder, referenceTo } from '#runtime/event-recorder.ts';
import { Informers } from '#runtime/informer.ts';
import { rejectionOf } from './admission/admission.ts';
import type { KubeletConfig } from './config.ts';
import { LocalStorageEviction } from './eviction/local-storage.ts';
import { MemoryPressureEviction } from './eviction/memory-pressure.ts';
import { ImageCollector } from './images/image-gc.ts';
import { ImagePuller } from './images/puller.ts';
import { LogRotator } from './log-rotation/log-rotator.ts';
import { parseResolvConf } from './network/resolver.ts';
import { NodeReporter } from './node/node-reporter.ts';
import { WatchedObjects } from './objects/referenced-objects.ts';
import { ServiceAccountTokens } from './objects/service-account-tokens.ts';
import {
  asNodePod,
  type ContainerEntry,
  containerFieldPath,
  findContainer,
  isMirrorPod,
  isTerminalPhase,
  mirrorAnnotation,
  type NodePod,
} from './pod/node-pod.ts';
import { removeOrphansUntilDone } from './pod-worker/orphans.ts';
import { QosShares } from './pod-worker/qos-shares.ts';
import { resizeVerdict } from './pod-worker/resize.ts';
import { RestartBackoff } from './pod-worker/restart-backoff.ts';
import type { EventType, NodeFacts, PodServices } from './pod-worker/services.ts';
import type { Verdict } from './pod-worker/worker.ts';
import { PodWorkers } from './pod-worker/workers.ts';
import type { KubeletPorts } from './ports.ts';
import { ProbeManager } from './probes/manager.ts';
import { RuntimeWatch } from './runtime-state/runtime-watch.ts';
import { UserNamespaces } from './security/user-namespaces.ts';
import { createRuntimeAccess } from './server/runtime-access.ts';
import type { KubeletHost } from './server/server.ts';
import { StaticPods } from './static-pods/static-pods.ts';
import { StatsProvider } from './stats/stats-provider.ts';
import { StatusManager } from './status/status-manager.ts';
import { claimResolver } from './volumes/claims.ts';
import { VolumeManager } from './volumes/manager.ts';

export interface RunningKubelet {
  readonly stopped: Promise<void>;
  /** What the kubelet's server asks. */
  readonly host: KubeletHost;
}

export interface Kubelet {
  readonly name: 'kubelet';
  /** Resolves once the node is registered and its pods are being run. */
  start(world: Pick<ComponentWorld<void>, 'env' | 'client'>, signal: AbortSignal): Promise<RunningKubelet>;
}

export function createKubelet(config: KubeletConfig, ports: KubeletPorts): Kubelet {
  return { name: 'kubelet', start: (world, signal) => startKubelet(config, ports, world, signal) };
}

async function startKubelet(
  config: KubeletConfig,
  ports: KubeletPorts,
  world: Pick<ComponentWorld<void>, 'env' | 'client'>,
  signal: AbortSignal,
): Promise<RunningKubelet> {
  const { client } = world;
  const env = { ...world.env, log: world.env.log.child({ node: config.nodeName }) };
  const events = createEventRecorder({ client, env, component: 'kubelet', host: config.nodeName });
  const informers = new Informers(client, env, signal);
  const services = informers.of(Services);
  const nodeScope = { fieldSelector: `metadata.name=${config.nodeName}` };

  let facts: NodeFacts = {
    hostIPs: config.nodeIPs ?? [],
    allocatable: {},
    memoryBytes: 1,
    runtimeName: 'containerd',
    supportsRecursiveReadOnly: false,
    supportsUserNamespaces: false,
  };
  const reporter = new NodeReporter({
    env,
    client,
    config,
    ports,
    onStatus: ({ addresses, machine, version, runtime }, status) => {
      const handler = runtime?.handlers.find(({ name }) => name === '');
      facts = {
        hostIPs: addresses,
        allocatable: status.allocatable ?? {},
        memoryBytes: machine.memoryBytes,
        runtimeName: version?.runtimeName ?? facts.runtimeName,
        supportsRecursiveReadOnly: handler?.recursiveReadOnlyMounts ?? false,
        supportsUserNamespaces: handler?.userNamespaces ?? false,
      };
    },
    event: (node, type, reason, message) => events.record(nodeReference(node), type, reason, message),
  });

  const status = new StatusManager(client, env, signal);
  const objects = new WatchedObjects(
    client,
    env,
    (uids) => {
      for (const uid of uids) workers.get(uid)?.objectsChanged();
    },
    signal,
  );
  const tokens = new ServiceAccountTokens(client, env);
  const volumes = new VolumeManager(
    {
      files: ports.files,
      mounts: ports.mounts,
      objects,
      rootDirectory: config.rootDirectory,
      nowMs: () => env.clock.now(),
      get nodeAllocatable() {
        return facts.allocatable;
      },
      serviceAccountToken: (pod, projection) => tokens.token(pod, projection),
    },
    claimResolver(client),
  );
  const podEvent = (pod: NodePod, type: EventType, reason: string, message: string) =>
    events.record(referenceTo<Pod>(Pods, pod), type, reason, message);
  const containerEvent: PodServices['containerEvent'] = (pod, subject, type, reason, message) => {
    const entry = isEntry(subject) ? subject : findContainer(pod, subject.name);
    events.record(referenceTo<Pod>(Pods, pod, entry && containerFieldPath(entry)), type, reason, message);
  };
  const probes = new ProbeManager({
    env,
    tools: { runtime: ports.runtime, network: ports.network },
    status: (uid) => status.get(uid),
    pod: (uid) => workers.get(uid)?.pod,
    event: containerEvent,
    wake: (uid) => workers.wake(uid),
  });
  const userNamespaces = new UserNamespaces({
    files: ports.files,
    rootDirectory: config.rootDirectory,
    maxPods: config.maxPods,
  });
  const crashLoop = new RestartBackoff(config.crashLoopBackOff);
  const puller = new ImagePuller({ env, images: ports.images, backOff: config.imagePullBackOff });

  const podServices: PodServices = {
    env,
    config,
    ports,
    node: () => facts,
    nodeDns: async () => parseResolvConf(await ports.files.readText(config.resolvConf).catch(() => '')),
    services: async () => {
      await services.whenSynced(signal);
      return services.list();
    },
    objects,
    volumes,
    puller,
    probes,
    status,
    userNamespaces,
    crashLoop,
    pullSecrets: (pod) => pullSecrets(pod, objects),
    runtimeHandler: async (pod) => {
      const name = pod.spec.runtimeClassName;
      if (!name) return '';
      try {
        return (await client.get<RuntimeClass>(RuntimeClasses, { name })).handler;
      } catch (error) {
        if (!isNotFound(error)) throw error;
        const message = `failed to get sandbox runtime: RuntimeClass.node.k8s.io "${name}" not found`;
        podEvent(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`);
        throw new Error(message, { cause: error });
      }
    },
    podsChanged: () => qos.update(),
    resizeVerdict: (pod) => resizeVerdict(pod, otherPods(pod.metadata.uid), facts.allocatable),
    forgetPod: (uid) => {
      crashLoop.forget(`${uid}_`);
      puller.forgetPod(uid);
      tokens.forgetPod(uid);
      userNamespaces.release(uid);
    },
    event: podEvent,
    containerEvent,
  };
  const workers = new PodWorkers(podServices);
  const qos = new QosShares(
    () =>
      workers
        .all()
        .filter((worker) => worker.isActive)
        .map((worker) => worker.granted),
    (shares) => ports.cgroups.setBurstableShares(shares),
    env.log,
  );
  const otherPods = (uid: string) =>
    workers
      .all()
      .filter((worker) => worker.isActive && worker.uid !== uid)
      .map((worker) => worker.granted);
  const watch = new RuntimeWatch({
    env,
    runtime: ports.runtime,
    onChange: (uid) => workers.runtimeChanged(uid),
    onLost: () => workers.lookAtAll(),
  });

  const pods = informers.of(Pods, { fieldSelector: `spec.nodeName=${config.nodeName}` });
  const [node] = await Promise.all([
    reporter.register(signal),
    pods.whenSynced(signal),
    ports.files.makeDirectory(config.rootDirectory, 0o750).then(() => volumes.prepareNode()),
    ports.files.makeDirectory(config.podLogsDirectory, 0o755),
    ports.files.makeDirectory(config.containerLogsDirectory, 0o755),
  ]);
  informers.of(Nodes, nodeScope).addHandler({
    onAdd: (object) => reporter.observe(object),
    onUpdate: (_, object) => reporter.observe(object),
  });
  events.record(nodeReference(node), 'Normal', 'Starting', 'Starting kubelet.');
  await ports.cgroups.prepare({
    milliCpu: quantityMilliValue(facts.allocatable.cpu ?? '0'),
    memoryBytes: quantityValue(facts.allocatable.memory ?? '0'),
  });

  const judge = (pod: NodePod): Verdict | undefined => {
    // What has been started here was admitted.
    if (
      pod.metadata.deletionTimestamp !== undefined ||
      isTerminalPhase(pod.status.phase) ||
      pod.status.startTime !== undefined
    ) {
      return undefined;
    }
    const others = otherPods(pod.metadata.uid);
    const rejection = rejectionOf({
      pod,
      node: reporter.current ?? node,
      allocatable: facts.allocatable,
      others,
      allowedUnsafeSysctls: config.allowedUnsafeSysctls,
    });
    if (!rejection) return undefined;
    podEvent(pod, 'Warning', rejection.reason, rejection.message);
    return { reason: rejection.reason, message: `Pod was rejected: ${rejection.message}` };
  };
  const accept = (pod: Pod, isNew = false) => {
    if (isMirrorPod(pod)) {
      status.observeMirror(pod.metadata?.annotations?.[mirrorAnnotation] ?? '', pod);
      return;
    }
    const nodePod = asNodePod(pod);
    if (nodePod) workers.update(nodePod, isNew && nodePod.status.startTime === undefined, judge);
  };
  // The oldest first, as they were admitted before.
  const created = (pod: Pod) => pod.metadata?.creationTimestamp ?? '';
  for (const pod of pods.list().sort((a, b) => created(a).localeCompare(created(b)))) accept(pod);
  pods.addHandler({
    onAdd: (pod) => {
      if (!workers.get(pod.metadata?.uid ?? '')) accept(pod, true);
    },
    onUpdate: (_, pod) => accept(pod),
    onDelete: (pod) => {
      if (isMirrorPod(pod)) status.observeMirror(pod.metadata?.annotations?.[mirrorAnnotation] ?? '', undefined);
      workers.remove(pod.metadata?.uid ?? '');
      workers.retryResizes();
    },
  });

  const statics = new StaticPods({
    env,
    client,
    config,
    ports,
    node: () => reporter.current,
    onPod: (pod) => workers.update(pod, false, judge),
    onGone: (uid) => workers.remove(uid),
  });
  await statics.look();
  for (const pod of pods.list()) if (isMirrorPod(pod)) accept(pod);
  const evictable = {
    pods: () =>
      workers
        .all()
        .filter((worker) => worker.isActive)
        .map((worker) => worker.pod),
    evict: (pod: NodePod, verdict: Verdict) => {
      podEvent(pod, 'Warning', verdict.reason, verdict.message);
      workers.get(pod.metadata.uid)?.end(verdict);
    },
  };
  const storage = new LocalStorageEviction({ env, config, ports, ...evictable });
  const memory = new MemoryPressureEviction({ env, ports, ...evictable });
  const orphans = removeOrphansUntilDone((uid) => workers.get(uid) !== undefined, podServices, signal);

  const rotator = new LogRotator({
    env,
    config,
    ports,
    containers: () => workers.all().flatMap((worker) => worker.runtimeStatus.containers),
  });
  const collector = new ImageCollector({ env, config, ports });
  const podsNow = () => workers.all().map(({ pod, uid }) => ({ ...pod, status: status.get(uid) ?? pod.status }));
  const stats = new StatsProvider({ env, config, ports, pods: podsNow });
  const running = Promise.all([
    reporter.run(signal),
    watch.run(signal),
    rotator.run(signal),
    collector.run(signal),
    statics.run(signal),
    storage.run(signal),
    memory.run(signal),
    orphans,
  ]);

  const stopped = running.then(async () => {
    probes.removeAll();
    await workers.stop();
    await informers.stopped();
  });
  return {
    stopped,
    host: {
      nodeName: config.nodeName,
      pods: podsNow,
      runningPods: async () => runningPods(ports),
      config: () => ({ kind: 'KubeletConfiguration', apiVersion: 'kubelet.config.k8s.io/v1beta1', ...config }),
      unhealthy: () => undefined,
      containers: createRuntimeAccess({
        runtime: ports.runtime,
        clock: env.clock,
        containerEnded: (id, until) => watch.containerEnded(id, until),
      }),
      statsSummary: () => stats.summary(),
      metrics: (endpoint) => stats.metrics(endpoint),
    },
  };
}

function isEntry(subject: Container | ContainerEntry): subject is ContainerEntry {
  return 'kind' in subject && 'container' in subject;
}

/** Upstream's reference to a node in events has the node's name as its uid. */
function nodeReference(node: Node): ReturnType<typeof referenceTo> {
  const name = node.metadata?.name ?? '';
  return { kind: 'Node', name, uid: name };
}

async function pullSecrets(pod: NodePod, objects: WatchedObjects): Promise<readonly Secret[]> {
  const names = (pod.spec.imagePullSecrets ?? []).map(({ name }) => name ?? '').filter((name) => name !== '');
  const found = await Promise.all(
    names.map((name) =>
      objects.secret(pod.metadata.namespace, name).catch((error: unknown) => {
        // Without it the pull may still succeed; if not, the pull says so.
        if (isNotFound(error)) return undefined;
        throw error;
      }),
    ),
  );
  return found.filter((secret) => secret !== undefined);
}

/** Sandboxes as pods, for /runningpods. */
async function runningPods(ports: KubeletPorts): Promise<readonly Pod[]> {
  const [sandboxes, containers] = await Promise.all([ports.runtime.listPodSandboxes(), ports.runtime.listContainers()]);
  return sandboxes
    .filter(({ state }) => state === 'SANDBOX_READY')
    .map(({ id, metadata }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
      spec: {
        containers: containers
          .filter((container) => container.podSandboxId === id && container.state === 'CONTAINER_RUNNING')
          .map((container) => ({ name: container.metadata.name, image: container.imageRef })),
      },
    }));
}
