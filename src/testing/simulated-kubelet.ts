/**
 * The simulated kubelet: what a node agent does as the API sees it, on a SimulatedMachine: registers the node, renews its
 * lease, starts and stops pods with delays, reports their status, finishes graceful deletion.
 *
 * Two controllers of the controller runtime. Both are level-triggered: after its death the agent finds the machine as it is.
 */

import { isNotFound } from '#api/errors.ts';
import { keyOf, refOfKey } from '#api/object.ts';
import { formatMicroTime, formatTime } from '#api/time.ts';
import { edit, mutableCopy } from '#base/edit.ts';
import { equalTrees } from '#base/equal.ts';
import { Leases } from '#kinds/coordination/lease/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { ContainerStatus, Node, Pod, PodCondition, PodStatus } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import type { RunningPod, SimulatedMachine } from './machine/machine.ts';

export interface SimulatedNodeConfig {
  /** Image pull and container start, in ms. */
  readonly startMs: { readonly low: number; readonly high: number };
  /** How long containers take to end after SIGTERM, bounded by the grace period, in ms. */
  readonly stopMs: { readonly low: number; readonly high: number };
  /** How long the containers of a pod run that is not restarted always, in ms. */
  readonly runMs: { readonly low: number; readonly high: number };
  /** Probability that such a pod fails. */
  readonly failureRate: number;
  readonly cpu: string;
  readonly memory: string;
  readonly pods: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export const defaultNodeConfig: SimulatedNodeConfig = {
  startMs: { low: 50, high: 1500 },
  stopMs: { low: 10, high: 2000 },
  runMs: { low: 100, high: 5000 },
  failureRate: 0.1,
  cpu: '4',
  memory: '8Gi',
  pods: 110,
};

/** Upstream's nodeStatusUpdateFrequency of leases: a quarter of the 40 s that a lease lasts. */
const heartbeatMs = 10_000;
const leaseSeconds = 40;
const leaseNamespace = 'kube-node-lease';

export function simulatedKubelet(
  machine: SimulatedMachine,
  config: SimulatedNodeConfig = defaultNodeConfig,
): readonly ControllerFactory[] {
  return [
    { name: 'simulated-node-status', create: (context) => new NodeStatusLoop(context, machine, config) },
    { name: 'simulated-kubelet', create: (context) => new PodLoop(context, machine, config) },
  ];
}

/** A pod of the simulated kubelet runs as one. */
const mainContainer = 'main';

/** Registers the node and shows that it lives. */
class NodeStatusLoop implements Controller {
  private readonly context: ControllerContext;
  private readonly machine: SimulatedMachine;
  private readonly config: SimulatedNodeConfig;

  constructor(context: ControllerContext, machine: SimulatedMachine, config: SimulatedNodeConfig) {
    this.context = context;
    this.machine = machine;
    this.config = config;
    context.queue.add(machine.name);
  }

  async reconcile(name: string): Promise<{ readonly requeueAfterMs: number }> {
    const { client, env } = this.context;
    const node = await client.get(Nodes, { name }).catch(absent);
    if (!node) await client.create(Nodes, this.newNode());
    else if (node.status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') {
      const ready = edit(node, (draft) => {
        draft.status = { ...draft.status, ...mutableCopy(this.newNode().status ?? {}) };
      });
      await client.updateStatus(Nodes, ready);
    }
    const renewTime = formatMicroTime(env.clock.now());
    const lease = await client.get(Leases, { namespace: leaseNamespace, name }).catch(absent);
    const spec = { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime };
    if (!lease) await client.create(Leases, { metadata: { namespace: leaseNamespace, name }, spec });
    else await client.update(Leases, { ...lease, spec });
    return { requeueAfterMs: heartbeatMs };
  }

  private newNode(): Node {
    const { cpu, memory, pods, labels } = this.config;
    const { name, ip } = this.machine;
    const now = formatTime(this.context.env.clock.now());
    const resources = { cpu, memory, pods: String(pods), 'ephemeral-storage': '100Gi' };
    const condition = (type: string, status: 'True' | 'False', reason: string) => ({
      type,
      status,
      reason,
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    });
    return {
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          ...labels,
        },
      },
      status: {
        capacity: resources,
        allocatable: resources,
        conditions: [
          condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
          condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
          condition('Ready', 'True', 'KubeletReady'),
        ],
        addresses: [
          { type: 'InternalIP', address: ip },
          { type: 'Hostname', address: name },
        ],
      },
    };
  }
}

/** Makes the machine run the pods that are bound to it, and nothing else. */
class PodLoop implements Controller {
  readonly workers = 16;
  private readonly context: ControllerContext;
  private readonly machine: SimulatedMachine;
  private readonly config: SimulatedNodeConfig;
  /** Ends of waits that have begun (a start, a stop) on the monotonic clock, by uid and what is waited for. */
  private readonly waits = new Map<string, number>();

  constructor(context: ControllerContext, machine: SimulatedMachine, config: SimulatedNodeConfig) {
    this.context = context;
    this.machine = machine;
    this.config = config;
    const pods = this.pods();
    const enqueue = (pod: Pod) => context.queue.add(keyOf(pod));
    pods.addHandler({ onAdd: enqueue, onUpdate: (_, pod) => enqueue(pod), onDelete: enqueue });
    // What ran before the agent's death and is bound here no more has no event of its own.
    for (const { key } of machine.running()) context.queue.add(key);
  }

  async reconcile(key: string): Promise<{ readonly requeueAfterMs: number } | undefined> {
    const pod = this.pods().get(key);
    const running = this.machine.get(key);
    const uid = pod?.metadata?.uid ?? '';
    if (running && running.uid !== uid) {
      // Its pod is gone from the API: it was deleted by force, or while nobody looked.
      const waitMs = this.wait(`${running.uid} stop`, this.config.stopMs);
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      this.stop(key, running.uid);
    }
    if (!pod) return undefined;
    if (pod.metadata?.deletionTimestamp !== undefined) return this.end(key, pod, running);
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') {
      this.stop(key, uid);
      return undefined;
    }
    return this.run(key, pod);
  }

  private async run(key: string, pod: Pod): Promise<{ readonly requeueAfterMs: number } | undefined> {
    const uid = pod.metadata?.uid ?? '';
    if (!this.machine.get(key)) {
      await this.report(pod, undefined);
      const waitMs = this.wait(`${uid} start`, this.config.startMs);
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      // The world may have moved while the status was written.
      if (this.pods().get(key)?.metadata?.uid !== uid) return { requeueAfterMs: 1 };
      this.machine.containerStarts(
        identity(key, uid),
        mainContainer,
        this.machine.newAddress(),
        this.context.env.clock.now(),
      );
    }
    const running = this.machine.get(key);
    await this.report(pod, running);
    if (pod.spec?.restartPolicy === 'Always' || !running) return undefined;
    const waitMs = this.wait(`${uid} run`, this.config.runMs);
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    return this.finish(key, pod, running);
  }

  /** The containers of a pod that runs to completion have ended. */
  private async finish(key: string, pod: Pod, running: RunningPod): Promise<undefined> {
    const { env, client } = this.context;
    const nowMs = env.clock.now();
    const exitCode = env.random.next() < this.config.failureRate ? 1 : 0;
    const latest = this.pods().get(key) ?? pod;
    if (latest.metadata?.uid !== running.uid) return undefined;
    const next = edit(latest, (draft) => {
      draft.status = mutableCopy(finishedStatus(latest, running, this.machine.ip, nowMs, exitCode));
    });
    await client.updateStatus(Pods, next).catch(absent);
    this.stop(key, running.uid);
    return undefined;
  }

  /** Graceful deletion: containers end, then the object goes, by this very uid. */
  private async end(
    key: string,
    pod: Pod,
    running: RunningPod | undefined,
  ): Promise<{ readonly requeueAfterMs: number } | undefined> {
    const { uid = '', namespace, name = '', deletionGracePeriodSeconds = 30 } = pod.metadata ?? {};
    if (running?.uid === uid) {
      const graceMs = deletionGracePeriodSeconds * 1000;
      const { low, high } = this.config.stopMs;
      const waitMs = this.wait(`${uid} stop`, { low: Math.min(low, graceMs), high: Math.min(high, graceMs) });
      if (waitMs > 0) return { requeueAfterMs: waitMs };
      this.stop(key, uid);
    }
    await this.context.client
      .delete(Pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } })
      .catch(absent);
    return undefined;
  }

  /** Idempotent: stops this very pod, whatever else has its name now. */
  private stop(key: string, uid: string): void {
    this.machine.containerEnds(identity(key, uid), mainContainer);
  }

  /** Milliseconds left of a wait that begins with the first call; 0 when it is over. */
  private wait(name: string, { low, high }: { readonly low: number; readonly high: number }): number {
    const { clock, random } = this.context.env;
    const now = clock.monotonic();
    const end = this.waits.get(name) ?? now + low + random.next() * (high - low);
    this.waits.set(name, end);
    if (now < end) return end - now;
    this.waits.delete(name);
    return 0;
  }

  /** Writes the pod's status when it is not what the machine shows. */
  private async report(pod: Pod, running: RunningPod | undefined): Promise<void> {
    const nowMs = this.context.env.clock.now();
    const status = statusOf(pod, running, this.machine.ip, nowMs);
    if (equalTrees(status, pod.status ?? {})) return;
    const next = edit(pod, (draft) => {
      draft.status = mutableCopy(status);
    });
    await this.context.client.updateStatus(Pods, next).catch(absent);
  }

  private pods() {
    return this.context.informers.of(Pods, { fieldSelector: `spec.nodeName=${this.machine.name}` });
  }
}

/** The status that the kubelet reports of a pod whose containers start, or run and are ready. */
export function statusOf(pod: Pod, running: RunningPod | undefined, hostIP: string, nowMs: number): PodStatus {
  const old = pod.status ?? {};
  const now = formatTime(nowMs);
  const condition = (type: string, isTrue: boolean): PodCondition => {
    const status = isTrue ? 'True' : 'False';
    const before = old.conditions?.find((known) => known.type === type);
    if (before?.status === status) return before;
    const reason = isTrue ? {} : { reason: 'ContainersNotReady' };
    return { type, status, ...reason, lastTransitionTime: now };
  };
  const kubeletConditions = ['Initialized', 'Ready', 'ContainersReady'];
  const others = old.conditions?.filter(({ type }) => !kubeletConditions.includes(type)) ?? [];
  const ready = running !== undefined;
  return {
    ...old,
    phase: ready ? 'Running' : 'Pending',
    hostIP,
    hostIPs: [{ ip: hostIP }],
    startTime: old.startTime ?? now,
    ...(running ? { podIP: running.podIP, podIPs: [{ ip: running.podIP }] } : {}),
    conditions: [
      ...others,
      condition('Initialized', true),
      condition('Ready', ready),
      condition('ContainersReady', ready),
    ],
    containerStatuses: (pod.spec?.containers ?? []).map(
      ({ name, image = '' }): ContainerStatus => ({
        name,
        image,
        imageID: image,
        ready,
        started: ready,
        restartCount: 0,
        state: running
          ? { running: { startedAt: formatTime(running.startedAtMs) } }
          : { waiting: { reason: 'ContainerCreating' } },
      }),
    ),
  };
}

/** The status of a pod whose containers have all ended. */
export function finishedStatus(
  pod: Pod,
  running: RunningPod,
  hostIP: string,
  nowMs: number,
  exitCode: number,
): PodStatus {
  const ran = statusOf(pod, running, hostIP, nowMs);
  const now = formatTime(nowMs);
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return {
    ...ran,
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    conditions: (ran.conditions ?? []).map((condition) =>
      condition.type === 'Ready' || condition.type === 'ContainersReady'
        ? {
            ...condition,
            status: 'False',
            reason: exitCode === 0 ? 'PodCompleted' : 'PodFailed',
            lastTransitionTime: now,
          }
        : condition,
    ),
    containerStatuses: (ran.containerStatuses ?? []).map((container) => ({
      ...container,
      ready: false,
      started: false,
      state: {
        terminated: { exitCode, reason, startedAt: formatTime(running.startedAtMs), finishedAt: now },
      },
    })),
  };
}

/** For requests about something that may be gone. */
function absent(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}

function identity(
  key: string,
  uid: string,
): { readonly namespace: string; readonly name: string; readonly uid: string } {
  return { ...refOfKey(key), uid };
}
