/** Patches of a pod's status: the only fields that the scheduler writes there are conditions and nominatedNodeName. */

import type { Client } from '#client/client.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Pod, PodCondition } from '#kinds/generated/core-v1.ts';

export interface ConditionUpdate {
  readonly type: 'PodScheduled' | 'DisruptionTarget';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/**
 * The strategic merge patch that sets the condition and (unless undefined) the nominated node; undefined when the pod has both
 * already. The transition time moves only with the condition's status (pod util UpdatePodCondition).
 */
export function statusPatch(
  pod: Pod,
  update: ConditionUpdate | undefined,
  nominatedNodeName: string | undefined,
  nowMs: number,
): object | undefined {
  const status: { conditions?: object[]; nominatedNodeName?: string | null } = {};
  const condition = update && changedCondition(pod, update, nowMs);
  if (condition) status.conditions = [condition];
  if (nominatedNodeName !== undefined && nominatedNodeName !== (pod.status?.nominatedNodeName ?? '')) {
    status.nominatedNodeName = nominatedNodeName === '' ? null : nominatedNodeName;
  }
  return Object.keys(status).length > 0 ? { status } : undefined;
}

/** Does nothing when nothing would change. */
export async function patchStatus(
  client: Client,
  pod: Pod,
  update: ConditionUpdate | undefined,
  nominatedNodeName: string | undefined,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const patch = statusPatch(pod, update, nominatedNodeName, nowMs);
  if (!patch) return;
  const target = { namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '' };
  await client.patch(Pods, target, patch, { type: 'strategic', subresource: 'status', signal });
}

function changedCondition(pod: Pod, update: ConditionUpdate, nowMs: number): PodCondition | undefined {
  const old = pod.status?.conditions?.find(({ type }) => type === update.type);
  const observedGeneration = pod.metadata?.generation;
  const isSame =
    old !== undefined &&
    old.status === update.status &&
    old.reason === update.reason &&
    old.message === update.message &&
    old.observedGeneration === observedGeneration;
  if (isSame) return undefined;
  const now = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    ...update,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: old?.status === update.status ? (old.lastTransitionTime ?? now) : now,
  };
}
