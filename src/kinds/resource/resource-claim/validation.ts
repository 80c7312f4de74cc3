/** Rules of ResourceClaims. What is asked for does not change; the status is in status-rules.ts. */

import type { FieldError } from '#api/field-error.ts';
import { checkImmutable } from '#api/field-rules.ts';
import type { ResourceClaim } from '#kinds/generated/resource-v1.ts';
import { checkClaimSpec } from '../claim-rules.ts';
import { printedClaimSpec } from '../printed-claim.ts';

export function validateResourceClaim({ spec }: ResourceClaim, _context: unknown, old?: ResourceClaim): FieldError[] {
  const errors: FieldError[] = [];
  if (!old) checkClaimSpec(spec, 'spec', errors);
  else checkImmutable(spec, old.spec, 'spec', errors, printedClaimSpec);
  return errors;
}
