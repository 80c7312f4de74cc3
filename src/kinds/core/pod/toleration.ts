/** Which taints a pod tolerates (core/v1 Toleration.ToleratesTaint; KEP-5471 for Gt and Lt). */

import type { Taint, Toleration } from '#kinds/generated/core-v1.ts';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true;
    case 'Gt':
      return compareIntegers(taint.value, toleration.value, (a, b) => a > b);
    case 'Lt':
      return compareIntegers(taint.value, toleration.value, (a, b) => a < b);
    default:
      return (toleration.value ?? '') === (taint.value ?? '');
  }
}

export function toleratedBy(tolerations: readonly Toleration[] | undefined, taint: Taint): Toleration | undefined {
  return tolerations?.find((toleration) => tolerates(toleration, taint));
}

const integer = /^(0|-?[1-9]\d*)$/;

function compareIntegers(a = '', b = '', holds: (a: bigint, b: bigint) => boolean): boolean {
  return integer.test(a) && integer.test(b) && holds(BigInt(a), BigInt(b));
}
