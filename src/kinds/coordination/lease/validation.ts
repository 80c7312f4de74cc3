/** Rules of Leases. */

import { type FieldError, forbidden, invalid, notSupported } from '#api/field-error.ts';
import { checkFormat, checkNonNegative } from '#api/field-rules.ts';
import { isQualifiedName } from '#api/name-format.ts';
import type { Lease } from '#kinds/generated/coordination-v1.ts';

const strategies = ['OldestEmulationVersion'];

export function validateLease({ spec = {} }: Lease): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  checkNonNegative(leaseTransitions, 'spec.leaseTransitions', errors);
  if (strategy !== undefined) {
    // The doubled name is upstream's.
    const path = 'spec.strategy.strategy';
    if (strategy.includes('/')) checkFormat(isQualifiedName, strategy, path, errors);
    else if (!strategies.includes(strategy)) errors.push(notSupported(path, strategy, strategies));
  }
  if (preferredHolder && !strategy) {
    errors.push(forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
  }
  return errors;
}
