/** Warnings about claims: half a byte is not given (pkg/api/persistentvolumeclaim). */

import { child, entry } from '#api/field-error.ts';
import type { PersistentVolumeClaimSpec } from '#kinds/generated/core-v1.ts';
import { isFractional } from '../resource-names.ts';

export function claimSpecWarnings({ resources }: PersistentVolumeClaimSpec, path: string): string[] {
  return (['requests', 'limits'] as const).flatMap((list) => {
    const amount = resources?.[list]?.storage;
    return amount !== undefined && isFractional(amount)
      ? [fractionalByteWarning(entry(child(path, 'resources', list), 'storage'), amount)]
      : [];
  });
}

export function fractionalByteWarning(path: string, amount: string): string {
  return `${path}: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`;
}
