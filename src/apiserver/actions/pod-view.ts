/** The fields of core/v1 Pod that actions read and write; the API server does not import kinds. */

import type { KubeObject } from '#api/object.ts';
import type { Draft } from '#base/edit.ts';

export interface PodCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
}

export interface PodView extends KubeObject {
  readonly spec?: {
    readonly nodeName?: string | undefined;
    readonly schedulingGates?: readonly unknown[] | undefined;
  };
  readonly status?: {
    readonly phase?: string | undefined;
    readonly nominatedNodeName?: string | undefined;
    readonly conditions?: readonly PodCondition[] | undefined;
  };
}

export function conditionOf(pod: PodView, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** Sets a condition; its time moves only when its status does. */
export function setCondition(pod: Draft<PodView>, next: PodCondition, now: string): void {
  pod.status ??= {};
  const conditions = pod.status.conditions ?? [];
  const at = conditions.findIndex(({ type }) => type === next.type);
  const known = conditions[at];
  const lastTransitionTime = known?.status === next.status ? (known.lastTransitionTime ?? now) : now;
  const condition = { ...next, lastTransitionTime };
  if (at < 0) conditions.push(condition);
  else conditions[at] = condition;
  pod.status.conditions = conditions;
}
