/** Rules of DeviceClasses. */

import { type FieldError, invalid } from '#api/field-error.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { isExtendedResource } from '#kinds/core/resource-names.ts';
import type { DeviceClass } from '#kinds/generated/resource-v1.ts';
import { checkConfiguration, checkSelectors } from '../device-rules.ts';
import { checkItems } from '../list-rules.ts';

const maxConfigurations = 32;

export function validateDeviceClass({ spec }: DeviceClass, _context: unknown, old?: DeviceClass): FieldError[] {
  const errors: FieldError[] = [];
  const { selectors, config, extendedResourceName } = spec ?? {};
  checkSelectors(selectors, 'spec.selectors', errors);
  const stored = old !== undefined && semanticallyEqual(config, old.spec.config);
  checkItems(config, maxConfigurations, 'spec.config', errors, (one, at) => {
    checkConfiguration(one, at, stored, errors);
  });
  if (extendedResourceName !== undefined && !isExtendedResource(extendedResourceName)) {
    const detail = 'must be a valid extended resource name';
    errors.push(invalid('spec.extendedResourceName', extendedResourceName, detail));
  }
  return errors;
}
