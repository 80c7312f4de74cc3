/**
 * SchedulingQueue: which pod is tried next (kube-scheduler PriorityQueue).
 *
 *                  add, update                       pop
 *     new pod ---------------------------> active ---------> in flight --- placed ---> done
 *                    ^    ^      ^                              |
 *        gate lifted |    |      | back-off over, or nothing    | rejected, failed
 *                    |    |      | else to do                   v
 *                    |    |   back-off <----- event that may help, while its back-off runs; an error
 *                    |    +------------------ event that may help
 *                    +----------------- unschedulable pool <--- no event so far helps
 *
 * 1. A pod is in exactly one place; heap entries of places that it has left are skipped when they surface.
 * 2. An event moves a pod only if a plugin that rejected it says that the event may help (its queueing hint).
 * 3. Events during an attempt count for it: they are replayed when the pod comes back rejected.
 * 4. After five minutes in the pool a pod is tried anyway: hints may be wrong.
 */

import type { Clock, Timer } from '#base/env.ts';
import { Heap } from '#base/heap.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import {
  Action,
  type ClusterEvent,
  clusterEvent,
  forceActivate,
  matchesEvent,
  podChanges,
  unschedulableTimeout,
  unscheduledPodAdd,
} from '../framework/cluster-event.ts';
import type { Framework } from '../framework/framework.ts';
import type { EventObject, EventRegistration, Plugin } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import type { Status } from '../framework/status.ts';
import { backoffEndMs, backoffExpirationMs, isBackingOff, type PodBackoff } from './backoff.ts';
import { InFlightEvents } from './in-flight-events.ts';
import { incoming, type QueueMetrics } from './metrics.ts';
import type { Nominator } from './nominator.ts';
import { QueuedPod } from './queued-pod.ts';
import { UnschedulablePods } from './unschedulable-pods.ts';

export interface SchedulingQueueConfig {
  readonly clock: Clock;
  readonly nominator: Nominator;
  readonly backoff: PodBackoff;
  /** How long hints may keep a pod waiting. */
  readonly maxUnschedulableMs: number;
  /** Absent: nothing is measured. */
  readonly metrics?: QueueMetrics | undefined;
}

const flushIntervalMs = 30_000;

interface Entry {
  readonly pod: QueuedPod;
  readonly ticket: number;
}

type Strategy = 'skip' | 'after-backoff' | 'immediately';

const everyEvent: readonly EventRegistration[] = [{ event: clusterEvent('*', Action.All) }];

export class SchedulingQueue {
  private readonly config: SchedulingQueueConfig;
  private readonly profiles: ReadonlyMap<string, Framework>;
  /** By profile and plugin. */
  private readonly registrations = new Map<string, ReadonlyMap<string, readonly EventRegistration[]>>();
  /** Pods in any place, by uid. */
  private readonly pods = new Map<string, QueuedPod>();
  private readonly active: Heap<Entry>;
  private readonly backoff: Heap<Entry>;
  /** After errors: these wait their back-off out, whatever else there is to do. */
  private readonly errorBackoff: Heap<Entry>;
  private readonly pool = new UnschedulablePods();
  private readonly inFlight = new InFlightEvents();
  private readonly interested = new Map<string, readonly string[]>();
  private tickets = 0;
  private activeCount = 0;
  private backoffCount = 0;
  private wake: (() => void) | undefined;
  private backoffTimer: { readonly timer: Timer; readonly dueMs: number } | undefined;
  private flushTimer: Timer | undefined;
  private closed = false;

  constructor(config: SchedulingQueueConfig, profiles: ReadonlyMap<string, Framework>) {
    this.config = config;
    this.profiles = profiles;
    for (const [name, profile] of profiles) {
      this.registrations.set(
        name,
        new Map(profile.all.map((plugin) => [plugin.name, plugin.eventsToRegister?.() ?? everyEvent])),
      );
    }
    const [first] = profiles.values();
    const less = first?.less() ?? ((a, b) => a.timestampMs < b.timestampMs);
    const inTurn = (a: Entry, b: Entry): boolean => {
      if (less(a.pod, b.pod)) return true;
      return !less(b.pod, a.pod) && a.ticket < b.ticket;
    };
    const byExpiration = (a: Entry, b: Entry): boolean => {
      const difference = backoffExpirationMs(a.pod, config.backoff) - backoffExpirationMs(b.pod, config.backoff);
      return difference === 0 ? inTurn(a, b) : difference < 0;
    };
    this.active = new Heap(inTurn);
    this.backoff = new Heap(byExpiration);
    this.errorBackoff = new Heap(byExpiration);
  }

  /** Pods by place: upstream's scheduler_pending_pods. */
  get counts(): { readonly active: number; readonly backoff: number; readonly unschedulable: number } {
    return { active: this.activeCount, backoff: this.backoffCount, unschedulable: this.pool.size };
  }

  /** Of the unschedulable ones, those that a gate keeps. Looks at all pods: for those who ask now and then. */
  get gatedCount(): number {
    let count = 0;
    for (const { place, gatingPlugin } of this.pods.values()) {
      if (place === 'unschedulable' && gatingPlugin !== '') count++;
    }
    return count;
  }

  /** Waiting pods by profile and rejecting plugin: upstream's scheduler_unschedulable_pods. For those who ask now and then. */
  *rejections(): Generator<readonly [plugin: string, profile: string, count: number], void, void> {
    const counts = new Map<string, Map<string, number>>();
    for (const pod of this.pods.values()) {
      if (pod.place === 'in-flight') continue;
      const profile = pod.info.pod.spec?.schedulerName ?? '';
      const ofProfile = counts.get(profile) ?? new Map<string, number>();
      counts.set(profile, ofProfile);
      for (const plugin of pod.rejectors) ofProfile.set(plugin, (ofProfile.get(plugin) ?? 0) + 1);
    }
    for (const [profile, ofProfile] of counts) for (const [plugin, count] of ofProfile) yield [plugin, profile, count];
  }

  /** False while no event could make a difference: nothing is rejected, nothing in flight. */
  get awaitsEvents(): boolean {
    return this.pool.size > 0 || this.inFlight.any;
  }

  /** A pod that the queue did not know. */
  add(info: PodInfo): void {
    if (this.pods.has(info.uid)) return;
    const pod = new QueuedPod(info, this.config.clock.monotonic());
    this.pods.set(info.uid, pod);
    this.moveToActive(pod, unscheduledPodAdd.label);
    this.config.nominator.add(info);
  }

  /** A newer version of an unscheduled pod. */
  update(before: Pod, info: PodInfo): void {
    const pod = this.pods.get(info.uid);
    if (!pod) {
      this.add(info);
      return;
    }
    const events = podChanges(before, info.pod);
    if (pod.place === 'in-flight') {
      // It comes back with the version of then; what changed may help it.
      for (const event of events) this.inFlight.record({ event, before, after: info.pod });
      return;
    }
    this.config.nominator.update(pod.info, info);
    pod.info = info;
    if (pod.place !== 'unschedulable') return;
    for (const event of events) {
      const strategy = this.strategyFor(pod, event, before, info.pod);
      if (strategy === 'skip') continue;
      this.requeue(pod, strategy, event.label);
      if (this.pool.get(info.uid) !== pod) return;
    }
  }

  /** The pod is gone, or has its node. */
  delete(uid: string): void {
    this.config.nominator.remove(uid);
    const pod = this.pods.get(uid);
    if (!pod || pod.place === 'in-flight') return;
    this.leave(pod);
    this.pods.delete(uid);
  }

  /** The next pod to try; in flight from now on, until `done` or `rejected`. */
  pop(): QueuedPod | undefined {
    const pod = this.take(this.active, 'active') ?? this.take(this.backoff, 'backoff');
    if (!pod) return undefined;
    if (pod.place === 'backoff') this.config.metrics?.came('active', incoming.popFromBackoff);
    this.leave(pod);
    pod.place = 'in-flight';
    pod.attempts++;
    pod.initialAttemptMs ??= this.config.clock.monotonic();
    this.inFlight.begin(pod.info.uid);
    return pod;
  }

  /** Resolves when there may be something to pop, or the queue is closed. One waiter. */
  async wait(): Promise<void> {
    if (this.closed || this.activeCount > 0 || this.peek(this.backoff, 'backoff')) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }

  /** The pod needs no replay of events any more: it goes to its node, or is not tried again. */
  done(uid: string): void {
    this.inFlight.end(uid);
    const pod = this.pods.get(uid);
    if (pod?.place === 'in-flight') this.pods.delete(uid);
  }

  /** An attempt failed: by plugins, or (without plugins) by an error. `info` is the newest version of the pod. */
  rejected(
    pod: QueuedPod,
    info: PodInfo,
    unschedulablePlugins: ReadonlySet<string>,
    pendingPlugins: ReadonlySet<string>,
  ): void {
    const { uid } = info;
    pod.info = info;
    pod.gatingPlugin = '';
    pod.flushed = false;
    pod.unschedulablePlugins = unschedulablePlugins;
    pod.pendingPlugins = pendingPlugins;
    const isError = unschedulablePlugins.size === 0 && pendingPlugins.size === 0;
    if (isError) {
      pod.consecutiveErrors++;
    } else {
      pod.unschedulableCount++;
      pod.consecutiveErrors = 0;
    }
    pod.timestampMs = this.config.clock.monotonic();
    pod.backoffExpirationMs = undefined;
    let strategy: Strategy = isError ? 'after-backoff' : 'skip';
    for (const { event, before, after } of this.inFlight.eventsFor(uid)) {
      const answer = this.strategyFor(pod, event, before, after);
      if (answer !== 'skip') strategy = answer;
      if (answer === 'immediately') break;
    }
    this.inFlight.end(uid);
    // Another pod of the uid may have been added meanwhile by an event that came in between.
    const other = this.pods.get(uid);
    if (other && other !== pod) return;
    this.pods.set(uid, pod);
    this.requeue(pod, strategy, incoming.scheduleAttemptFailure);
  }

  /** Moves the rejected pods that the event may help. `concerns` leaves pods out before their hints are asked. */
  moveAll(event: ClusterEvent, before: EventObject, after: EventObject, concerns?: (pod: PodInfo) => boolean): void {
    this.inFlight.record({ event, before, after });
    if (this.pool.size === 0) return;
    const candidates = event.resource === '*' ? [...this.pool.all()] : this.candidatesFor(event);
    for (const pod of candidates) {
      if (pod.place !== 'unschedulable' || (concerns && !concerns(pod.info))) continue;
      if (pod.gatingPlugin !== '' && !this.concernsPlugin(pod, pod.gatingPlugin, event)) continue;
      const strategy = this.strategyFor(pod, event, before, after);
      if (strategy !== 'skip') this.requeue(pod, strategy, event.label);
    }
  }

  /** Tries the pod next, whatever its back-off. */
  activate(uid: string): void {
    const pod = this.pods.get(uid);
    if (!pod) return;
    if (pod.place === 'in-flight')
      this.inFlight.record({ event: forceActivate, before: undefined, after: pod.info.pod });
    else if (pod.place !== 'active') this.moveToActive(pod, forceActivate.label);
  }

  /** Wakes the waiter and drops the timers. */
  close(): void {
    this.closed = true;
    this.backoffTimer?.timer.cancel();
    this.flushTimer?.cancel();
    this.signal();
  }

  /** `event` is what metrics say brought it. */
  private requeue(pod: QueuedPod, strategy: Strategy, event: string): void {
    if (strategy === 'skip') {
      this.leave(pod);
      this.putIntoPool(pod, event);
    } else if (strategy === 'after-backoff' && isBackingOff(pod, this.config.backoff, this.config.clock.monotonic())) {
      this.moveToBackoff(pod, event);
    } else {
      this.moveToActive(pod, event);
    }
  }

  private moveToActive(pod: QueuedPod, event: string): void {
    // Gates were looked at when it went into back-off.
    const { place: before } = pod;
    this.leave(pod);
    if (before !== 'backoff' && this.isGated(pod)) {
      this.putIntoPool(pod, before === 'unschedulable' ? undefined : event);
      return;
    }
    this.config.metrics?.came('active', event);
    pod.place = 'active';
    pod.ticket = ++this.tickets;
    this.activeCount++;
    this.active.push({ pod, ticket: pod.ticket });
    this.signal();
  }

  private moveToBackoff(pod: QueuedPod, event: string): void {
    const { place: before } = pod;
    this.leave(pod);
    if (this.isGated(pod)) {
      this.putIntoPool(pod, before === 'unschedulable' ? undefined : event);
      return;
    }
    this.config.metrics?.came('backoff', event);
    pod.place = 'backoff';
    pod.ticket = ++this.tickets;
    this.backoffCount++;
    const entry = { pod, ticket: pod.ticket };
    if (pod.unschedulablePlugins.size === 0 && pod.pendingPlugins.size === 0) {
      this.errorBackoff.push(entry);
    } else {
      this.backoff.push(entry);
      this.signal();
    }
    this.armBackoffTimer();
  }

  /** Without an event for a pod that was there: it does not come. */
  private putIntoPool(pod: QueuedPod, event: string | undefined): void {
    if (event !== undefined) this.config.metrics?.came('unschedulable', event);
    this.pool.put(pod);
    if (!this.flushTimer && !this.closed) {
      this.flushTimer = this.config.clock.after(flushIntervalMs, () => this.flushPool());
    }
  }

  /** Out of its place; the caller puts it into the next. */
  private leave(pod: QueuedPod): void {
    if (pod.place === 'active') this.activeCount--;
    else if (pod.place === 'backoff') this.backoffCount--;
    else if (pod.place === 'unschedulable') this.pool.remove(pod);
    pod.ticket = 0;
    pod.place = 'in-flight';
  }

  private take(heap: Heap<Entry>, place: 'active' | 'backoff'): QueuedPod | undefined {
    const pod = this.peek(heap, place);
    if (pod) heap.pop();
    return pod;
  }

  private peek(heap: Heap<Entry>, place: 'active' | 'backoff'): QueuedPod | undefined {
    for (let entry = heap.peek(); entry; entry = heap.peek()) {
      if (entry.pod.place === place && entry.pod.ticket === entry.ticket) return entry.pod;
      heap.pop();
    }
    return undefined;
  }

  /** Asks the gating plugin first: it is the one that most probably still says no. */
  private isGated(pod: QueuedPod): boolean {
    const profile = this.profileOf(pod);
    const begunMs = profile?.metrics?.begin() ?? 0;
    const answer = this.gateOf(pod, profile?.preEnqueuePlugins ?? []);
    profile?.metrics?.point('PreEnqueue', answer, begunMs);
    return answer !== undefined;
  }

  private gateOf(pod: QueuedPod, plugins: readonly Plugin[]): Status | undefined {
    const ordered = plugins.toSorted(
      (a, b) => Number(b.name === pod.gatingPlugin) - Number(a.name === pod.gatingPlugin),
    );
    for (const plugin of ordered) {
      const answer = plugin.preEnqueue?.(pod.info);
      if (!answer) continue;
      pod.gatingPlugin = plugin.name;
      pod.unschedulablePlugins = new Set(pod.unschedulablePlugins).add(plugin.name);
      return answer;
    }
    pod.gatingPlugin = '';
    return undefined;
  }

  private profileOf(pod: QueuedPod): Framework | undefined {
    return this.profiles.get(pod.info.pod.spec?.schedulerName ?? '');
  }

  private registrationsOf(pod: QueuedPod, plugin: string): readonly EventRegistration[] {
    return this.registrations.get(pod.info.pod.spec?.schedulerName ?? '')?.get(plugin) ?? everyEvent;
  }

  private concernsPlugin(pod: QueuedPod, plugin: string, event: ClusterEvent): boolean {
    return event.resource === '*' || this.registrationsOf(pod, plugin).some((each) => matchesEvent(each.event, event));
  }

  /** Pods rejected by a plugin that registered such an event. */
  private candidatesFor(event: ClusterEvent): QueuedPod[] {
    const key = `${event.resource} ${event.action}`;
    let plugins = this.interested.get(key);
    if (!plugins) {
      const names = new Set<string>();
      for (const registrations of this.registrations.values()) {
        for (const [name, each] of registrations) {
          if (each.some((registration) => matchesEvent(registration.event, event))) names.add(name);
        }
      }
      plugins = [...names];
      this.interested.set(key, plugins);
    }
    return plugins.flatMap((plugin) => [...this.pool.rejectedBy(plugin)]);
  }

  private strategyFor(pod: QueuedPod, event: ClusterEvent, before: EventObject, after: EventObject): Strategy {
    const { rejectors } = pod;
    if (rejectors.size === 0) return 'after-backoff';
    if (event.resource === '*') {
      // With an object it is meant for that pod alone.
      const target = (after as Pod | undefined)?.metadata?.uid;
      return target === undefined || target === pod.info.uid ? 'after-backoff' : 'skip';
    }
    let strategy: Strategy = 'skip';
    for (const plugin of rejectors) {
      for (const { event: registered, hint } of this.registrationsOf(pod, plugin)) {
        if (!matchesEvent(registered, event)) continue;
        if (hint && !this.helps(plugin, event, () => hint(pod.info, before, after))) continue;
        if (pod.pendingPlugins.has(plugin)) return 'immediately';
        strategy = 'after-backoff';
      }
    }
    return strategy;
  }

  /** A hint that fails must not leave the pod waiting for ever. */
  private helps(plugin: string, { label }: ClusterEvent, hint: () => boolean): boolean {
    const { metrics } = this.config;
    if (metrics) return metrics.hint(plugin, label, hint);
    try {
      return hint();
    } catch {
      return true;
    }
  }

  private armBackoffTimer(): void {
    if (this.closed) return;
    const ends = [this.peek(this.backoff, 'backoff'), this.peek(this.errorBackoff, 'backoff')].flatMap((pod) =>
      pod ? [backoffEndMs(pod, this.config.backoff)] : [],
    );
    if (ends.length === 0) return;
    const dueMs = Math.min(...ends);
    if (this.backoffTimer && this.backoffTimer.dueMs <= dueMs) return;
    this.backoffTimer?.timer.cancel();
    const delayMs = Math.max(0, dueMs - this.config.clock.monotonic());
    const timer = this.config.clock.after(delayMs, () => {
      this.backoffTimer = undefined;
      this.flushBackoff();
    });
    this.backoffTimer = { timer, dueMs };
  }

  private flushBackoff(): void {
    const nowMs = this.config.clock.monotonic();
    for (const heap of [this.backoff, this.errorBackoff]) {
      for (let pod = this.peek(heap, 'backoff'); pod; pod = this.peek(heap, 'backoff')) {
        if (isBackingOff(pod, this.config.backoff, nowMs)) break;
        heap.pop();
        this.moveToActive(pod, incoming.backoffComplete);
      }
    }
    this.armBackoffTimer();
  }

  private flushPool(): void {
    this.flushTimer = undefined;
    const nowMs = this.config.clock.monotonic();
    for (const pod of Array.from(this.pool.all())) {
      if (nowMs - pod.timestampMs <= this.config.maxUnschedulableMs) continue;
      pod.flushed = true;
      this.requeue(pod, this.strategyFor(pod, unschedulableTimeout, undefined, undefined), unschedulableTimeout.label);
    }
    if (this.pool.size > 0 && !this.closed) {
      this.flushTimer = this.config.clock.after(flushIntervalMs, () => this.flushPool());
    }
  }

  private signal(): void {
    const wake = this.wake;
    this.wake = undefined;
    wake?.();
  }
}
