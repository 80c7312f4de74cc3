/** What the deletion of a namespace found, and the conditions that tell it (upstream's pkg/controller/namespace/deletion). */

import { formatTime } from '#api/time.ts';
import type { Namespace, NamespaceCondition, Pod } from '#kinds/generated/core-v1.ts';
import { isPodTerminal } from '../pods/state.ts';

/** What is left of one resource after its objects were asked to go. */
export interface Remains {
  /** 'pods.' or 'deployments.apps', as the messages name it. */
  readonly resource: string;
  readonly count: number;
  /** Objects by finalizer that holds them. */
  readonly finalizers: Readonly<Record<string, number>>;
}

export interface DeletionFindings {
  readonly discoveryFailures: readonly string[];
  readonly deletionErrors: readonly string[];
  readonly remains: readonly Remains[];
}

const conditionTypes = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceContentRemaining',
  'NamespaceFinalizersRemaining',
] as const;

type ConditionType = (typeof conditionTypes)[number];

interface Finding {
  readonly reason: string;
  readonly message: string;
}

const well: Readonly<Record<ConditionType, Finding>> = {
  NamespaceDeletionDiscoveryFailure: {
    reason: 'ResourcesDiscovered',
    message: 'All resources successfully discovered',
  },
  NamespaceDeletionGroupVersionParsingFailure: {
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
  NamespaceDeletionContentFailure: {
    reason: 'ContentDeleted',
    message: 'All content successfully deleted, may be waiting on finalization',
  },
  NamespaceContentRemaining: { reason: 'ContentRemoved', message: 'All content successfully removed' },
  NamespaceFinalizersRemaining: {
    reason: 'ContentHasNoFinalizers',
    message: 'All content-preserving finalizers finished',
  },
};

/** The conditions after a round; the same array when nothing changed. */
export function namespaceConditions(
  namespace: Namespace,
  findings: DeletionFindings,
  nowMs: number,
): readonly NamespaceCondition[] {
  const old = namespace.status?.conditions ?? [];
  const troubles = troublesOf(findings);
  let changed = false;
  const conditions = [...old];
  for (const type of conditionTypes) {
    const trouble = troubles[type];
    const status = trouble ? 'True' : 'False';
    const { reason, message } = trouble ?? well[type];
    const at = conditions.findIndex((condition) => condition.type === type);
    const before = conditions[at];
    if (before?.status === status && before.reason === reason && before.message === message) continue;
    changed = true;
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : formatTime(nowMs);
    const condition = { type, status, lastTransitionTime, reason, message };
    if (before) conditions[at] = condition;
    else conditions.push(condition);
  }
  return changed ? conditions : old;
}

function troublesOf({ discoveryFailures, deletionErrors, remains }: DeletionFindings) {
  const troubles: Partial<Record<ConditionType, Finding>> = {};
  if (discoveryFailures.length > 0) {
    const count = discoveryFailures.length;
    const message = `Discovery failed for some groups, ${count} failing: unable to retrieve the complete list of server APIs: ${discoveryFailures.join(', ')}`;
    troubles.NamespaceDeletionDiscoveryFailure = { reason: 'DiscoveryFailed', message };
  }
  if (deletionErrors.length > 0) {
    const message = `Failed to delete all resource types, ${deletionErrors.length} remaining: ${deletionErrors.toSorted().join(', ')}`;
    troubles.NamespaceDeletionContentFailure = { reason: 'ContentDeletionFailed', message };
  }
  const left = remains.filter(({ count }) => count > 0);
  if (left.length > 0) {
    const list = left.map(({ resource, count }) => `${resource} has ${count} resource instances`).sort();
    const message = `Some resources are remaining: ${list.join(', ')}`;
    troubles.NamespaceContentRemaining = { reason: 'SomeResourcesRemain', message };
  }
  const held = new Map<string, number>();
  for (const { finalizers } of left) {
    for (const [name, count] of Object.entries(finalizers)) held.set(name, (held.get(name) ?? 0) + count);
  }
  if (held.size > 0) {
    const list = [...held].map(([name, count]) => `${name} in ${count} resource instances`).sort();
    const message = `Some content in the namespace has finalizers remaining: ${list.join(', ')}`;
    troubles.NamespaceFinalizersRemaining = { reason: 'SomeFinalizersRemain', message };
  }
  return troubles;
}

/** Seconds that things held by finalizers are given before we look again. */
const finalizerEstimateSeconds = 15;

/** Seconds until what is left may be gone: the longest grace period of a running pod, or a guess for finalizers. */
export function estimateSeconds(
  namespace: Namespace,
  pods: readonly Pod[],
  remains: readonly Remains[],
  nowMs: number,
): number {
  const grace = Math.max(
    0,
    ...pods.filter((pod) => !isPodTerminal(pod)).map((pod) => pod.spec?.terminationGracePeriodSeconds ?? 0),
  );
  const sinceMs = nowMs - Date.parse(namespace.metadata?.deletionTimestamp ?? '');
  if (grace * 1000 > sinceMs) return grace;
  const held = remains.some(({ count, finalizers }) => count > 0 && Object.keys(finalizers).length > 0);
  return held ? finalizerEstimateSeconds : 0;
}
