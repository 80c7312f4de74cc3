/** The probes of all pods: starts and stops workers, and answers what status and plan ask of them (pkg/kubelet/prober). */

import type { Env } from '#base/env.ts';
import type { Container, ContainerStatus, PodStatus } from '#kinds/generated/core-v1.ts';
import { containersOf, isSidecar, type NodePod } from '../pod/node-pod.ts';
import type { ProbeFindings } from '../pod-worker/actions.ts';
import type { Readiness } from '../status/pod-status.ts';
import type { ProbeTools } from './handler.ts';
import { ProbeResults, type ProbeType } from './results.ts';
import { bareId, ProbeWorker } from './worker.ts';

export interface ProbeManagerConfig {
  readonly env: Env;
  readonly tools: ProbeTools;
  readonly status: (podUid: string) => PodStatus | undefined;
  readonly pod: (podUid: string) => NodePod | undefined;
  readonly event: (pod: NodePod, container: Container, type: 'Warning', reason: string, message: string) => void;
  /** A result has changed: the pod is looked at again. */
  readonly wake: (podUid: string) => void;
}

interface PodProbes {
  readonly workers: Map<string, ProbeWorker>;
  /** The pod that the probes belong to, as last seen. */
  pod: NodePod;
}

export class ProbeManager implements ProbeFindings {
  private readonly config: ProbeManagerConfig;
  private readonly results: Readonly<Record<ProbeType, ProbeResults>>;
  private readonly pods = new Map<string, PodProbes>();
  private readonly startedAt: number;

  constructor(config: ProbeManagerConfig) {
    this.config = config;
    this.results = {
      liveness: new ProbeResults(config.wake),
      readiness: new ProbeResults(config.wake),
      startup: new ProbeResults(config.wake),
    };
    this.startedAt = config.env.clock.monotonic();
  }

  liveness(containerId: string) {
    return this.results.liveness.get(containerId);
  }

  startup(containerId: string) {
    return this.results.startup.get(containerId);
  }

  /** Starts the workers of a pod's probes; those that run already go on. */
  add(pod: NodePod): void {
    const { uid } = pod.metadata;
    const known = this.pods.get(uid);
    if (known) {
      known.pod = pod;
      return;
    }
    const probes: PodProbes = { workers: new Map(), pod };
    this.pods.set(uid, probes);
    for (const { kind, container } of containersOf(pod)) {
      if (kind === 'ephemeral' || (kind === 'init' && !isSidecar(container))) continue;
      for (const type of ['startup', 'readiness', 'liveness'] as const) this.addWorker(probes, container, type);
    }
  }

  /** Liveness and startup end with the first thought of deletion; readiness goes on so that endpoints follow. */
  stopLivenessAndStartup(uid: string): void {
    this.stop(uid, (key) => !key.endsWith('/readiness'));
  }

  remove(uid: string): void {
    this.stop(uid, () => true);
    this.pods.delete(uid);
  }

  removeAll(): void {
    for (const uid of this.pods.keys()) this.remove(uid);
  }

  readinessOf(uid: string): Readiness {
    const workers = this.pods.get(uid)?.workers;
    return {
      isStarted: (container) => {
        const result = this.results.startup.get(idOf(container));
        if (result !== undefined) return result === 'success';
        return container.started === true || !workers?.has(`${container.name}/startup`);
      },
      isReady: (container) => {
        if (!container.state?.running) return false;
        const result = this.results.readiness.get(idOf(container));
        if (result === 'success') return true;
        const worker = workers?.get(`${container.name}/readiness`);
        // The sooner it is asked the sooner it serves.
        if (worker && result === undefined) worker.triggerNow();
        return !worker;
      },
    };
  }

  private addWorker(probes: PodProbes, container: Container, type: ProbeType): void {
    const probe = {
      liveness: container.livenessProbe,
      readiness: container.readinessProbe,
      startup: container.startupProbe,
    }[type];
    if (!probe) return;
    const { uid } = probes.pod.metadata;
    const key = `${container.name}/${type}`;
    const { env } = this.config;
    const periodMs = (probe.periodSeconds ?? 10) * 1000;
    // Pods that were there when the kubelet started must not all be probed at once.
    const sinceStart = env.clock.monotonic() - this.startedAt;
    const worker = new ProbeWorker({
      env,
      tools: this.config.tools,
      type,
      probe,
      container,
      results: this.results[type],
      pod: () => this.config.pod(uid) ?? probes.pod,
      status: () => this.config.status(uid),
      event: (eventType, reason, message) => this.config.event(probes.pod, container, eventType, reason, message),
      firstDelayMs: sinceStart < Math.min(periodMs, 2000) ? env.random.next() * Math.min(periodMs, 2000) : 0,
    });
    probes.workers.set(key, worker);
    void worker.start().finally(() => {
      if (probes.workers.get(key) === worker) probes.workers.delete(key);
    });
  }

  private stop(uid: string, which: (key: string) => boolean): void {
    const workers = this.pods.get(uid)?.workers;
    for (const [key, worker] of workers ?? []) {
      if (!which(key)) continue;
      worker.stop();
      workers?.delete(key);
    }
  }
}

function idOf(container: ContainerStatus): string {
  return bareId(container.containerID ?? '');
}
