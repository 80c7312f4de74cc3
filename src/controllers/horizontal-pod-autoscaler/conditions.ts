/** Conditions of a HorizontalPodAutoscaler: what the controller says of itself, each under its type once. */

import { formatTime } from '#api/time.ts';
import type { HorizontalPodAutoscalerCondition } from '#kinds/generated/autoscaling-v2.ts';

export interface Finding {
  readonly type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export type Conditions = readonly HorizontalPodAutoscalerCondition[];

/** The finding in its place, or at the end; its time is that of the last change of status. */
export function withFindings(conditions: Conditions, findings: readonly Finding[], nowMs: number): Conditions {
  return findings.reduce((list, finding) => withFinding(list, finding, nowMs), conditions);
}

function withFinding(conditions: Conditions, finding: Finding, nowMs: number): Conditions {
  const before = conditions.find(({ type }) => type === finding.type);
  const lastTransitionTime = before?.status === finding.status ? before.lastTransitionTime : formatTime(nowMs);
  const { type, status, reason, message } = finding;
  const condition = { type, status, lastTransitionTime, reason, message };
  return before ? conditions.map((old) => (old === before ? condition : old)) : [...conditions, condition];
}
