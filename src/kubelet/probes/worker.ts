/**
 * One probe of one container of a pod (pkg/kubelet/prober/worker.go): attempts at its period, counted against thresholds.
 *
 *     waiting for the container -> running -> (result decided) -> on hold (liveness failed, startup decided) until the next instance
 *
 * Invariants: a container that is not running is not ready; liveness and readiness wait for startup; once a pod is to be deleted
 * only readiness goes on.
 */

import { parseTime } from '#api/time.ts';
import { sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Container, ContainerStatus, PodStatus, Probe } from '#kinds/generated/core-v1.ts';
import { isSidecar, isTerminalPhase, type NodePod } from '../pod/node-pod.ts';
import { shouldRestartAfter } from '../pod/restart.ts';
import { type Attempt, attemptProbe, type ProbeTools } from './handler.ts';
import type { ProbeResult, ProbeResults, ProbeType } from './results.ts';

export interface ProbeWorkerConfig {
  readonly env: Env;
  readonly tools: ProbeTools;
  readonly type: ProbeType;
  readonly probe: Probe;
  readonly container: Container;
  readonly results: ProbeResults;
  /** The pod as it is now, and the status that the kubelet holds for it. */
  readonly pod: () => NodePod;
  readonly status: () => PodStatus | undefined;
  readonly event: (type: 'Warning', reason: string, message: string) => void;
  /** Attempts are spread over the first period after the kubelet started. */
  readonly firstDelayMs: number;
}

const initialResult: Readonly<Record<ProbeType, ProbeResult>> = {
  readiness: 'failure',
  liveness: 'success',
  startup: 'unknown',
};
const title: Readonly<Record<ProbeType, string>> = { readiness: 'Readiness', liveness: 'Liveness', startup: 'Startup' };
const maxAttempts = 3;

export class ProbeWorker {
  private readonly config: ProbeWorkerConfig;
  private readonly stopping = new AbortController();
  private trigger = new AbortController();
  private containerId = '';
  private onHold = false;
  private lastResult: ProbeResult | undefined;
  private run = 0;
  /** What is left of initialDelaySeconds. */
  private firstAttemptInMs = 0;

  constructor(config: ProbeWorkerConfig) {
    this.config = config;
  }

  /** Runs until the pod is over or `stop`; never rejects. */
  async start(): Promise<void> {
    const { env, probe, firstDelayMs } = this.config;
    const periodMs = (probe.periodSeconds ?? 10) * 1000;
    const { signal } = this.stopping;
    try {
      if (firstDelayMs > 0) await this.pause(firstDelayMs);
      let next = env.clock.monotonic();
      while (!signal.aborted && (await this.step())) {
        next += periodMs;
        const now = env.clock.monotonic();
        if (next <= now) next = now + (periodMs - ((now - next) % periodMs));
        if (this.firstAttemptInMs > 0) next = Math.min(next, now + this.firstAttemptInMs);
        if (await this.pause(next - now)) next = env.clock.monotonic();
      }
    } finally {
      if (this.containerId) this.config.results.delete(this.containerId);
    }
  }

  stop(): void {
    this.stopping.abort();
    this.trigger.abort();
  }

  /** Attempts now instead of at the end of the period: the container has just started. */
  triggerNow(): void {
    this.trigger.abort();
  }

  /** Waits; true when it was cut short by a trigger. */
  private async pause(ms: number): Promise<boolean> {
    if (this.trigger.signal.aborted) this.trigger = new AbortController();
    const { signal } = this.trigger;
    try {
      await sleep(this.config.env.clock, ms, signal);
      return false;
    } catch {
      return true;
    }
  }

  /** One round; false when there is nothing more to probe. */
  private async step(): Promise<boolean> {
    const { type, container, probe, results, env } = this.config;
    const pod = this.config.pod();
    const { uid } = pod.metadata;
    const status = this.config.status();
    if (!status) return true;
    if (isTerminalPhase(status.phase)) return false;
    const current = statusOf(status, container.name);
    if (!current?.containerID) return true;
    const id = bareId(current.containerID);
    if (id !== this.containerId) {
      if (this.containerId) results.delete(this.containerId);
      this.containerId = id;
      this.onHold = false;
      this.lastResult = undefined;
      this.run = 0;
      // After a restart of the kubelet what was started and ready stays so until a probe says otherwise.
      results.set(id, resumedResult(type, current) ?? initialResult[type], uid);
    }
    if (this.onHold) return true;
    if (!current.state?.running) {
      results.set(id, 'failure', uid);
      const ended = current.state?.terminated;
      return !ended || isSidecar(container) || shouldRestartAfter(pod.spec, container, ended.exitCode);
    }
    if (pod.metadata.deletionTimestamp !== undefined && type !== 'readiness') {
      results.set(id, 'success', uid);
      return false;
    }
    const startedAt = parseTime(current.state.running.startedAt ?? '') ?? 0;
    const runsForMs = env.clock.now() - startedAt;
    // A start in the future: the clock was set back, and how long the container has run nobody knows.
    this.firstAttemptInMs = runsForMs < 0 ? 0 : (probe.initialDelaySeconds ?? 0) * 1000 - runsForMs;
    if (this.firstAttemptInMs > 0) return true;
    if (current.started ? type === 'startup' : type !== 'startup') return true;

    const attempt = await this.attempt(status.podIP ?? '');
    if (!attempt || this.stopping.signal.aborted) return true;
    this.count(attempt.result === 'failure' ? 'failure' : 'success', uid);
    return true;
  }

  /** Undefined when the probe could not be made: said in an event, not counted. */
  private async attempt(podIP: string): Promise<Attempt | undefined> {
    const { type, probe, container, tools, event } = this.config;
    let failure: unknown;
    for (let attempts = 0; attempts < maxAttempts; attempts++) {
      try {
        const attempt = await attemptProbe(probe, { container, containerId: this.containerId, podIP }, tools);
        if (this.stopping.signal.aborted) return undefined;
        if (attempt.result === 'failure')
          event('Warning', 'Unhealthy', `${title[type]} probe failed: ${attempt.output}`);
        if (attempt.result === 'warning')
          event('Warning', 'ProbeWarning', `${title[type]} probe warning: ${attempt.output}`);
        return attempt;
      } catch (error) {
        failure = error;
      }
    }
    if (!this.stopping.signal.aborted) {
      event(
        'Warning',
        'Unhealthy',
        `${title[type]} probe errored and resulted in unknown state: ${messageOf(failure)}`,
      );
    }
    return undefined;
  }

  private count(result: 'success' | 'failure', uid: string): void {
    const { type, probe, results } = this.config;
    if (result === this.lastResult) this.run++;
    else {
      this.lastResult = result;
      this.run = 1;
    }
    const threshold = result === 'failure' ? (probe.failureThreshold ?? 3) : (probe.successThreshold ?? 1);
    if (this.run < threshold) return;
    results.set(this.containerId, result, uid);
    if ((type === 'liveness' && result === 'failure') || type === 'startup') {
      // Decided for this instance: a liveness failure will replace it, startup is asked once.
      this.onHold = true;
      this.run = 0;
    }
  }
}

function statusOf(status: PodStatus, name: string): ContainerStatus | undefined {
  return [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
    (container) => container.name === name,
  );
}

/** 'containerd://abc' to 'abc'. */
export function bareId(containerID: string): string {
  return containerID.slice(containerID.indexOf('://') + 3);
}

function resumedResult(type: ProbeType, status: ContainerStatus): ProbeResult | undefined {
  if (type === 'startup' && status.started) return 'success';
  if (type === 'readiness' && status.ready) return 'success';
  return undefined;
}
