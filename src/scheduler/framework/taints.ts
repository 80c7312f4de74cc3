/** Taints and tolerations (component-helpers scheduling/corev1). Comparison operators are alpha in 1.36 and not used. */

import type { Node, Taint, Toleration } from '#kinds/generated/core-v1.ts';

export const unschedulableTaint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists':
      return true;
    default:
      return false;
  }
}

export function toleratesTaint(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerations?.some((toleration) => tolerates(toleration, taint)) ?? false;
}

/** True when a taint that keeps pods away (NoSchedule, NoExecute) is not tolerated. */
export function hasUntoleratedTaint(node: Node, tolerations: readonly Toleration[] | undefined): boolean {
  const taints = node.spec?.taints;
  if (!taints || taints.length === 0) return false;
  return taints.some(
    (taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !toleratesTaint(tolerations, taint),
  );
}

/** Equal for tolerations that tolerate the same taints in the same order. */
export function keyOfTolerations(tolerations: readonly Toleration[] | undefined): string {
  let key = '';
  for (const { key: name, operator, value, effect } of tolerations ?? []) {
    key += `${name ?? ''} ${operator ?? ''} ${value ?? ''} ${effect ?? ''};`;
  }
  return key;
}
