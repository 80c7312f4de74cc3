/**
 * Executor: carries a preemption out while scheduling goes on (upstream's asynchronous preemption, KEP-4832). The preemptor
 * stays out of the queue until its victims' deletions are on their way; the last victim's deletion event brings it back.
 */

import { isNotFound } from '#api/errors.ts';
import { messageOf } from '#base/errors.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Handle } from '../framework/handle.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { patchStatus } from '../pod-status.ts';

export class Executor {
  private readonly handle: Handle;
  private readonly pluginName: string;
  /** Preemptor's uid to its last victim's key, once all others are done. */
  private readonly running = new Map<string, string | undefined>();

  constructor(handle: Handle, pluginName: string) {
    this.handle = handle;
    this.pluginName = pluginName;
  }

  /** False also once the last victim is seen terminating: its event will find the preemptor in the pool. */
  isRunning(preemptorUid: string): boolean {
    if (!this.running.has(preemptorUid)) return false;
    const last = this.running.get(preemptorUid);
    if (last === undefined) return true;
    const victim = this.handle.listers.pods.get(last);
    return victim !== undefined && victim.metadata?.deletionTimestamp === undefined;
  }

  /** Begins; never fails the caller. Victims that are terminating already are left alone. */
  start(preemptor: PodInfo, victims: readonly PodInfo[], nodeName: string): void {
    const left = victims.filter(({ terminating }) => !terminating);
    if (left.length === 0) return;
    this.running.set(preemptor.uid, undefined);
    const ended = this.handle.preemptions?.begin(victims.length);
    this.run(preemptor, left, nodeName)
      .then(() => ended?.('success'))
      .catch((error: unknown) => {
        ended?.('error');
        this.handle.env.log.error('preemption failed', { pod: preemptor.key, node: nodeName, error: messageOf(error) });
        this.running.delete(preemptor.uid);
        this.handle.activate(preemptor);
      })
      .finally(() => this.running.delete(preemptor.uid));
  }

  private async run(preemptor: PodInfo, victims: readonly PodInfo[], nodeName: string): Promise<void> {
    const { nominator, client, env, signal } = this.handle;
    // Less important pods that were promised room here may fit elsewhere: let them be considered again.
    for (const other of Array.from(nominator.podsOn(nodeName))) {
      if (other.priority >= preemptor.priority || other.uid === preemptor.uid) continue;
      await patchStatus(client, other.pod, undefined, '', env.clock.now(), signal);
    }
    const last = victims.at(-1);
    await Promise.all(victims.slice(0, -1).map((victim) => this.preempt(preemptor, victim, nodeName)));
    if (!last) return;
    this.running.set(preemptor.uid, last.key);
    await this.preempt(preemptor, last, nodeName);
  }

  private async preempt(preemptor: PodInfo, victim: PodInfo, nodeName: string): Promise<void> {
    const { client, env, signal, waitingPods } = this.handle;
    let message = `Preempted by pod ${preemptor.uid} on node ${nodeName}`;
    if (waitingPods.get(victim.uid)?.reject(this.pluginName, 'preempted')) {
      message += ' (in kube-scheduler memory).';
    } else {
      const schedulerName = preemptor.pod.spec?.schedulerName ?? '';
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${schedulerName}: preempting to accommodate a higher priority pod`,
      } as const;
      try {
        await patchStatus(client, victim.pod, condition, undefined, env.clock.now(), signal);
        await client.delete(Pods, { namespace: victim.namespace, name: victim.name }, { signal });
      } catch (error) {
        if (isNotFound(error)) return;
        throw error;
      }
    }
    env.log.info('preempted', { victim: victim.key, preemptor: preemptor.key, node: nodeName });
    this.handle.recordEvent(victim.pod, 'Normal', 'Preempted', message, 'Preempting');
  }
}
