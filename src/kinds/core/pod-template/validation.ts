/** Rules of PodTemplates. */

import type { HookContext } from '#api/definition.ts';
import type { FieldError } from '#api/field-error.ts';
import type { PodTemplate } from '#kinds/generated/core-v1.ts';
import { validatePodTemplate } from '../pod/validation/template.ts';

export function validatePodTemplateObject(
  { template }: PodTemplate,
  _context: HookContext,
  old?: PodTemplate,
): FieldError[] {
  const errors: FieldError[] = [];
  validatePodTemplate(template, 'template', errors, old?.template);
  return errors;
}
