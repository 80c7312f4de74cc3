/**
 * Scheduling loop: one pod after the other from the queue through the algorithm; bindings run beside it, many at a time.
 *
 *     pop -> schedule -> assume, reserve, permit -> (wait) -> pre-bind -> bind -> event
 *                  \-> post-filter (preemption)          \-> any failure: take back, tell, queue again
 *
 * Up to `assume` everything is synchronous, so decisions never race. The assumption is what lets the next pod be scheduled
 * before the API server has heard of this one. The loop waits only when there are too many calls under way, and for nothing else.
 */

import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { EventType } from '#runtime/event-recorder.ts';
import type { Lister } from '#runtime/informer.ts';
import type { Algorithm } from './algorithm.ts';
import { assignedPodDelete } from './framework/cluster-event.ts';
import type { Cycle } from './framework/cycle.ts';
import { Diagnosis } from './framework/diagnosis.ts';
import type { Framework } from './framework/framework.ts';
import { PodInfo } from './framework/pod-info.ts';
import { errorStatus, isRejected, messageOfStatus, type Status } from './framework/status.ts';
import { WaitingPod, type WaitingPods } from './framework/waiting-pods.ts';
import type { SchedulerMetrics } from './metrics.ts';
import { patchStatus } from './pod-status.ts';
import type { Nominator } from './queue/nominator.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { ClusterState } from './state/cluster-state.ts';
import type { NodeInfo } from './state/node-info.ts';
import { TaskPool } from './task-pool.ts';

export interface SchedulingLoopConfig {
  readonly env: Env;
  readonly client: Client;
  readonly state: ClusterState;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  readonly waitingPods: WaitingPods;
  readonly algorithm: Algorithm;
  readonly profiles: ReadonlyMap<string, Framework>;
  readonly pods: Lister<Pod>;
  readonly recordEvent: (pod: Pod, type: EventType, reason: string, message: string, action: string) => void;
  /** Calls to the API server at a time; the loop waits beyond. */
  readonly maxCalls: number;
  /** Absent: nothing is measured. */
  readonly metrics?: SchedulerMetrics | undefined;
}

/** The loop gives way to others after so long without having to wait. */
const sliceMs = 10;
/** Longest note of an event (core validation NoteLengthLimit). */
const noteLimit = 1024;

interface Failure {
  readonly reason: 'Unschedulable' | 'SchedulerError';
  readonly message: string;
  readonly unschedulablePlugins: ReadonlySet<string>;
  readonly pendingPlugins: ReadonlySet<string>;
  /** '' takes a nomination back; undefined leaves it. */
  readonly nominatedNodeName: string | undefined;
}

const noPlugins: ReadonlySet<string> = new Set();

export class SchedulingLoop {
  private readonly config: SchedulingLoopConfig;
  private readonly calls: TaskPool;
  private bindings = 0;

  constructor(config: SchedulingLoopConfig) {
    this.config = config;
    this.calls = new TaskPool(config.maxCalls);
  }

  /** Binding cycles under way. */
  get bindingCount(): number {
    return this.bindings;
  }

  /** Runs until the signal; resolves when the last call has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { queue, env, waitingPods } = this.config;
    const stop = () => {
      queue.close();
      waitingPods.rejectAll();
    };
    signal.addEventListener('abort', stop, { once: true });
    let sliceBegan = env.clock.monotonic();
    while (!signal.aborted) {
      const pod = queue.pop();
      if (pod) this.attempt(pod, signal);
      if (!pod || this.calls.isFull) {
        await (pod ? this.calls.hasRoom() : queue.wait());
        sliceBegan = env.clock.monotonic();
      } else if (env.clock.monotonic() - sliceBegan > sliceMs) {
        await new Promise<void>((resolve) => env.clock.after(0, resolve));
        sliceBegan = env.clock.monotonic();
      }
    }
    await this.calls.idle();
  }

  private attempt(pod: QueuedPod, signal: AbortSignal): void {
    const { queue, state, profiles, algorithm, recordEvent } = this.config;
    const { info } = pod;
    const profile = profiles.get(info.pod.spec?.schedulerName ?? '');
    if (!profile || state.isAssumed(info.uid)) {
      queue.done(info.uid);
      return;
    }
    if (info.terminating) {
      recordEvent(info.pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${info.key}`, 'Scheduling');
      queue.done(info.uid);
      return;
    }
    const { metrics, env } = this.config;
    if (metrics) pod.attemptStartedMs = env.clock.monotonic();
    const decision = algorithm.schedule(profile, info);
    metrics?.decided(env.clock.monotonic() - pod.attemptStartedMs);
    switch (decision.type) {
      case 'scheduled':
        this.place(profile, decision.cycle, pod, decision.node, signal);
        return;
      case 'unschedulable': {
        const { diagnosis, cycle } = decision;
        let nominatedNodeName: string | undefined = profile.hasPostFilters ? undefined : '';
        if (profile.hasPostFilters) {
          const result = profile.runPostFilter(cycle, diagnosis);
          nominatedNodeName = result.nominatedNodeName;
          diagnosis.postFilterMessage = messageOfStatus(result.status);
        }
        this.fail(pod, unschedulable(diagnosis, nominatedNodeName), signal);
        return;
      }
      case 'no-nodes':
        this.fail(pod, { ...errorFailure('no nodes available to schedule pods'), reason: 'Unschedulable' }, signal);
        return;
      case 'failed':
        this.fail(pod, errorFailure(messageOfStatus(decision.status)), signal);
    }
  }

  /** The rest of the scheduling cycle; then the binding cycle beside the loop. */
  private place(profile: Framework, cycle: Cycle, pod: QueuedPod, node: NodeInfo, signal: AbortSignal): void {
    const { state, nominator, waitingPods, env } = this.config;
    const { info } = pod;
    state.assume(info, node);
    nominator.remove(info.uid);
    const reserved = profile.runReserve(cycle, node);
    if (reserved) {
      this.takeBack(profile, cycle, node);
      this.fail(pod, failureOn(node, reserved), signal);
      return;
    }
    const { rejection, waits } = profile.runPermit(cycle, node);
    if (rejection) {
      this.takeBack(profile, cycle, node);
      this.fail(pod, failureOn(node, rejection), signal);
      return;
    }
    let waiting: WaitingPod | undefined;
    if (waits.size > 0) {
      waiting = new WaitingPod(info, waits, env.clock);
      waitingPods.add(waiting);
    }
    this.calls.run(async () => {
      this.bindings++;
      try {
        await this.bindingCycle(profile, cycle, pod, node, waiting, signal);
      } catch (error) {
        // A plugin threw where it should have answered.
        this.unbind(profile, cycle, pod, node, errorStatus('', error), signal);
      } finally {
        this.bindings--;
      }
    });
  }

  private async bindingCycle(
    profile: Framework,
    cycle: Cycle,
    pod: QueuedPod,
    node: NodeInfo,
    waiting: WaitingPod | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { queue, recordEvent, env, waitingPods } = this.config;
    const { info } = pod;
    if (waiting || profile.hasPreBindWork(cycle, node)) await this.announce(info, node, signal);
    if (waiting) {
      const waitedSinceMs = env.clock.monotonic();
      const answer = await waiting.decided;
      this.config.metrics?.permitted(answer?.code ?? 'Success', env.clock.monotonic() - waitedSinceMs);
      waitingPods.remove(info.uid);
      if (answer) {
        if (!signal.aborted) this.unbind(profile, cycle, pod, node, answer, signal);
        return;
      }
    }
    queue.done(info.uid);
    const failure = (await profile.runPreBind(cycle, node, signal)) ?? (await profile.runBind(cycle, node, signal));
    if (failure) {
      if (!signal.aborted) this.unbind(profile, cycle, pod, node, failure, signal);
      return;
    }
    const { metrics } = this.config;
    metrics?.bound(pod, env.clock);
    metrics?.attempted(profile.profileName, 'scheduled', env.clock.monotonic() - pod.attemptStartedMs);
    env.log.debug('bound', { pod: info.key, node: node.name });
    recordEvent(info.pod, 'Normal', 'Scheduled', `Successfully assigned ${info.key} to ${node.name}`, 'Binding');
    profile.runPostBind(cycle, node);
  }

  /** Tells others (autoscalers) where a pod is going whose binding takes a while (KEP-5278). */
  private async announce({ pod, key }: PodInfo, node: NodeInfo, signal: AbortSignal): Promise<void> {
    const { client, env } = this.config;
    try {
      await patchStatus(client, pod, undefined, node.name, env.clock.now(), signal);
    } catch (error) {
      env.log.warn('nominated node not announced', { pod: key, node: node.name, error: messageOf(error) });
    }
  }

  private takeBack(profile: Framework, cycle: Cycle, node: NodeInfo): void {
    profile.runUnreserve(cycle, node);
    this.config.state.forget(cycle.pod.uid);
  }

  private unbind(
    profile: Framework,
    cycle: Cycle,
    pod: QueuedPod,
    node: NodeInfo,
    answer: Status,
    signal: AbortSignal,
  ): void {
    this.takeBack(profile, cycle, node);
    // What it held is free again, for others; the pod itself was rejected with it counted.
    const { uid } = pod.info;
    const freed = { ...pod.info.pod, spec: { containers: [], ...pod.info.pod.spec, nodeName: node.name } };
    const concerns = isRejected(answer) ? (other: PodInfo) => other.uid !== uid : undefined;
    this.config.queue.moveAll(assignedPodDelete, freed, undefined, concerns);
    this.fail(pod, failureOn(node, answer), signal);
  }

  /** Puts the pod back and says why: in its condition, and as an event. */
  private fail(pod: QueuedPod, failure: Failure, signal: AbortSignal): void {
    const { queue, nominator, pods, recordEvent, env, client } = this.config;
    const { uid, key } = pod.info;
    const result = failure.reason === 'Unschedulable' ? 'unschedulable' : 'error';
    const profileName = pod.info.pod.spec?.schedulerName ?? '';
    this.config.metrics?.attempted(profileName, result, env.clock.monotonic() - pod.attemptStartedMs);
    const current = pods.get(key);
    // Gone, another of the same name, or bound after all (the answer to a binding was lost).
    if (!current || current.metadata?.uid !== uid || current.spec?.nodeName) {
      queue.done(uid);
      return;
    }
    if (failure.reason === 'SchedulerError') {
      env.log.error('scheduling failed, will retry', { pod: key, error: failure.message });
    }
    const info = new PodInfo(current);
    queue.rejected(pod, info, failure.unschedulablePlugins, failure.pendingPlugins);
    nominator.add(info, failure.nominatedNodeName);
    const { reason, message, nominatedNodeName } = failure;
    recordEvent(current, 'Warning', 'FailedScheduling', truncated(message), 'Scheduling');
    const condition = { type: 'PodScheduled', status: 'False', reason, message } as const;
    this.calls.run(async () => {
      try {
        await patchStatus(client, current, condition, nominatedNodeName, env.clock.now(), signal);
      } catch (error) {
        if (!signal.aborted) env.log.warn('pod status not updated', { pod: key, error: messageOf(error) });
      }
    });
  }
}

function unschedulable(diagnosis: Diagnosis, nominatedNodeName: string | undefined): Failure {
  return {
    reason: 'Unschedulable',
    message: diagnosis.message(),
    unschedulablePlugins: diagnosis.unschedulablePlugins,
    pendingPlugins: diagnosis.pendingPlugins,
    nominatedNodeName,
  };
}

/** An error: the pod comes back after its back-off, whatever happens meanwhile. */
function errorFailure(message: string): Failure {
  return {
    reason: 'SchedulerError',
    message,
    unschedulablePlugins: noPlugins,
    pendingPlugins: noPlugins,
    nominatedNodeName: '',
  };
}

/** After the node was chosen: a rejection is about that one node. */
function failureOn(node: NodeInfo, answer: Status): Failure {
  if (!isRejected(answer)) return errorFailure(messageOfStatus(answer));
  const diagnosis = new Diagnosis(1);
  diagnosis.reject(node, answer);
  diagnosis.addPlugin(answer);
  return unschedulable(diagnosis, '');
}

function truncated(message: string): string {
  const suffix = ' ...';
  return message.length <= noteLimit ? message : message.slice(0, noteLimit - suffix.length) + suffix;
}
