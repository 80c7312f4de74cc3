/** Rules of VolumeAttributesClasses: nothing of what they stand for changes. */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, forbidden, required } from '#api/field-error.ts';
import { equalTrees } from '#base/equal.ts';
import type { VolumeAttributesClass } from '#kinds/generated/storage-v1.ts';
import { checkDriver, checkParameters } from '../parameter-rules.ts';

/** Of what an update does wrong the changes are told first. */
export function validateVolumeAttributesClass(
  attributesClass: VolumeAttributesClass,
  _context: HookContext,
  old?: VolumeAttributesClass,
): FieldError[] {
  const { driverName, parameters = {} } = attributesClass;
  const errors = old ? changes(attributesClass, old) : [];
  checkDriver(driverName, 'driverName', errors);
  checkParameters(parameters, 'parameters', errors);
  if (Object.keys(parameters).length === 0) {
    errors.push(required('parameters', 'must contain at least one key/value pair'));
  }
  return errors;
}

function changes(attributesClass: VolumeAttributesClass, old: VolumeAttributesClass): FieldError[] {
  return (['driverName', 'parameters'] as const)
    .filter((field) => !equalTrees(attributesClass[field], old[field]))
    .map((field) => forbidden(field, `updates to ${field} are forbidden.`));
}
