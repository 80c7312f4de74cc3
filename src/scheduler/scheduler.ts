/**
 * kube-scheduler: watches for pods without a node and gives each one, by the rules of its profile.
 *
 * This file wires the parts: informers -> event handlers -> cluster state and queue -> scheduling loop -> API server.
 */

import { ReplicaSets } from '#kinds/apps/replica-set/definition.ts';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { PersistentVolumes } from '#kinds/core/persistent-volume/definition.ts';
import { PersistentVolumeClaims } from '#kinds/core/persistent-volume-claim/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { ReplicationControllers } from '#kinds/core/replication-controller/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { PodDisruptionBudgets } from '#kinds/policy/pod-disruption-budget/definition.ts';
import { CSINodes } from '#kinds/storage/csi-node/definition.ts';
import { StorageClasses } from '#kinds/storage/storage-class/definition.ts';
import type { Component, ComponentWorld } from '#runtime/component.ts';
import { createEventRecorder, type EventRecorder, referenceTo } from '#runtime/event-recorder.ts';
import { Informers } from '#runtime/informer.ts';
import { Algorithm } from './algorithm.ts';
import { type EventHandlersConfig, nodeHandler, plainHandler, podHandler } from './event-handlers.ts';
import type { Framework } from './framework/framework.ts';
import type { Handle, Listers } from './framework/handle.ts';
import { WaitingPods } from './framework/waiting-pods.ts';
import type { SchedulerMetrics } from './metrics.ts';
import { createProfile, defaultSchedulerName, type ProfileConfig } from './profile.ts';
import { defaultPodBackoff } from './queue/backoff.ts';
import { Nominator } from './queue/nominator.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';
import { inTreePlugins, type Registry } from './registry.ts';
import { SchedulingLoop } from './scheduling-loop.ts';
import { ClusterState } from './state/cluster-state.ts';

/** Names of kubescheduler.config.k8s.io/v1 where it has them. */
export interface SchedulerConfig {
  /** The default profile when absent. */
  readonly profiles?: readonly ProfileConfig[];
  /** 1 to 100; 0 and absent: adaptive. */
  readonly percentageOfNodesToScore?: number;
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  /** Seconds that a rejected pod waits for an event before it is tried anyway; 300 when absent. */
  readonly podMaxInUnschedulablePodsSeconds?: number;
  /** Calls to the API server at a time; 256 when absent. */
  readonly maxConcurrentCalls?: number;
}

export interface SchedulerOptions {
  /** Plugins beside the in-tree ones, by name. */
  readonly plugins?: Registry;
  /** Of the machine, for the reportingInstance of events; 'kubets' when absent. */
  readonly hostname?: string;
  /** Absent: nothing is measured. It may start several times, as often as it leads: these go on. */
  readonly metrics?: SchedulerMetrics;
}

const defaultMaxUnschedulableMs = 5 * 60_000;

/** Finished pods take nothing from a node: they are not even listed. */
const unfinished = 'status.phase!=Succeeded,status.phase!=Failed';

export function createScheduler(options: SchedulerOptions = {}): Component<SchedulerConfig> {
  return { name: 'kube-scheduler', start: (world, signal) => start(world, options, signal) };
}

async function start(
  { env, client, config }: ComponentWorld<SchedulerConfig>,
  options: SchedulerOptions,
  signal: AbortSignal,
): Promise<{ readonly stopped: Promise<void> }> {
  const { metrics } = options;
  const informers = new Informers(client, env, signal);
  const namespaces = informers.of(Namespaces);
  const pods = informers.of(Pods, { fieldSelector: unfinished });
  const nodes = informers.of(Nodes);
  const listers: Listers = {
    pods,
    services: informers.of(Services),
    replicationControllers: informers.of(ReplicationControllers),
    replicaSets: informers.of(ReplicaSets),
    statefulSets: informers.of(StatefulSets),
    podDisruptionBudgets: informers.of(PodDisruptionBudgets),
    persistentVolumes: informers.of(PersistentVolumes),
    persistentVolumeClaims: informers.of(PersistentVolumeClaims),
    storageClasses: informers.of(StorageClasses),
    csiNodes: informers.of(CSINodes),
  };
  const state = new ClusterState({
    labelsOf: (name) => namespaces.get(name)?.metadata?.labels,
    names: () => namespaces.list().map(({ metadata }) => metadata?.name ?? ''),
  });
  const nominator = new Nominator();
  const waitingPods = new WaitingPods();
  const profiles = new Map<string, Framework>();
  // Events come from the scheduler that the pod chose.
  const { hostname = 'kubets' } = options;
  const recorders = new Map<string, EventRecorder>();
  const recordEvent: Handle['recordEvent'] = (pod, type, reason, message, action) => {
    const component = pod.spec?.schedulerName || defaultSchedulerName;
    let recorder = recorders.get(component);
    if (!recorder) {
      recorder = createEventRecorder({ client, env, component, reportingInstance: `${component}-${hostname}` });
      recorders.set(component, recorder);
    }
    recorder.record(referenceTo(Pods, pod), type, reason, message, action);
  };

  const volumeListeners = new Set<() => void>();
  const volumeChanged = () => {
    // A listener may take itself off.
    for (const listener of Array.from(volumeListeners)) listener();
  };

  let queue: SchedulingQueue | undefined;
  const registry: Registry = new Map([...inTreePlugins, ...(options.plugins ?? [])]);
  for (const profileConfig of config.profiles ?? [{}]) {
    const profile = createProfile(
      profileConfig,
      (framework) => ({
        env,
        client,
        state,
        listers,
        nominator,
        waitingPods,
        filterWithNominatedPods: (cycle, node) => framework().runFiltersWithNominated(cycle, node, state, nominator),
        tellPodAdded: (cycle, pod, node) => framework().tellPodAdded(cycle, pod, node),
        tellPodRemoved: (cycle, pod, node) => framework().tellPodRemoved(cycle, pod, node),
        activate: ({ uid }) => queue?.activate(uid),
        onVolumeChange: (listener) => {
          volumeListeners.add(listener);
          return () => volumeListeners.delete(listener);
        },
        recordEvent,
        preemptions: metrics?.preemptions,
        signal,
      }),
      registry,
      metrics?.framework,
    );
    profiles.set(profile.profileName, profile);
  }

  queue = new SchedulingQueue(
    {
      clock: env.clock,
      nominator,
      backoff: {
        initialMs: milliseconds(config.podInitialBackoffSeconds) ?? defaultPodBackoff.initialMs,
        maxMs: milliseconds(config.podMaxBackoffSeconds) ?? defaultPodBackoff.maxMs,
      },
      maxUnschedulableMs: milliseconds(config.podMaxInUnschedulablePodsSeconds) ?? defaultMaxUnschedulableMs,
      metrics: metrics?.queue,
    },
    profiles,
  );
  const waiting = queue;
  const isOurs = (pod: Pod): boolean => profiles.has(pod.spec?.schedulerName ?? '');
  const handlers: EventHandlersConfig = { state, queue, waitingPods, isOurs };
  nodes.addHandler(nodeHandler(handlers));
  pods.addHandler(podHandler(handlers));
  informers.of(PersistentVolumes).addHandler(plainHandler(handlers, 'PersistentVolume'));
  informers.of(PersistentVolumeClaims).addHandler(plainHandler(handlers, 'PersistentVolumeClaim'));
  informers.of(StorageClasses).addHandler(plainHandler(handlers, 'storage.k8s.io/StorageClass'));
  informers.of(CSINodes).addHandler(plainHandler(handlers, 'storage.k8s.io/CSINode'));
  const volumeHandler = { onAdd: volumeChanged, onUpdate: volumeChanged, onDelete: volumeChanged };
  informers.of(PersistentVolumes).addHandler(volumeHandler);
  informers.of(PersistentVolumeClaims).addHandler(volumeHandler);
  await informers.whenSynced();

  const percentageOfNodesToScore = config.percentageOfNodesToScore ?? 0;
  const algorithm = new Algorithm({ state, nominator, random: env.random, percentageOfNodesToScore });
  const loop = new SchedulingLoop({
    env,
    client,
    state,
    queue,
    nominator,
    waitingPods,
    algorithm,
    profiles,
    pods,
    recordEvent,
    maxCalls: config.maxConcurrentCalls ?? 256,
    metrics,
  });
  metrics?.show({ queue: waiting, state, bindings: () => loop.bindingCount, pods: () => pods.list() });
  env.log.info('scheduling', { profiles: [...profiles.keys()], nodes: state.nodeCount });
  return { stopped: Promise.all([loop.run(signal), informers.stopped()]).then(() => {}) };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : 1000 * seconds;
}
