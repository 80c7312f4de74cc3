/** Whether a container that ended is started again: pod restartPolicy, container restartPolicy and its rules (KEP-5307). */

import type { Container, PodSpec } from '#kinds/generated/core-v1.ts';

/** By policies alone, before anything is known about how it ended. */
export function mayRestart(spec: PodSpec, container: Container): boolean {
  if ((container.restartPolicyRules ?? []).length > 0) return true;
  if (container.restartPolicy !== undefined) return container.restartPolicy !== 'Never';
  return spec.restartPolicy !== 'Never';
}

/** After it ended with this exit code. The first matching rule decides, then the container's policy, then the pod's. */
export function shouldRestartAfter(spec: PodSpec, container: Container, exitCode: number): boolean {
  for (const rule of container.restartPolicyRules ?? []) {
    const { operator, values = [] } = rule.exitCodes ?? {};
    const listed = values.includes(exitCode);
    const matches = operator === 'In' ? listed : operator === 'NotIn' ? !listed : false;
    if (matches && rule.action === 'Restart') return true;
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  if (policy === 'Always') return true;
  return policy === 'OnFailure' && exitCode !== 0;
}

/** A running container whose probe failed: its rules look at exit codes and do not apply. */
export function shouldRestartAfterKill(spec: PodSpec, container: Container): boolean {
  return (container.restartPolicy ?? spec.restartPolicy ?? 'Always') !== 'Never';
}
