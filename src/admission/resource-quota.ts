/**
 * ResourceQuota: refuses what would exceed a quota of the namespace, and charges the rest to the quota's status at once, so that
 * two requests at the same time cannot both have the last of it.
 *
 * Requests of one namespace are charged one after another here; servers that share a store are kept apart by the
 * resourceVersion of the quota (a conflict is tried again on the newest state).
 */

import { isConflict, isNotFound, newForbidden, newInternalError, newPlainError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { canonicalQuantity, compareQuantities } from '#api/quantity.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import { edit } from '#base/edit.ts';
import type { Clock } from '#base/env.ts';
import type { ResourceList } from '#kinds/core/pod/resources.ts';
import {
  addUsage,
  concerns,
  inScopes,
  maskUsage,
  missingForQuota,
  quotaResource,
  usageGrowth,
  usageOf,
} from '#kinds/core/resource-quota/usage.ts';
import type { ResourceQuota } from '#kinds/generated/core-v1.ts';
import type { LimitedResource } from './configuration.ts';
import { uncovered } from './limited-resources.ts';

const quotas: CollectionName = '/resourcequotas';
const attempts = 10;

/** Writes a quota's status; rejects with Conflict when it is not the newest. */
export type QuotaWriter = (quota: ResourceQuota) => Promise<unknown>;

export function resourceQuota(
  objects: LiveObjects,
  write: QuotaWriter,
  clock: Clock,
  limited: readonly LimitedResource[] = [],
): AdmissionPlugin {
  /** The charge that is going on in a namespace. */
  const charging = new Map<string, Promise<void>>();
  const chargeNext = async (context: AdmissionContext): Promise<void> => {
    const previous = charging.get(context.namespace) ?? Promise.resolve();
    const own = previous.catch(() => {}).then(() => charge(objects, write, clock, limited, context));
    charging.set(context.namespace, own);
    try {
      await own;
    } finally {
      if (charging.get(context.namespace) === own) charging.delete(context.namespace);
    }
  };
  const chargeLoaded = (context: AdmissionContext): Promise<void> | undefined =>
    limited.length === 0 && isEmpty(objects.list(quotas, context.namespace)) ? undefined : chargeNext(context);
  return {
    name: 'ResourceQuota',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    validate: (context) => {
      if (context.namespace === '' || !isCharged(context)) return undefined;
      const loading = objects.load(quotas);
      return loading ? loading.then(() => chargeLoaded(context)) : chargeLoaded(context);
    },
  };
}

function isEmpty(items: Iterable<unknown>): boolean {
  return items[Symbol.iterator]().next().done === true;
}

/** Subresources change nothing that is counted, except a pod's size. */
function isCharged({ subresource, resource, operation }: AdmissionContext): boolean {
  if (subresource === 'resize') return resource.resource === 'pods';
  if (subresource !== '') return false;
  return operation === 'CREATE' || ['pods', 'services', 'persistentvolumeclaims'].includes(resource.resource);
}

async function charge(
  objects: LiveObjects,
  write: QuotaWriter,
  clock: Clock,
  limited: readonly LimitedResource[],
  context: AdmissionContext,
): Promise<void> {
  // Those that are written are charged, and not again when another one of them has changed meanwhile.
  const done = new Set<string>();
  for (let attempt = 0; attempt < attempts; attempt++) {
    const names = [...objects.list(quotas, context.namespace)].map((quota) => quota.metadata?.name ?? '');
    const current: ResourceQuota[] = [];
    for (const name of names) {
      const fresh = (await objects.getFresh(quotas, context.namespace, name)) as ResourceQuota | undefined;
      if (fresh) current.push(fresh);
    }
    const charged = chargedQuotas(current, context, clock.now(), limited, done);
    if (context.dryRun) return;
    try {
      for (const quota of charged) {
        await write(quota);
        done.add(quota.metadata?.uid ?? '');
      }
      return;
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }
  throw newInternalError('resource quota evaluation timed out');
}

/** The quotas with the request added to their usage, but those that are `done`; throws Forbidden when one has no room. Pure. */
export function chargedQuotas(
  current: readonly ResourceQuota[],
  context: AdmissionContext,
  nowMs: number,
  limited: readonly LimitedResource[] = [],
  done: ReadonlySet<string> = new Set(),
): ResourceQuota[] {
  const { resource, oldObject, namespace, name } = context;
  const object = context.object as KubeObject;
  const named = quotaResource(resource.group, resource.resource);
  const refused = (reason: string) =>
    newForbidden({ group: resource.group, resource: resource.resource }, object.metadata?.name ?? name, reason);
  const usage = usageOf(named, object, nowMs);
  const negative = Object.keys(usage).filter((key) => compareQuantities(usage[key] ?? '0', '0') < 0);
  if (negative.length > 0) throw refused(`quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  const covered = new Set<string>();
  const growths = new Map<ResourceQuota, Readonly<Record<string, string>>>();
  for (const quota of current) {
    const hard = quota.status?.hard ?? {};
    const hardNames = Object.keys(hard).filter((hardName) => concerns(hardName, named));
    if (hardNames.length === 0 || !inScopes(quota, named, object)) continue;
    const quotaName = quota.metadata?.name ?? '';
    const missing = missingForQuota(named, object, hardNames);
    if (missing) throw refused(`failed quota: ${quotaName}: ${missing}`);
    const used = quota.status?.used ?? {};
    if (hardNames.some((hardName) => used[hardName] === undefined)) {
      throw refused(`status unknown for quota: ${quotaName}, resources: ${hardNames.sort().join(',')}`);
    }
    for (const hardName of hardNames) covered.add(hardName);
    const counted = oldObject && inScopes(quota, named, oldObject) ? usageOf(named, oldObject, nowMs) : {};
    const requested = maskUsage(usageGrowth(usage, counted), hard);
    growths.set(quota, requested);
  }
  if (limited.length > 0 && isConsumed()) {
    const asked = { group: resource.group, plural: resource.resource, resource: named, object, usage };
    const missing = uncovered(limited, asked, covered, current);
    // As upstream: only one of the two is a refusal by its form.
    if (missing) throw missing.by === 'name' ? refused(missing.text) : newPlainError(missing.text);
  }
  const charged: ResourceQuota[] = [];
  for (const [quota, requested] of growths) {
    if (Object.keys(requested).length === 0 || done.has(quota.metadata?.uid ?? '')) continue;
    const quotaName = quota.metadata?.name ?? '';
    const hard = quota.status?.hard ?? {};
    const used = quota.status?.used ?? {};
    const next = addUsage(used, requested);
    const exceeded = Object.keys(requested).filter((key) => compareQuantities(next[key] ?? '0', hard[key] ?? '0') > 0);
    if (exceeded.length > 0) {
      const part = (list: ResourceList) =>
        exceeded
          .sort()
          .map((key) => `${key}=${canonicalQuantity(list[key] ?? '0')}`)
          .join(',');
      throw refused(
        `exceeded quota: ${quotaName}, requested: ${part(requested)}, used: ${part(used)}, limited: ${part(hard)}`,
      );
    }
    charged.push(
      edit({ ...quota, metadata: { ...quota.metadata, namespace } }, (draft) => {
        draft.status = { ...draft.status, used: next };
      }),
    );
  }
  return charged;

  /** What nothing is added by is not held against what has to be covered. */
  function isConsumed(): boolean {
    const all =
      growths.size > 0
        ? [...growths.values()]
        : [oldObject ? usageGrowth(usage, usageOf(named, oldObject, nowMs)) : usage];
    return all.some((growth) => Object.keys(growth).length > 0);
  }
}
