/**
 * StatusManager: the kubelet's word on its pods, and its way to the API server (pkg/kubelet/status).
 *
 * Invariants
 * 1. A pod's newest status is sent at once; while a write is under way newer ones replace each other and the last is sent after it.
 * 2. Writes of different pods do not wait for each other, up to a bound.
 * 3. A pod that is to be deleted is deleted (grace period 0) only after its final status is stored and its phase is terminal.
 * 4. A terminal phase never changes, and a container that has ended for good stays ended.
 */

import { isNotFound, isStatusError } from '#api/errors.ts';
import { formatTime } from '#api/time.ts';
import { isAborted, sleep } from '#base/abort.ts';
import { backoffDelayMs } from '#base/backoff.ts';
import { deepFreeze } from '#base/edit.ts';
import type { Env, Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '#kinds/generated/core-v1.ts';
import { isStaticPod, isTerminalPhase, type NodePod } from '../pod/node-pod.ts';
import { isEqual, statusPatch } from './status-patch.ts';

interface Entry {
  pod: NodePod;
  status: PodStatus;
  version: number;
  /** Everything of the pod on this node is gone: it may be deleted. */
  finished: boolean;
  /** Of a static pod: the pod in the API that shows its status; undefined while there is none. */
  mirrorUid?: string | undefined;
  /** As the API server last showed it. */
  stored: PodStatus;
  sentVersion: number;
  sending: boolean;
  /** Until a passing status is sent after all. */
  waiting?: Timer;
}

const retry = { initialMs: 200, maxMs: 10_000, factor: 2, jitter: 0.5 } as const;
const maxConcurrentWrites = 50;
/** A container whose image is there starts within this long after its sandbox. */
const passingMs = 150;

const lost = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
} as const;

export class StatusManager {
  private readonly client: Client;
  private readonly env: Env;
  private readonly signal: AbortSignal;
  private readonly entries = new Map<string, Entry>();
  private writing = 0;
  private readonly queue: Entry[] = [];
  private readonly idle = new Set<() => void>();

  constructor(client: Client, env: Env, signal: AbortSignal) {
    this.client = client;
    this.env = env;
    this.signal = signal;
  }

  get(uid: string): PodStatus | undefined {
    return this.entries.get(uid)?.status;
  }

  /** The status to derive the next one from. */
  previous(pod: NodePod): PodStatus {
    return this.entries.get(pod.metadata.uid)?.status ?? pod.status;
  }

  /** The pod as the API server shows it now. */
  observe(pod: NodePod): void {
    const entry = this.entries.get(pod.metadata.uid);
    if (!entry) return;
    const deletionBegan =
      pod.metadata.deletionTimestamp !== undefined && entry.pod.metadata.deletionTimestamp === undefined;
    if (Number(pod.metadata.resourceVersion ?? 0) >= Number(entry.pod.metadata.resourceVersion ?? 0)) {
      entry.pod = pod;
      entry.stored = pod.status;
    }
    if ((deletionBegan && entry.finished) || this.isContradicted(entry)) this.touch(entry);
  }

  /** The mirror of a static pod as the API server shows it; undefined when it is gone. */
  observeMirror(uid: string, mirror: Pod | undefined): void {
    const entry = this.entries.get(uid);
    if (!entry) return;
    const isNew = mirror !== undefined && entry.mirrorUid !== mirror.metadata?.uid;
    entry.mirrorUid = mirror?.metadata?.uid;
    entry.stored = mirror?.status ?? {};
    if (isNew || this.isContradicted(entry)) this.touch(entry);
  }

  /** Somebody else wrote into our part: the node controller takes readiness away while it does not hear from us. */
  private isContradicted(entry: Entry): boolean {
    return entry.sentVersion === entry.version && statusPatch(entry.stored, entry.status) !== undefined;
  }

  /**
   * Takes a status that was derived from facts; answers it with its times filled in. A `passing` one may wait a moment: another is
   * expected to follow, and then only that one is sent.
   */
  set(pod: NodePod, status: PodStatus, passing = false): PodStatus {
    return this.accept(pod, status, false, passing).status;
  }

  /** Nothing of the pod is left here: the last status is completed, and a pod that is to be deleted is deleted. */
  terminate(pod: NodePod): void {
    const previous = this.previous(pod);
    this.accept(pod, finalStatus(pod, previous), true);
  }

  forget(uid: string): void {
    this.entries.get(uid)?.waiting?.cancel();
    this.entries.delete(uid);
  }

  /** Resolves when nothing is left to be sent. */
  async flush(): Promise<void> {
    if (this.writing === 0 && this.queue.length === 0) return;
    await new Promise<void>((resolve) => this.idle.add(resolve));
  }

  private accept(pod: NodePod, given: PodStatus, finished: boolean, passing = false): Entry {
    const { uid } = pod.metadata;
    const known = this.entries.get(uid);
    const before = known?.status ?? pod.status;
    const status = deepFreeze(this.withTimes(legalStatus(pod, before, given), before));
    if (!known) {
      const entry: Entry = { pod, status, version: 1, finished, stored: pod.status, sentVersion: 0, sending: false };
      this.entries.set(uid, entry);
      this.schedule(entry);
      return entry;
    }
    const changed = !isEqual(known.status, status);
    known.pod = pod;
    known.status = status;
    const finishedNow = finished && !known.finished;
    known.finished ||= finished;
    if (changed || finishedNow) this.touch(known, passing ? passingMs : 0);
    return known;
  }

  private touch(entry: Entry, delayMs = 0): void {
    entry.version++;
    entry.waiting?.cancel();
    if (delayMs > 0) entry.waiting = this.env.clock.after(delayMs, () => this.schedule(entry));
    else this.schedule(entry);
  }

  private schedule(entry: Entry): void {
    if (entry.sending || this.queue.includes(entry)) return;
    if (isStaticPod(entry.pod) && entry.mirrorUid === undefined) return;
    if (this.writing >= maxConcurrentWrites) {
      this.queue.push(entry);
      return;
    }
    this.writing++;
    entry.sending = true;
    void this.send(entry).finally(() => {
      entry.sending = false;
      this.writing--;
      const next = this.queue.shift();
      if (next) this.schedule(next);
      else if (this.writing === 0) {
        for (const resolve of this.idle) resolve();
        this.idle.clear();
      }
    });
  }

  /** Sends until the newest version is stored; never rejects. */
  private async send(entry: Entry): Promise<void> {
    for (let failures = 0; entry.sentVersion < entry.version && !this.signal.aborted; ) {
      const { version } = entry;
      try {
        if (!(await this.write(entry))) {
          this.entries.delete(entry.pod.metadata.uid);
          return;
        }
        entry.sentVersion = version;
        failures = 0;
      } catch (error) {
        if (this.signal.aborted || isAborted(error)) return;
        this.env.log.warn('status write failed', { pod: entry.pod.metadata.name, error: messageOf(error) });
        const delayMs = backoffDelayMs(retry, failures++, () => this.env.random.next());
        await sleep(this.env.clock, delayMs, this.signal).catch(() => {});
      }
    }
  }

  /** False when the pod is gone: there is nobody to tell any more. */
  private async write(entry: Entry): Promise<boolean> {
    const { namespace, name } = entry.pod.metadata;
    const uid = entry.mirrorUid ?? entry.pod.metadata.uid;
    const target = { namespace, name };
    const { signal } = this;
    try {
      const { status, finished } = entry;
      const patch = statusPatch(entry.stored, status);
      if (patch) {
        const stored = await this.client.patch<Pod>(
          Pods,
          target,
          { metadata: { uid }, status: patch },
          { type: 'strategic', subresource: 'status', signal },
        );
        if (stored.metadata?.uid !== uid) return false;
        entry.stored = stored.status ?? {};
        if (entry.mirrorUid === undefined) {
          entry.pod = { ...entry.pod, metadata: { ...entry.pod.metadata, ...stored.metadata, name, namespace, uid } };
        }
      }
      const deleting = entry.pod.metadata.deletionTimestamp !== undefined;
      if (finished && deleting && isTerminalPhase(entry.stored.phase)) {
        await this.client.delete(Pods, target, { gracePeriodSeconds: 0, preconditions: { uid }, signal });
      }
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      // The name belongs to another pod now.
      if (isStatusError(error) && error.reason === 'Conflict' && error.message.includes('UID')) return false;
      if (isStatusError(error) && error.reason === 'Conflict') {
        const current = await this.client.get<Pod>(Pods, target, { signal });
        if (current.metadata?.uid !== uid) return false;
        entry.stored = current.status ?? {};
      }
      throw error;
    }
  }

  /** Transition times: kept while a condition's status stays, else now. The start time is set once. */
  private withTimes(status: PodStatus, before: PodStatus): PodStatus {
    const now = formatTime(this.env.clock.now());
    const conditions = (status.conditions ?? []).map((condition): PodCondition => {
      const previous = before.conditions?.find(({ type }) => type === condition.type);
      const kept = previous?.status === condition.status ? previous.lastTransitionTime : undefined;
      return { ...condition, lastTransitionTime: kept ?? condition.lastTransitionTime ?? now };
    });
    return { ...status, startTime: before.startTime ?? status.startTime ?? now, conditions };
  }
}

/** Containers that ended and may not be restarted keep the end that was published. */
function legalStatus(pod: NodePod, before: PodStatus, next: PodStatus): PodStatus {
  if (pod.spec.restartPolicy !== 'Never') return next;
  const rules = new Set(
    [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
      .filter(
        ({ restartPolicy, restartPolicyRules }) => restartPolicy !== undefined || (restartPolicyRules ?? []).length > 0,
      )
      .map(({ name }) => name),
  );
  const keep = (
    old: readonly ContainerStatus[] = [],
    statuses: readonly ContainerStatus[] = [],
  ): readonly ContainerStatus[] =>
    statuses.map((status) => {
      const previous = old.find(({ name }) => name === status.name);
      return previous?.state?.terminated && !status.state?.terminated && !rules.has(status.name) ? previous : status;
    });
  return {
    ...next,
    ...(next.containerStatuses ? { containerStatuses: keep(before.containerStatuses, next.containerStatuses) } : {}),
    ...(next.initContainerStatuses
      ? { initContainerStatuses: keep(before.initContainerStatuses, next.initContainerStatuses) }
      : {}),
  };
}

/** Every container has an end, the phase is terminal: what is not known to have succeeded has failed. */
function finalStatus(pod: NodePod, status: PodStatus): PodStatus {
  const initialized = (status.containerStatuses ?? []).some(
    ({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated,
  );
  const ended = (statuses: readonly ContainerStatus[]): readonly ContainerStatus[] =>
    statuses.map((container) =>
      container.state?.terminated ? container : { ...container, state: { terminated: lost } },
    );
  const init = status.initContainerStatuses ?? [];
  // Init containers after the last that shows any sign of life never came to run.
  const lastAlive = init.findLastIndex(
    ({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated,
  );
  return {
    ...status,
    ...(initialized && status.containerStatuses ? { containerStatuses: ended(status.containerStatuses) } : {}),
    ...(init.length > 0
      ? { initContainerStatuses: [...ended(init.slice(0, lastAlive + 1)), ...init.slice(lastAlive + 1)] }
      : {}),
    phase: isTerminalPhase(status.phase) || isStaticPod(pod) ? (status.phase ?? 'Failed') : 'Failed',
  };
}
