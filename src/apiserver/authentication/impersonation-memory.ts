/**
 * ImpersonationMemory: what one constrained mode of impersonation has allowed lately (upstream: endpoints/filters/impersonation/cache.go), for
 * ten seconds, so that whoever acts as another for many requests is not asked about each. Refusals are not remembered.
 */

import type { UserInfo } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import { ExpiringCache } from '#base/expiring-cache.ts';
import { sha256 } from '#base/sha256.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';
import type { Wanted } from './impersonation.ts';

const ttlMs = 10_000;
const capacity = 10_000;

export class ImpersonationMemory {
  private readonly allowed: ExpiringCache<UserInfo>;

  constructor(clock: Clock) {
    this.allowed = new ExpiringCache(clock, capacity);
  }

  /** With `asked` of that one request, else of the identity alone. Its length does not depend on what clients send. */
  keyOf(wanted: Wanted, caller: UserInfo, asked?: AuthorizationAttributes): string {
    const { username, uid, groups, extra } = wanted;
    const text = JSON.stringify([
      [username, uid, groups, sorted(extra)],
      [caller.username, caller.uid ?? '', caller.groups, sorted(caller.extra ?? {})],
      asked && [
        asked.verb,
        asked.isResourceRequest,
        asked.apiGroup,
        asked.apiVersion,
        asked.resource,
        asked.subresource,
        asked.namespace,
        asked.name,
        asked.path,
        asked.labelSelector,
        asked.fieldSelector,
      ],
    ]);
    return `${Array.from(sha256(text), (byte) => byte.toString(16).padStart(2, '0')).join('')}/${caller.username}`;
  }

  get(key: string): UserInfo | undefined {
    return this.allowed.get(key);
  }

  set(key: string, user: UserInfo): void {
    this.allowed.set(key, user, ttlMs);
  }
}

function sorted(extra: Readonly<Record<string, readonly string[]>>): readonly unknown[] {
  return Object.keys(extra)
    .sort()
    .map((key) => [key, extra[key]]);
}
