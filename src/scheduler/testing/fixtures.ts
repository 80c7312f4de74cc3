/** What scheduler tests and benchmarks stand on: state filled by hand, listers over arrays, an Env that does nothing. */

import type { Labels } from '#api/label-selector.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import type { Clock, Env, Random, Timer } from '#base/env.ts';
import type { Client } from '#client/client.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import type { Lister } from '#runtime/informer.ts';
import { Algorithm } from '../algorithm.ts';
import type { Framework } from '../framework/framework.ts';
import type { Handle, Listers } from '../framework/handle.ts';
import { PodInfo } from '../framework/pod-info.ts';
import { WaitingPods } from '../framework/waiting-pods.ts';
import { createProfile, type ProfileConfig } from '../profile.ts';
import { Nominator } from '../queue/nominator.ts';
import { ClusterState } from '../state/cluster-state.ts';

/** mulberry32: small, seeded, good enough to choose test cases. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256)) };
}

export function listerOf<T extends KubeObject>(objects: readonly T[]): Lister<T> {
  return {
    get: (key) => objects.find((object) => keyOf(object) === key),
    list: (namespace) =>
      objects.filter((object) => namespace === undefined || object.metadata?.namespace === namespace),
    byIndex: () => [],
    size: objects.length,
  };
}

type Objects = { readonly [Kind in keyof Listers]?: readonly NonNullable<ReturnType<Listers[Kind]['get']>>[] };

export function listersOf(objects: Objects = {}): Listers {
  return {
    pods: listerOf(objects.pods ?? []),
    services: listerOf(objects.services ?? []),
    replicationControllers: listerOf(objects.replicationControllers ?? []),
    replicaSets: listerOf(objects.replicaSets ?? []),
    statefulSets: listerOf(objects.statefulSets ?? []),
    podDisruptionBudgets: listerOf(objects.podDisruptionBudgets ?? []),
    persistentVolumes: listerOf(objects.persistentVolumes ?? []),
    persistentVolumeClaims: listerOf(objects.persistentVolumeClaims ?? []),
    storageClasses: listerOf(objects.storageClasses ?? []),
    csiNodes: listerOf(objects.csiNodes ?? []),
  };
}

export interface Bench {
  readonly state: ClusterState;
  readonly nominator: Nominator;
  readonly algorithm: Algorithm;
  readonly profile: Framework;
  readonly handle: Handle;
}

export interface BenchConfig {
  readonly random?: Random;
  readonly listers?: Listers;
  readonly namespaces?: ReadonlyMap<string, Labels>;
  readonly profile?: ProfileConfig;
  readonly percentageOfNodesToScore?: number;
  readonly client?: Client;
}

/** State, profile and algorithm without queue, informers or API server. */
export function createBench(config: BenchConfig = {}): Bench {
  const random = config.random ?? seededRandom(1);
  const namespaces = config.namespaces ?? new Map<string, Labels>();
  const state = new ClusterState({ labelsOf: (name) => namespaces.get(name), names: () => namespaces.keys() });
  const nominator = new Nominator();
  let handle: Handle | undefined;
  const profile = createProfile(config.profile ?? {}, (framework) => {
    handle = {
      env: idleEnv(random),
      client: config.client ?? unusedClient,
      state,
      listers: config.listers ?? listersOf(),
      nominator,
      waitingPods: new WaitingPods(),
      filterWithNominatedPods: (cycle, node) => framework().runFiltersWithNominated(cycle, node, state, nominator),
      tellPodAdded: (cycle, pod, node) => framework().tellPodAdded(cycle, pod, node),
      tellPodRemoved: (cycle, pod, node) => framework().tellPodRemoved(cycle, pod, node),
      activate: () => {},
      onVolumeChange: () => () => {},
      recordEvent: () => {},
      signal: new AbortController().signal,
    };
    return handle;
  });
  const percentageOfNodesToScore = config.percentageOfNodesToScore ?? 0;
  const algorithm = new Algorithm({ state, nominator, random, percentageOfNodesToScore });
  return { state, nominator, algorithm, profile, handle: handle as Handle };
}

export function podInfo(pod: Pod): PodInfo {
  return new PodInfo(pod);
}

export function makeNode(name: string, allocatable: Labels, rest: Partial<Node> = {}): Node {
  return {
    ...rest,
    metadata: { ...rest.metadata, name, labels: { 'kubernetes.io/hostname': name, ...rest.metadata?.labels } },
    status: { allocatable, ...rest.status },
  };
}

export function makePod(
  name: string,
  spec: Partial<NonNullable<Pod['spec']>> = {},
  metadata: Pod['metadata'] = {},
): Pod {
  return {
    metadata: { namespace: 'default', uid: `uid-${metadata.namespace ?? 'default'}-${name}`, ...metadata, name },
    spec: { containers: [{ name: 'main', image: 'pause' }], ...spec },
  };
}

/** Time that passes when told to; timers run in order. */
export class ManualClock implements Clock {
  private ms = 0;
  private readonly timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();

  now(): number {
    return this.ms;
  }

  monotonic(): number {
    return this.ms;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { dueMs: this.ms + delayMs, run };
    this.timers.add(timer);
    return { cancel: () => this.timers.delete(timer) };
  }

  /** Timers that would still run. */
  get pending(): number {
    return this.timers.size;
  }

  advance(ms: number): void {
    const endMs = this.ms + ms;
    for (;;) {
      const due = [...this.timers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
      const [next] = due;
      if (!next) break;
      this.timers.delete(next);
      this.ms = Math.max(this.ms, next.dueMs);
      next.run();
    }
    this.ms = endMs;
  }
}

function idleEnv(random: Random): Env {
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
  return {
    clock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel() {} }) },
    random,
    log,
  };
}

const unusedClient = new Proxy({} as Client, {
  get: (_, method) => {
    throw new Error(`this test has no API server: ${String(method)}`);
  },
});
