/** Rules of how a device's capacity may be shared: the values that a request may have, or their range. */

import { child, type FieldError, forbidden, index, invalid, required } from '#api/field-error.ts';
import { addQuantities, compareQuantities, quantityValue } from '#api/quantity.ts';
import type {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  DeviceCapacity,
} from '#kinds/generated/resource-v1.ts';
import { checkSet } from '../list-rules.ts';

const maxValidValues = 10;

/** Only what several claims can have has a policy. */
export function checkCapacity(
  { value, requestPolicy }: DeviceCapacity,
  shared: boolean,
  path: string,
  errors: FieldError[],
): void {
  if (!requestPolicy) return;
  const at = child(path, 'requestPolicy');
  if (!shared) errors.push(forbidden(at, 'allowMultipleAllocations must be true'));
  else checkPolicy(value, requestPolicy, at, errors);
}

function checkPolicy(capacity: string, policy: CapacityRequestPolicy, path: string, errors: FieldError[]): void {
  const { default: standard, validValues = [], validRange } = policy;
  if (validValues.length > 0 && validRange) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    errors.push(forbidden(path, detail));
    return;
  }
  if (validValues.length === 0 && !validRange) return;
  if (standard === undefined) {
    const what = validRange ? 'validRange' : 'validValues';
    errors.push(required(child(path, 'default'), `required when ${what} is defined`));
  } else if (validRange) checkRange(standard, capacity, validRange, child(path, 'validRange'), errors);
  else checkValues(standard, capacity, validValues, child(path, 'validValues'), errors);
}

function checkValues(
  standard: string,
  capacity: string,
  values: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  values.forEach((value, position) => {
    const before = values[position - 1];
    if (before !== undefined && compareQuantities(before, value) > 0) {
      errors.push(invalid(index(path, position), value, 'values must be sorted in ascending order'));
    }
  });
  let found = false;
  checkSet(
    values,
    maxValidValues,
    path,
    errors,
    (value) => String(quantityValue(value)),
    (value, at) => {
      if (compareQuantities(value, capacity) > 0) {
        errors.push(invalid(at, value, `option is larger than capacity value: ${capacity}`));
      }
      if (compareQuantities(value, standard) === 0) found = true;
    },
  );
  if (!found) errors.push(invalid(path, standard, 'default value is not valid according to the requestPolicy'));
}

function checkRange(
  standard: string,
  capacity: string,
  { min, max, step }: CapacityRequestPolicyRange,
  path: string,
  errors: FieldError[],
): void {
  const at = (field: string): string => child(path, field);
  if (min === undefined) {
    errors.push(required(at('min'), 'required when validRange is defined'));
    return;
  }
  if (compareQuantities(min, capacity) > 0) {
    errors.push(invalid(at('min'), min, `min is larger than capacity value: ${capacity}`));
  }
  if (compareQuantities(standard, min) < 0) {
    errors.push(invalid(at('min'), standard, `default is less than min: ${min}`));
  }
  if (max !== undefined) {
    if (compareQuantities(min, max) > 0) errors.push(invalid(at('max'), min, `min is larger than max: ${max}`));
    if (compareQuantities(max, capacity) > 0) {
      errors.push(invalid(at('max'), max, `max is larger than capacity value: ${capacity}`));
    }
    if (compareQuantities(standard, max) > 0) {
      errors.push(invalid(at('max'), standard, `default is more than max: ${max}`));
    }
  }
  if (step === undefined) return;
  const stepped = addQuantities(min, step);
  if (compareQuantities(stepped, capacity) > 0) {
    errors.push(invalid(at('step'), step, `one step ${stepped} is larger than capacity value: ${capacity}`));
  }
  for (const value of max === undefined ? [standard] : [standard, max]) {
    const width = quantityValue(step);
    // Upstream divides by a step of zero and fails; here nothing is a multiple of it.
    if (width !== 0 && (quantityValue(value) - quantityValue(min)) % width === 0) continue;
    errors.push(invalid(at('step'), value, `value is not a multiple of a given step (${step}) from (${min})`));
  }
}
