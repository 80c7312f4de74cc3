/**
 * EventRateLimit, off by default: Events are refused beyond a rate: of the server, of a namespace, of a user, or of a source about an object. Each is
 * a bucket of `burst` tokens that fills by `qps` a second.
 */

import { newTooManyRequests } from '#api/errors.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { Clock } from '#base/env.ts';
import type { Event } from '#kinds/generated/core-v1.ts';

export const limitTypes = ['Server', 'Namespace', 'User', 'SourceAndObject'] as const;

export interface EventLimit {
  readonly type: (typeof limitTypes)[number];
  readonly qps: number;
  readonly burst: number;
  /** Buckets that are kept; the longest unused is forgotten, and full when it comes again. */
  readonly cacheSize: number;
}

export function eventRateLimit(limits: readonly EventLimit[], clock: Pick<Clock, 'monotonic'>): AdmissionPlugin {
  const enforcers = limits.map((limit) => new Enforcer(limit, clock));
  return {
    name: 'EventRateLimit',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    validate: (context) => {
      const { kind, dryRun } = context;
      if (kind.group !== '' || kind.kind !== 'Event' || dryRun) return;
      // All are asked, so that each has counted it.
      const faults = [...new Set(enforcers.flatMap((enforcer) => enforcer.fault(context) ?? []))];
      if (faults.length === 0) return;
      const text = faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`;
      throw newTooManyRequests(`Too many requests: ${text}`, 0);
    },
  };
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

class Enforcer {
  private readonly limit: EventLimit;
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly buckets = new Map<string, Bucket>();

  constructor(limit: EventLimit, clock: Pick<Clock, 'monotonic'>) {
    this.limit = limit;
    this.clock = clock;
  }

  fault(context: AdmissionContext): string | undefined {
    const { type, qps, burst } = this.limit;
    const key = keyOf(type, context);
    const nowMs = this.clock.monotonic();
    const bucket = this.bucket(key, nowMs);
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.filledMs) / 1000) * qps);
    bucket.filledMs = nowMs;
    if (bucket.tokens < 1) return `limit reached on type ${type} for key ${key}`;
    bucket.tokens--;
    return undefined;
  }

  private bucket(key: string, nowMs: number): Bucket {
    const known = this.buckets.get(key);
    const bucket = known ?? { tokens: this.limit.burst, filledMs: nowMs };
    if (known) this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > this.limit.cacheSize) this.buckets.delete(this.buckets.keys().next().value ?? '');
    return bucket;
  }
}

function keyOf(type: EventLimit['type'], { namespace, user, object }: AdmissionContext): string {
  switch (type) {
    case 'Server':
      return '';
    case 'Namespace':
      return namespace;
    case 'User':
      return user.username;
    case 'SourceAndObject': {
      const { source = {}, involvedObject: about } = object as Event;
      return [source.component, source.host, about.kind, about.namespace, about.name, about.uid, about.apiVersion]
        .map((part) => part ?? '')
        .join('');
    }
  }
}
