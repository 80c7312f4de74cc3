/** Counting a quota anew from the objects of its namespace. What an object counts for is told by kinds/core/resource-quota/usage. */

import type { KubeObject } from '#api/object.ts';
import { addUsage, concerns, inScopes, maskUsage, usageOf } from '#kinds/core/resource-quota/usage.ts';
import type { ResourceQuota, ResourceQuotaStatus } from '#kinds/generated/core-v1.ts';

/** True when the quota limits something of this resource ('pods', 'deployments.apps'). */
export function limits(quota: ResourceQuota, resource: string): boolean {
  return Object.keys(quota.spec?.hard ?? {}).some((name) => concerns(name, resource));
}

/** `objects` are those of the quota's namespace, by resource. */
export function countQuota(
  quota: ResourceQuota,
  objects: ReadonlyMap<string, readonly KubeObject[]>,
  nowMs: number,
): ResourceQuotaStatus {
  const hard = quota.spec?.hard ?? {};
  let used: Readonly<Record<string, string>> = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  for (const [resource, items] of objects) {
    for (const object of items) {
      if (inScopes(quota, resource, object)) used = addUsage(used, maskUsage(usageOf(resource, object, nowMs), hard));
    }
  }
  return { hard, used };
}
