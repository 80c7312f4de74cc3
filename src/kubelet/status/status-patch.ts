/**
 * The smallest strategic-merge patch that turns a pod's stored status into the kubelet's. Fields and conditions of others are not
 * mentioned, so nobody's writes are lost; a patch that says nothing is not sent.
 */

import type { PodCondition, PodStatus } from '#kinds/generated/core-v1.ts';
import { kubeletConditions } from './conditions.ts';

type Json = Record<string, unknown>;

/** What the kubelet writes beside conditions. */
const ownedFields = [
  'observedGeneration',
  'phase',
  'message',
  'reason',
  'hostIP',
  'podIP',
  'startTime',
  'initContainerStatuses',
  'containerStatuses',
  'ephemeralContainerStatuses',
  'qosClass',
  'resources',
  'allocatedResources',
] as const satisfies readonly (keyof PodStatus)[];

/** Lists of addresses, merged by `ip`. */
const addressFields = ['hostIPs', 'podIPs'] as const satisfies readonly (keyof PodStatus)[];

/** Undefined when nothing differs. */
export function statusPatch(stored: PodStatus, next: PodStatus): Json | undefined {
  const patch: Json = {};
  for (const field of ownedFields) {
    if (isEqual(stored[field], next[field])) continue;
    patch[field] = next[field] ?? null;
  }
  for (const field of addressFields) {
    const before = stored[field] ?? [];
    const after = next[field] ?? [];
    if (isEqual(before, after)) continue;
    const gone = before.filter(({ ip }) => !after.some((other) => other.ip === ip));
    patch[field] = [...after, ...gone.map(({ ip }) => ({ $patch: 'delete', ip }))];
  }
  const conditions = conditionPatches(stored.conditions ?? [], next.conditions ?? []);
  if (conditions.length > 0) patch.conditions = conditions;
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function conditionPatches(stored: readonly PodCondition[], next: readonly PodCondition[]): Json[] {
  const patches: Json[] = [];
  for (const condition of next) {
    if (!kubeletConditions.has(condition.type) && condition.type !== 'DisruptionTarget') continue;
    const before = stored.find(({ type }) => type === condition.type);
    if (before && isEqual(before, condition)) continue;
    const patch: Json = { ...condition };
    // What the condition said before and no longer says must be taken away.
    for (const key of Object.keys(before ?? {})) if (!(key in condition)) patch[key] = null;
    patches.push(patch);
  }
  for (const { type } of stored) {
    if (kubeletConditions.has(type) && !next.some((condition) => condition.type === type))
      patches.push({ $patch: 'delete', type });
  }
  return patches;
}

/** Equality of JSON trees; undefined, null and absent are the same. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? undefined) === (b ?? undefined);
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isEqual(item, b[index]));
  }
  const left = a as Json;
  const right = b as Json;
  for (const key in left) if (!isEqual(left[key], right[key])) return false;
  for (const key in right) if (!(key in left) && right[key] !== undefined && right[key] !== null) return false;
  return true;
}
