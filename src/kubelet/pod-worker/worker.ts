/**
 * PodWorker: carries one pod through its life (state.ts) by plans (actions.ts).
 *
 * Level-triggered: every wake looks at the pod's object and the runtime's state anew and does what the plan says; the process may
 * die after any await and the next kubelet goes on from what the runtime shows.
 *
 * Invariants
 * 1. One pass at a time; wakes during a pass cause another pass after it.
 * 2. What has to wait (pulls, hooks, volumes) is cut short when the pod is to end; a stop that waits is asked again when its grace
 *    period gets shorter.
 * 3. The status is given out after every step that changes it, before the next one begins.
 */

import { parseTime } from '#api/time.ts';
import { AbortedError, isAborted } from '#base/abort.ts';
import type { Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Container } from '#kinds/generated/core-v1.ts';
import { isCriError, type PodSandboxConfig } from '../cri/runtime.ts';
import { findContainer, isTerminalPhase, type NodePod } from '../pod/node-pod.ts';
import { podLogDirectory } from '../pod/paths.ts';
import {
  emptyStatus,
  type PodRuntimeStatus,
  readPodRuntimeStatus,
  runningContainers,
  withContainers,
  withSandbox,
} from '../runtime-state/pod-runtime-status.ts';
import { kubeletConditions } from '../status/conditions.ts';
import type { StartFailure } from '../status/container-statuses.ts';
import { podStatus } from '../status/pod-status.ts';
import { isEqual } from '../status/status-patch.ts';
import type { MountedVolume } from '../volumes/volume.ts';
import { abortable } from './abortable.ts';
import { type PodActions, planPod } from './actions.ts';
import { collectContainers, removePodFromRuntime } from './garbage.ts';
import { killContainer, killPod } from './kill.ts';
import { PodResizes } from './pod-resizes.ts';
import { PodVolumes } from './pod-volumes.ts';
import { describeSandbox, prepareNode } from './prepare.ts';
import { podCgroupName } from './sandbox-config.ts';
import type { PodServices } from './services.ts';
import { StartError, startContainer } from './start-container.ts';
import { effectiveGraceSeconds, nextState, type PodState } from './state.ts';

/** A failed pass is tried again after this, doubling up to the longest. */
const retryMs = { initial: 500, max: 10_000 } as const;

export interface Verdict {
  readonly reason: string;
  readonly message: string;
  readonly graceSeconds?: number;
  /** Upstream marks it with a DisruptionTarget condition: no fault of the pod. */
  readonly isDisruption?: boolean;
}

export class PodWorker {
  pod: NodePod;
  private readonly services: PodServices;
  private readonly onRemoved: (worker: PodWorker) => void;
  private state: PodState = 'syncing';
  private gone = false;
  private verdict: Verdict | undefined;
  private stopped = false;
  private cleanedUp = false;
  private graceSeconds: number | undefined;
  private readonly resizes: PodResizes;
  private readonly volumes: PodVolumes;
  private readonly hooksDone = new Set<string>();
  private readonly failures = new Map<string, StartFailure>();
  private runtime: PodRuntimeStatus;
  /** Cut short when the pod begins to end, or when it must end sooner. */
  private pass = new AbortController();
  private running: Promise<void> | undefined;
  private dirty = false;
  private timer: Timer | undefined;
  private wakeAtMs = Number.POSITIVE_INFINITY;
  private passFailures = 0;
  private ended = false;
  private started = false;
  /** It was over when this kubelet first saw it: its published status is better than what the runtime still knows. */
  private readonly wasOver: boolean;
  /** The runtime may have moved on since the last look. What the worker does itself it notes down itself. */
  private stale: boolean;

  /** `isNew`: nothing of the pod can be in the runtime. */
  constructor(pod: NodePod, isNew: boolean, services: PodServices, onRemoved: (worker: PodWorker) => void) {
    this.pod = pod;
    this.services = services;
    this.onRemoved = onRemoved;
    this.runtime = emptyStatus(pod.metadata.uid);
    this.wasOver = isTerminalPhase(pod.status.phase);
    this.stale = !isNew;
    this.resizes = new PodResizes(pod, services);
    this.volumes = new PodVolumes(services, (ms) => this.wakeIn(ms));
  }

  /** The pod with the resources that the node has granted it. */
  get granted(): NodePod {
    return this.resizes.granted(this.pod);
  }

  /** A resize waits for room on the node. */
  get awaitsResize(): boolean {
    return this.resizes.isPending;
  }

  get uid(): string {
    return this.pod.metadata.uid;
  }

  /** Containers may be running. */
  get isActive(): boolean {
    return this.state === 'syncing' || this.state === 'terminating';
  }

  /** What the last look at the runtime showed. */
  get runtimeStatus(): PodRuntimeStatus {
    return this.runtime;
  }

  /** The API server's newest state of the pod. */
  update(pod: NodePod): void {
    const old = this.pod;
    this.pod = pod;
    this.services.status.observe(pod);
    const metadataChanged =
      !isEqual(old.metadata.labels, pod.metadata.labels) ||
      !isEqual(old.metadata.annotations, pod.metadata.annotations);
    if (metadataChanged) this.volumes.markStale();
    // Mostly it is the echo of a status that was sent from here.
    if (this.started && !metadataChanged && !changesWork(old, pod)) return;
    this.started = true;
    if (this.state === 'syncing' || this.state === 'terminating') {
      this.services.objects.register(pod);
      this.services.probes.add(pod);
    }
    this.advance();
    this.wake();
  }

  /** The pod is not in the API any more. */
  remove(): void {
    this.gone = true;
    this.advance();
    this.wake();
  }

  /** Ends the pod by a decision of the node. */
  end(verdict: Verdict): void {
    if (this.verdict) return;
    this.verdict = verdict;
    this.advance();
    this.wake();
  }

  /** ConfigMaps or Secrets that it refers to have changed. */
  objectsChanged(): void {
    this.volumes.markStale();
    this.wake();
  }

  /** Something in the runtime has changed by itself. */
  runtimeChanged(): void {
    this.stale = true;
    this.wake();
  }

  /** Looks at the pod as soon as possible. */
  wake(): void {
    if (this.ended) return;
    this.dirty = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.dirty && !this.ended) this.wake();
    });
  }

  /** The kubelet stops: nothing more is begun; what the pod runs goes on running. */
  async stop(): Promise<void> {
    this.ended = true;
    this.timer?.cancel();
    this.pass.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.dirty && !this.ended) {
      this.dirty = false;
      this.timer?.cancel();
      this.wakeAtMs = Number.POSITIVE_INFINITY;
      this.pass = new AbortController();
      try {
        await this.step();
        this.passFailures = 0;
      } catch (error) {
        if (this.ended) return;
        if (isAborted(error) || this.pass.signal.aborted) {
          this.dirty = true;
          continue;
        }
        this.services.env.log.warn('pod sync failed, will retry', {
          pod: this.pod.metadata.name,
          namespace: this.pod.metadata.namespace,
          state: this.state,
          error: messageOf(error),
        });
        this.wakeIn(Math.min(retryMs.max, retryMs.initial * 2 ** this.passFailures++));
      }
    }
  }

  private async step(): Promise<void> {
    const before = this.state;
    switch (this.state) {
      case 'syncing':
        await this.sync();
        break;
      case 'terminating':
        await this.terminate();
        break;
      case 'terminated':
        await this.cleanUp();
        break;
      case 'finished':
        break;
      case 'removed':
        await this.forget();
        return;
    }
    this.advance();
    if (this.state !== before) this.dirty = true;
  }

  /** Moves on by the facts; cuts a pass short that has no purpose any more. */
  private advance(): void {
    const { metadata, spec } = this.pod;
    const deletionRequested = metadata.deletionTimestamp !== undefined;
    const next = nextState(this.state, {
      deletionRequested,
      gone: this.gone,
      over:
        this.verdict !== undefined ||
        isTerminalPhase(this.services.status.get(this.uid)?.phase) ||
        isTerminalPhase(this.pod.status.phase),
      stopped: this.stopped,
      cleanedUp: this.cleanedUp,
    });
    if (next !== this.state) {
      this.state = next;
      if (next === 'terminating') this.pass.abort();
    }
    if (this.state !== 'terminating') return;
    const grace = effectiveGraceSeconds(
      this.graceSeconds,
      metadata.deletionGracePeriodSeconds,
      this.verdict?.graceSeconds,
      spec.terminationGracePeriodSeconds,
    );
    if (this.graceSeconds !== undefined && grace < this.graceSeconds) this.pass.abort();
    this.graceSeconds = grace;
  }

  private wakeIn(ms: number): void {
    const { clock } = this.services.env;
    const at = clock.monotonic() + ms;
    if (at >= this.wakeAtMs) return;
    this.timer?.cancel();
    this.wakeAtMs = at;
    this.timer = clock.after(ms, () => this.wake());
  }

  private wakeAt(wallMs: number): void {
    this.wakeIn(Math.max(0, wallMs - this.services.env.clock.now()));
  }

  /** Reads the runtime's state of the pod. */
  private async look(): Promise<PodRuntimeStatus> {
    this.stale = false;
    const known = new Map(this.runtime.containers.map((container) => [container.id, container]));
    const { runtime, files } = this.services.ports;
    try {
      this.runtime = await readPodRuntimeStatus(runtime, files, this.uid, known);
    } catch (error) {
      this.stale = true;
      throw error;
    }
    return this.runtime;
  }

  /** Gives out the status that follows from what is known. */
  private publish(isTerminal = false, passing = false): void {
    if (this.wasOver) return;
    const { status, probes, node } = this.services;
    const facts = node();
    const pod = this.granted;
    status.set(
      pod,
      podStatus({
        pod,
        resizeConditions: this.resizes.conditions(pod),
        runtime: this.runtime,
        previous: status.previous(this.pod),
        runtimeName: facts.runtimeName,
        failures: this.failures,
        readiness: probes.readinessOf(this.uid),
        hostIPs: facts.hostIPs,
        supportsRecursiveReadOnly: facts.supportsRecursiveReadOnly,
        isTerminal,
        verdict: this.verdict,
      }),
      passing,
    );
  }

  private async lookAndPublish(): Promise<void> {
    if (this.stale) await this.look();
    this.publish();
  }

  private async sync(): Promise<void> {
    const { services } = this;
    const { signal } = this.pass;
    if (this.stale) await this.look();
    this.resizes.decide(this.pod, this.runtime);
    const pod = this.granted;
    this.publish();
    if (isTerminalPhase(services.status.get(this.uid)?.phase)) return;
    if (this.checkDeadline()) return;
    const plan = planPod(pod, this.runtime, services.probes);
    if (plan.killPod) {
      await this.stopEverything(undefined);
      if (!plan.createSandbox) {
        await this.lookAndPublish();
        return;
      }
    } else {
      await this.killUnwanted(plan, signal);
      await this.resize(plan);
    }
    const starts = plan.ephemeralContainers.length + plan.initContainers.length + plan.containers.length;
    if (plan.createSandbox || starts > 0) await this.carryOut(plan, signal);
    await collectContainers(this.runtime, pod, services);
    await this.volumes.refresh(pod);
  }

  /** Volumes, the sandbox, then the containers in their order. Without its volumes a pod has no sandbox, and so no address. */
  private async carryOut(plan: PodActions, signal: AbortSignal): Promise<void> {
    const { services, pod } = this;
    for (const { image, imagePullPolicy } of [...plan.initContainers, ...plan.containers]) {
      services.puller.prefetch(image ?? '', imagePullPolicy);
    }
    const settingUp = this.volumes.setUp(pod, () => this.state === 'syncing' && !this.ended);
    // Directories and the cgroup first: the sandbox lives in them.
    if (plan.createSandbox) await prepareNode(pod, this.resizes.initialLimits(pod), services);
    const handler = plan.createSandbox ? await services.runtimeHandler(pod) : '';
    const sandbox = await describeSandbox(pod, plan.attempt, services);
    const volumes = await abortable(settingUp, signal);
    if (!volumes) return;
    const sandboxId = plan.createSandbox ? await this.createSandbox(sandbox, handler, plan) : plan.sandboxId;
    if (sandboxId !== undefined) await this.startContainers(plan, sandboxId, sandbox, volumes, signal);
  }

  /** True when the pod has used up activeDeadlineSeconds. */
  private checkDeadline(): boolean {
    const { activeDeadlineSeconds } = this.pod.spec;
    const startTime = parseTime(this.services.status.get(this.uid)?.startTime ?? '');
    if (activeDeadlineSeconds === undefined || startTime === undefined) return false;
    const endMs = startTime + activeDeadlineSeconds * 1000;
    if (this.services.env.clock.now() < endMs) {
      this.wakeAt(endMs);
      return false;
    }
    const message = 'Pod was active on the node longer than the specified deadline';
    this.services.event(this.pod, 'Normal', 'DeadlineExceeded', message);
    this.verdict = { reason: 'DeadlineExceeded', message };
    this.publish();
    return true;
  }

  private async killUnwanted(plan: PodActions, signal: AbortSignal): Promise<void> {
    if (plan.kill.length > 0) this.stale = true;
    for (const { id, container, message, reason } of plan.kill) {
      const entry = findContainer(this.pod, container.name);
      if (!entry) continue;
      await killContainer(
        { pod: this.pod, entry, id, message, reason, podIP: this.runtime.ips[0] ?? '' },
        this.services,
        signal,
      );
    }
    if (plan.kill.length === 0) return;
    await this.look();
    // What is started again at once is not shown as dead in between: upstream's watchers do not see it either.
    const starting = new Set([...plan.initContainers, ...plan.containers]);
    if (plan.kill.some(({ container }) => !starting.has(container))) this.publish();
  }

  private async resize(plan: PodActions): Promise<void> {
    const outcome = await this.resizes.apply(this.pod, plan);
    if (outcome === 'nothing') return;
    if (outcome === 'failed') {
      this.publish();
      this.wakeIn(this.services.config.crashLoopBackOff.initialMs);
      return;
    }
    this.stale = true;
    this.dirty = true;
  }

  private async createSandbox(
    sandbox: PodSandboxConfig,
    handler: string,
    plan: PodActions,
  ): Promise<string | undefined> {
    const { services, pod } = this;
    if (plan.sandboxId !== undefined) {
      services.event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    }
    let id: string;
    try {
      id = await services.ports.runtime.runPodSandbox(sandbox, handler);
    } catch (error) {
      this.stale = true;
      if (this.state === 'syncing') {
        services.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${messageOf(error)}`);
      }
      throw error;
    }
    if (plan.sandboxId !== undefined) {
      await this.purgeInitContainers();
      this.stale = true;
    } else {
      this.runtime = await withSandbox(services.ports.runtime, this.runtime, id);
    }
    if (this.stale) await this.look();
    this.publish(false, true);
    return id;
  }

  /** A new sandbox begins with the first init container: earlier runs must not count. */
  private async purgeInitContainers(): Promise<void> {
    const names = new Set((this.pod.spec.initContainers ?? []).map(({ name }) => name));
    const old = this.runtime.containers.filter(({ name, state }) => names.has(name) && state !== 'running');
    await Promise.all(old.map(({ id }) => this.services.ports.runtime.removeContainer(id)));
  }

  private async startContainers(
    plan: PodActions,
    sandboxId: string,
    sandbox: PodSandboxConfig,
    volumes: ReadonlyMap<string, MountedVolume>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const container of plan.ephemeralContainers) await this.start(container, sandboxId, sandbox, volumes, signal);
    for (const container of plan.initContainers) {
      const started = await this.start(container, sandboxId, sandbox, volumes, signal);
      // A running sidecar lets the next container begin: the plan is asked again.
      if (started && container.restartPolicy === 'Always') this.dirty = true;
      // Those after a failed init container wait for it; a failed sidecar does not stop the others.
      if (!started && container.restartPolicy !== 'Always') return;
    }
    for (const container of plan.containers) await this.start(container, sandboxId, sandbox, volumes, signal);
  }

  private async start(
    container: Container,
    sandboxId: string,
    sandbox: PodSandboxConfig,
    volumes: ReadonlyMap<string, MountedVolume>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const entry = findContainer(this.granted, container.name);
    if (!entry) return false;
    const podIPs =
      this.runtime.ips.length > 0 ? this.runtime.ips : this.pod.spec.hostNetwork ? this.services.node().hostIPs : [];
    const request = { pod: this.granted, entry, status: this.runtime, sandboxId, sandbox, podIPs, volumes };
    let id: string | undefined;
    let published: Promise<void> | undefined;
    const note = async () => {
      if (id === undefined) return;
      const { runtime, files } = this.services.ports;
      this.runtime = await withContainers(runtime, files, this.runtime, [{ id, sandboxId }]);
      this.publish();
    };
    const progress = {
      created: (created: string) => {
        id = created;
      },
      started: () => {
        this.failures.delete(container.name);
        // With a hook the start goes on for long: the world learns now that the container runs.
        if (container.lifecycle?.postStart) published = note().catch(() => {});
      },
    };
    let succeeded = true;
    try {
      await startContainer(request, this.services, progress, signal);
    } catch (error) {
      if (!(error instanceof StartError)) {
        this.stale = true;
        throw error;
      }
      succeeded = false;
      this.failures.set(container.name, { reason: error.reason, message: error.message });
      if (error.retryAtMs !== undefined) this.wakeAt(error.retryAtMs);
      else this.wakeIn(this.services.config.crashLoopBackOff.initialMs);
    }
    await published;
    if (id === undefined) this.publish();
    else await note();
    return succeeded;
  }

  private async terminate(): Promise<void> {
    const { services } = this;
    services.probes.stopLivenessAndStartup(this.uid);
    await this.lookAndPublish();
    await this.stopEverything(this.graceSeconds);
    services.probes.remove(this.uid);
    const before = this.runtime;
    const stopped = await this.look();
    this.runtime = { ...stopped, ips: before.ips };
    const stillRunning = runningContainers(stopped);
    if (stillRunning.length > 0) {
      throw new Error(
        `detected running containers after a successful KillPod, CRI violation: ${stillRunning.map(({ id }) => id).join(', ')}`,
      );
    }
    this.publish(true);
    this.stopped = true;
  }

  private async stopEverything(graceSeconds: number | undefined): Promise<void> {
    const { services, pod, runtime, hooksDone } = this;
    this.stale = true;
    try {
      await killPod({ pod, status: runtime, graceSeconds, hooksDone }, services, this.pass.signal);
    } catch (error) {
      if (this.pass.signal.aborted || isCriError(error, 'Canceled'))
        throw new AbortedError('the stop is asked again', { cause: error });
      services.event(pod, 'Warning', 'FailedKillPod', `error killing pod: ${messageOf(error)}`);
      throw error;
    }
  }

  private async cleanUp(): Promise<void> {
    const { services } = this;
    await this.volumes.tearDown(this.uid);
    await services.ports.cgroups.remove(podCgroupName(this.pod, services.config.cgroupRoot));
    services.objects.unregister(this.uid);
    services.podsChanged();
    services.status.terminate(this.pod);
    this.cleanedUp = true;
  }

  /** The pod is gone from the API: so is all of it from the node. */
  private async forget(): Promise<void> {
    const { services } = this;
    await removePodFromRuntime(this.uid, services);
    await services.volumes.removePod(this.uid);
    await services.ports.files.remove(podLogDirectory(services.config.podLogsDirectory, this.pod));
    services.status.forget(this.uid);
    services.forgetPod(this.uid);
    this.ended = true;
    this.onRemoved(this);
  }
}

/** Whether a new state of the object can change what there is to do; its status is mostly our own. */
function changesWork(old: NodePod, pod: NodePod): boolean {
  return (
    old.metadata.generation !== pod.metadata.generation ||
    old.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    old.metadata.deletionGracePeriodSeconds !== pod.metadata.deletionGracePeriodSeconds ||
    !isEqual(old.spec, pod.spec) ||
    old.status.phase !== pod.status.phase ||
    !isEqual(foreignConditions(old), foreignConditions(pod))
  );
}

function foreignConditions(pod: NodePod) {
  return (pod.status.conditions ?? []).filter(({ type }) => !kubeletConditions.has(type));
}
