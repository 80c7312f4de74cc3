/** Rules of what claims, classes and slices say about devices alike: selectors, configuration, taints, binding conditions. */

import {
  child,
  duplicate,
  type FieldError,
  index,
  invalid,
  notSupported,
  required,
  tooLong,
} from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { checkLabelName, utf8Length } from '#api/label-rules.ts';
import { isValidLabelValue } from '#api/name-format.ts';
import type {
  DeviceConfiguration,
  DeviceSelector,
  DeviceTaint,
  DeviceToleration,
} from '#kinds/generated/resource-v1.ts';
import { checkDeviceExpression } from './device-selector.ts';
import { checkItems } from './list-rules.ts';
import { checkDriverName } from './name-rules.ts';

const maxSelectors = 32;
const maxParameterBytes = 10 * 1024;
const maxBindingConditions = 4;
const tolerationOperators = ['Equal', 'Exists'];
const taintEffects = ['NoExecute', 'NoSchedule', 'None'];

export function checkSelectors(
  selectors: readonly DeviceSelector[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  checkItems(selectors, maxSelectors, path, errors, ({ cel }, at) => {
    if (!cel) errors.push(required(child(at, 'cel')));
    else checkDeviceExpression(cel.expression ?? '', child(at, 'cel'), errors);
  });
}

/** `stored`: parameters from before their size was bounded stay. */
export function checkConfiguration(
  { opaque }: DeviceConfiguration,
  path: string,
  stored: boolean,
  errors: FieldError[],
): void {
  const at = child(path, 'opaque');
  if (!opaque) {
    errors.push(required(at));
    return;
  }
  checkDriverName(opaque.driver, child(at, 'driver'), errors);
  checkRawObject(opaque.parameters, child(at, 'parameters'), stored, errors);
}

/** A JSON object of at most 10 KiB. */
export function checkRawObject(value: unknown, path: string, stored: boolean, errors: FieldError[]): void {
  if (value === undefined || value === null) errors.push(required(path));
  else if (!stored && utf8Length(JSON.stringify(value)) > maxParameterBytes) {
    errors.push(tooLong(path, maxParameterBytes));
  } else if (typeof value !== 'object' || Array.isArray(value)) {
    errors.push(invalid(path, '<value omitted>', 'must be a valid JSON object'));
  }
}

export function checkTaint({ key = '', value = '', effect }: DeviceTaint, path: string, errors: FieldError[]): void {
  checkLabelName(key, child(path, 'key'), errors);
  if (value !== '') checkFormat(isValidLabelValue, value, child(path, 'value'), errors);
  if (!effect) errors.push(required(child(path, 'effect')));
  else if (!taintEffects.includes(effect)) errors.push(notSupported(child(path, 'effect'), effect, taintEffects));
}

export function checkToleration(toleration: DeviceToleration, path: string, errors: FieldError[]): void {
  const { key = '', value = '', effect } = toleration;
  const operator: string = toleration.operator ?? '';
  if (key !== '') checkLabelName(key, child(path, 'key'), errors);
  if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(child(path, 'value'), value, 'must be empty for operator `Exists`'));
  } else if (operator === 'Equal') checkFormat(isValidLabelValue, value, child(path, 'value'), errors);
  else if (operator === '') errors.push(required(child(path, 'operator')));
  else errors.push(notSupported(child(path, 'operator'), operator, tolerationOperators));
  if (effect && !taintEffects.includes(effect)) {
    errors.push(notSupported(child(path, 'effect'), effect, taintEffects));
  }
}

/** What must and what must not become true before pods that have the device are bound; both lists or none. */
export function checkBindingConditions(
  conditions: readonly string[] = [],
  failures: readonly string[] = [],
  path: string,
  errors: FieldError[],
): void {
  const lists = { bindingConditions: conditions, bindingFailureConditions: failures };
  for (const [field, names] of Object.entries(lists)) {
    const at = child(path, field);
    checkItems(names, maxBindingConditions, at, errors, checkLabelName);
    const seen = new Set<string>();
    names.forEach((name, position) => {
      if (seen.has(name)) errors.push(duplicate(index(at, position), name));
      seen.add(name);
      if (field === 'bindingFailureConditions' && conditions.includes(name)) {
        const detail = 'bindingFailureConditions must not overlap with bindingConditions';
        errors.push(invalid(index(at, position), name, detail));
      }
    });
  }
  if (conditions.length === 0 && failures.length > 0) {
    const detail = 'bindingConditions are required to use bindingFailureConditions';
    errors.push(invalid(child(path, 'bindingConditions'), null, detail));
  }
  if (failures.length === 0 && conditions.length > 0) {
    const detail = 'bindingFailureConditions are required to use bindingConditions';
    errors.push(invalid(child(path, 'bindingFailureConditions'), null, detail));
  }
}
