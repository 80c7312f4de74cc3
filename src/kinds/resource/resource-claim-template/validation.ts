/** Rules of ResourceClaimTemplates, which do not change. */

import type { FieldError } from '#api/field-error.ts';
import { checkImmutable } from '#api/field-rules.ts';
import { checkTemplateMetadata } from '#api/object-meta-rules.ts';
import type { ResourceClaimTemplate } from '#kinds/generated/resource-v1.ts';
import { checkClaimSpec } from '../claim-rules.ts';
import { printedTemplateSpec } from '../printed-claim.ts';

export function validateResourceClaimTemplate(
  { spec }: ResourceClaimTemplate,
  _context: unknown,
  old?: ResourceClaimTemplate,
): FieldError[] {
  const errors: FieldError[] = [];
  checkTemplateMetadata(spec?.metadata ?? {}, 'spec.metadata', errors);
  checkClaimSpec(spec?.spec, 'spec.spec', errors);
  if (old) checkImmutable(spec, old.spec, 'spec', errors, printedTemplateSpec);
  return errors;
}
