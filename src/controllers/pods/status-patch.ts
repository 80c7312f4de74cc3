/** Changing a pod's status from outside its kubelet: one condition, and the phase when the pod is given up. */

import { isNotFound } from '#api/errors.ts';
import { formatTime } from '#api/time.ts';
import type { Client } from '#client/client.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Pod, PodCondition, PodPhase } from '#kinds/generated/core-v1.ts';
import { podCondition } from './state.ts';

export interface PodStatusPatch {
  readonly phase?: PodPhase;
  readonly condition?: Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;
}

/** Writes what differs. Undefined when the pod is gone. */
export async function patchPodStatus(
  client: Client,
  pod: Pod,
  { phase, condition }: PodStatusPatch,
  nowMs: number,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  const { namespace, name = '', uid, generation } = pod.metadata ?? {};
  const old = condition && podCondition(pod, condition.type);
  const status = {
    ...(phase ? { phase } : {}),
    ...(condition
      ? {
          conditions: [
            {
              ...condition,
              observedGeneration: generation,
              lastTransitionTime: old?.status === condition.status ? old.lastTransitionTime : formatTime(nowMs),
            },
          ],
        }
      : {}),
  };
  try {
    const patch = { metadata: { uid }, status };
    return await client.patch(Pods, { namespace, name }, patch, { type: 'strategic', subresource: 'status', signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
