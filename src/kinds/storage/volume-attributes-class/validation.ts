/** Rules of VolumeAttributesClasses: nothing of what they stand for changes. */

import { type FieldError, forbidden, required } from '#api/field-error.ts';
import { equalTrees } from '#base/equal.ts';
import type { VolumeAttributesClass } from '#kinds/generated/storage-v1.ts';
import { checkDriver, checkParameters } from '../parameter-rules.ts';

export function validateVolumeAttributesClass({ driverName, parameters = {} }: VolumeAttributesClass): FieldError[] {
  const errors: FieldError[] = [];
  checkDriver(driverName, 'driverName', errors);
  checkParameters(parameters, 'parameters', errors);
  if (Object.keys(parameters).length === 0) {
    errors.push(required('parameters', 'must contain at least one key/value pair'));
  }
  return errors;
}

export function validateVolumeAttributesClassUpdate(
  attributesClass: VolumeAttributesClass,
  old: VolumeAttributesClass,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['driverName', 'parameters'] as const) {
    if (!equalTrees(attributesClass[field], old[field])) {
      errors.push(forbidden(field, `updates to ${field} are forbidden.`));
    }
  }
  return errors;
}
