/**
 * EventRecorder: what controllers tell users (`kubectl describe`, `kubectl get events`), with upstream's aggregation
 * (client-go tools/record events_cache): the same event again counts up on the stored one; more than ten similar ones in ten
 * minutes become one "(combined from similar events)"; a source that keeps talking about one object is limited to a burst of
 * 25 and one every five minutes.
 *
 * Recording never fails or delays the caller: writes happen in order in the background, bounded; what does not fit is dropped.
 */

import { apiVersionOf, type ResourceDefinition } from '#api/definition.ts';
import { isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Events } from '#kinds/core/event/definition.ts';
import type { Event, ObjectReference } from '#kinds/generated/core-v1.ts';

export type EventType = 'Normal' | 'Warning';

/** What an event is about: the object itself, or a reference with fieldPath ('spec.containers{web}'). */
export type EventSubject = ObjectReference;

export interface EventRecorder {
  /** `action`: what was done or tried, for recorders with a reportingInstance. */
  record(subject: EventSubject, type: EventType, reason: string, message: string, action?: string): void;
  /** Resolves when everything recorded so far was written or given up. */
  flush(): Promise<void>;
}

/** The reference that events and ownerships use for an object of a kind. */
export function referenceTo<T extends KubeObject>(
  definition: ResourceDefinition<T>,
  object: T,
  fieldPath?: string,
): EventSubject {
  const { metadata } = object;
  return {
    kind: definition.kind,
    apiVersion: apiVersionOf(definition as unknown as ResourceDefinition),
    ...(metadata?.namespace ? { namespace: metadata.namespace } : {}),
    name: metadata?.name ?? '',
    ...(metadata?.uid ? { uid: metadata.uid } : {}),
    ...(metadata?.resourceVersion ? { resourceVersion: metadata.resourceVersion } : {}),
    ...(fieldPath ? { fieldPath } : {}),
  };
}

export interface EventRecorderConfig {
  readonly client: Client;
  readonly env: Env;
  /** Upstream's component name: 'kubelet', 'replicaset-controller'. */
  readonly component: string;
  /** Node name, for node agents. */
  readonly host?: string;
  /**
   * Writes events as clients of events.k8s.io/v1 do (client-go tools/events), with this reportingInstance: a time in microseconds, an
   * action, and a series once it repeats, in place of source, count and timestamps.
   */
  readonly reportingInstance?: string;
}

const aggregateAfter = 10;
const aggregateWindowMs = 10 * 60_000;
const spamBurst = 25;
const spamRefillMs = 5 * 60_000;
/** Entries of each of the three tables, as upstream's LRU caches. */
const cacheSize = 4096;
const pendingBound = 1000;

interface Stored {
  readonly name: string;
  readonly count: number;
  readonly firstTimestamp: string;
}

export function createEventRecorder(config: EventRecorderConfig): EventRecorder {
  return new Recorder(config);
}

class Recorder implements EventRecorder {
  private readonly config: EventRecorderConfig;
  private readonly similar = new BoundedMap<{ readonly messages: Set<string>; lastMs: number }>(cacheSize);
  private readonly stored = new BoundedMap<Stored>(cacheSize);
  private readonly tokens = new BoundedMap<{ left: number; atMs: number }>(cacheSize);
  private tail: Promise<void> = Promise.resolve();
  private pending = 0;

  constructor(config: EventRecorderConfig) {
    this.config = config;
  }

  record(subject: EventSubject, type: EventType, reason: string, message: string, action?: string): void {
    if (this.pending >= pendingBound || this.isSpam(subject)) return;
    const nowMs = this.config.env.clock.now();
    const aggregated = this.aggregate(subject, type, reason, message);
    this.pending++;
    this.tail = this.tail
      .then(() => this.write(subject, type, reason, aggregated, nowMs, action))
      .catch((error: unknown) => {
        this.config.env.log.debug('event not recorded', { reason, message, error: messageOf(error) });
      })
      .finally(() => {
        this.pending--;
      });
  }

  async flush(): Promise<void> {
    await this.tail;
  }

  /** Token bucket per source and object. */
  private isSpam(subject: EventSubject): boolean {
    const key = subjectKey(subject);
    const nowMs = this.config.env.clock.monotonic();
    const bucket = this.tokens.get(key) ?? { left: spamBurst, atMs: nowMs };
    bucket.left = Math.min(spamBurst, bucket.left + (nowMs - bucket.atMs) / spamRefillMs);
    bucket.atMs = nowMs;
    this.tokens.set(key, bucket);
    if (bucket.left < 1) return true;
    bucket.left -= 1;
    return false;
  }

  /** The message to store: its own, or the combined one when too many different messages say nearly the same. */
  private aggregate(subject: EventSubject, type: EventType, reason: string, message: string): string {
    const key = [subjectKey(subject), type, reason].join('|');
    const nowMs = this.config.env.clock.monotonic();
    let group = this.similar.get(key);
    if (!group || nowMs - group.lastMs > aggregateWindowMs) group = { messages: new Set(), lastMs: nowMs };
    group.lastMs = nowMs;
    group.messages.add(message);
    this.similar.set(key, group);
    if (group.messages.size < aggregateAfter) return message;
    // Keep the set bounded: it only has to stay at the threshold.
    group.messages.delete(group.messages.values().next().value ?? '');
    return `(combined from similar events): ${message}`;
  }

  private async write(
    subject: EventSubject,
    type: EventType,
    reason: string,
    message: string,
    nowMs: number,
    action: string | undefined,
  ): Promise<void> {
    const { client, component, host, reportingInstance, env } = this.config;
    const combined = message.startsWith('(combined');
    const key = [subjectKey(subject), type, reason, combined ? '(combined)' : message].join('|');
    const namespace = subject.namespace || 'default';
    const now = new Date(Math.floor(nowMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
    const known = this.stored.get(key);
    if (known) {
      const count = known.count + 1;
      const patch = reportingInstance
        ? { series: { count, lastObservedTime: microTime(nowMs) } }
        : { count, lastTimestamp: now, message };
      try {
        await client.patch(Events, { namespace, name: known.name }, patch, { type: 'strategic' });
        this.stored.set(key, { ...known, count });
        return;
      } catch (error) {
        // It went with its time to live: start over.
        if (!isNotFound(error)) throw error;
      }
    }
    const event: Event = {
      metadata: { name: `${subject.name}.${eventSuffix(env, nowMs)}`, namespace },
      involvedObject: subject,
      reason,
      message,
      type,
      reportingComponent: component,
      ...(reportingInstance
        ? { reportingInstance, eventTime: microTime(nowMs), action: action ?? reason }
        : {
            source: { component, ...(host ? { host } : {}) },
            firstTimestamp: now,
            lastTimestamp: now,
            count: 1,
            reportingInstance: host ?? '',
          }),
    };
    const created = await client.create(Events, event);
    this.stored.set(key, { name: created.metadata?.name ?? '', count: 1, firstTimestamp: now });
  }
}

/** As MicroTime is written. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** Upstream names events by the time in hexadecimal nanoseconds; ours adds randomness below the millisecond. */
function eventSuffix(env: Env, nowMs: number): string {
  const nanoseconds = BigInt(Math.floor(nowMs)) * 1_000_000n + BigInt(Math.floor(env.random.next() * 1_000_000));
  return nanoseconds.toString(16);
}

function subjectKey(subject: EventSubject): string {
  return [subject.kind, subject.namespace, subject.name, subject.uid, subject.fieldPath].join('/');
}

/** Forgets the entry that was written longest ago when it is full. */
class BoundedMap<Value> {
  private readonly entries = new Map<string, Value>();
  private readonly bound: number;

  constructor(bound: number) {
    this.bound = bound;
  }

  get(key: string): Value | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > this.bound) this.entries.delete(this.entries.keys().next().value ?? '');
  }
}
