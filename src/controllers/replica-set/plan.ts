/** What a ReplicaSet or ReplicationController needs done, and the status that tells it (upstream's pkg/controller/replicaset). */

import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import { messageOf } from '#base/errors.ts';
import type { Pod, PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import { podsToDelete } from '../pods/deletion-order.ts';
import { isPodAvailable, isPodReady } from '../pods/state.ts';

/** At most so many pods are created or deleted in one go; the next round does the rest. */
export const burstReplicas = 500;

/** What the two kinds have in common. */
export interface ReplicaOwner extends KubeObject {
  readonly spec?:
    | {
        readonly replicas?: number | undefined;
        readonly minReadySeconds?: number | undefined;
        readonly template?: PodTemplateSpec | undefined;
      }
    | undefined;
  readonly status?: ReplicaStatus | undefined;
}

export interface ReplicaStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number | undefined;
  readonly readyReplicas?: number | undefined;
  readonly availableReplicas?: number | undefined;
  readonly terminatingReplicas?: number | undefined;
  readonly observedGeneration?: number | undefined;
  readonly conditions?: readonly ReplicaCondition[] | undefined;
}

export interface ReplicaCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

export interface ReplicaPlan {
  readonly create: number;
  readonly delete: readonly Pod[];
}

/** `related` is asked only when something has to be deleted. */
export function planReplicas(
  desired: number,
  active: readonly Pod[],
  related: () => readonly Pod[],
  nowMs: number,
): ReplicaPlan {
  const missing = desired - active.length;
  if (missing >= 0) return { create: Math.min(missing, burstReplicas), delete: [] };
  return { create: 0, delete: podsToDelete(active, related(), Math.min(-missing, burstReplicas), nowMs) };
}

/**
 * The status after a round. `terminating` is undefined for kinds that do not count it; `failure` is what went wrong while creating
 * or deleting. Counts of zero are left out, as upstream encodes them, except `replicas` and `terminatingReplicas`.
 */
export function replicaStatus(
  owner: ReplicaOwner,
  active: readonly Pod[],
  terminating: number | undefined,
  failure: { readonly error: unknown } | undefined,
  nowMs: number,
): ReplicaStatus {
  const templateLabels = Object.entries(owner.spec?.template?.metadata?.labels ?? {});
  const ready = active.filter(isPodReady);
  const fullyLabeled = active.filter((pod) =>
    templateLabels.every(([key, value]) => pod.metadata?.labels?.[key] === value),
  );
  const available = ready.filter((pod) => isPodAvailable(pod, owner.spec?.minReadySeconds ?? 0, nowMs));
  const conditions = conditionsAfter(owner, active.length, failure, nowMs);
  return {
    replicas: active.length,
    fullyLabeledReplicas: fullyLabeled.length || undefined,
    readyReplicas: ready.length || undefined,
    availableReplicas: available.length || undefined,
    terminatingReplicas: terminating,
    observedGeneration: owner.metadata?.generation,
    conditions: conditions.length > 0 ? conditions : undefined,
  };
}

/** ReplicaFailure appears with the first failure, keeps its first message, and goes with the first round without one. */
function conditionsAfter(
  owner: ReplicaOwner,
  activeCount: number,
  failure: { readonly error: unknown } | undefined,
  nowMs: number,
): readonly ReplicaCondition[] {
  const conditions = owner.status?.conditions ?? [];
  const standing = conditions.some(({ type }) => type === 'ReplicaFailure');
  if (!failure) return standing ? conditions.filter(({ type }) => type !== 'ReplicaFailure') : conditions;
  if (standing) return conditions;
  const reason = activeCount < (owner.spec?.replicas ?? 0) ? 'FailedCreate' : 'FailedDelete';
  const condition = { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(nowMs), reason };
  return [...conditions, { ...condition, message: messageOf(failure.error) }];
}
