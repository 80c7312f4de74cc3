/** Rules of limit ranges: names of resources, and that minima, defaults and maxima are in order. */

import { child, duplicate, entry, type FieldError, forbidden, index, invalid, required } from '#api/field-error.ts';
import { isQualifiedName } from '#api/name-format.ts';
import { compareQuantities, parseQuantity } from '#api/quantity.ts';
import type { LimitRange, LimitRangeItem } from '#kinds/generated/core-v1.ts';
import { allowsOvercommit, checkContainerResourceName, checkResourceName } from '../resource-names.ts';

const standardTypes: ReadonlySet<string> = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);
const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  spec?.limits?.forEach((limit, position) => {
    const at = index('spec.limits', position);
    const { type = '' } = limit;
    checkType(type, child(at, 'type'), errors);
    if (types.has(type)) errors.push(duplicate(child(at, 'type'), type));
    types.add(type);
    checkLimit(limit, at, errors);
  });
  return errors;
}

function checkType(type: string, path: string, errors: FieldError[]): void {
  const messages = isQualifiedName(type);
  for (const message of messages) errors.push(invalid(path, type, message));
  if (messages.length > 0 || type.includes('/') || standardTypes.has(type)) return;
  errors.push(invalid(path, type, 'must be a standard limit type or fully qualified'));
}

function checkLimit(limit: LimitRangeItem, path: string, errors: FieldError[]): void {
  const ofPod = limit.type === 'Pod';
  const checkName = ofPod || limit.type === 'Container' ? checkContainerResourceName : checkResourceName;
  const names = new Set<string>();
  for (const list of lists) {
    const at = child(path, list);
    if (list === 'maxLimitRequestRatio') checkStorage(limit, path, errors);
    if (ofPod && (list === 'default' || list === 'defaultRequest')) {
      if (Object.keys(limit[list] ?? {}).length > 0) {
        errors.push(forbidden(at, "may not be specified when `type` is 'Pod'"));
      }
      continue;
    }
    for (const name in limit[list]) {
      checkName(name, entry(at, name), errors);
      names.add(name);
    }
  }
  for (const name of names) checkOrder(limit, name, ofPod, path, errors);
}

function checkStorage({ type, min, max }: LimitRangeItem, path: string, errors: FieldError[]): void {
  if (type !== 'PersistentVolumeClaim' || min?.storage !== undefined || max?.storage !== undefined) return;
  const detail = 'either minimum or maximum storage value is required, but neither was provided';
  errors.push(required(child(path, 'limits'), detail));
}

function checkOrder(limit: LimitRangeItem, name: string, ofPod: boolean, path: string, errors: FieldError[]): void {
  const min = limit.min?.[name];
  const max = limit.max?.[name];
  const limits = ofPod ? undefined : limit.default?.[name];
  const requests = ofPod ? undefined : limit.defaultRequest?.[name];
  const ratio = limit.maxLimitRequestRatio?.[name];
  const checkPair = (
    [lowName, low]: readonly [string, string | undefined],
    [highName, high]: readonly [string, string | undefined],
    list: string,
    value: string | undefined,
  ): void => {
    if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) return;
    const detail = `${lowName} value ${low} is greater than ${highName} value ${high}`;
    errors.push(invalid(entry(child(path, list), name), value, detail));
  };
  checkPair(['min', min], ['max', max], 'min', min);
  checkPair(['min', min], ['default request', requests], 'defaultRequest', requests);
  checkPair(['default request', requests], ['max', max], 'defaultRequest', requests);
  checkPair(['default request', requests], ['default limit', limits], 'defaultRequest', requests);
  // Upstream prints the bound, not the default.
  checkPair(['min', min], ['default', limits], 'default', min);
  checkPair(['default', limits], ['max', max], 'default', max);
  if (ratio !== undefined) checkRatio(ratio, min, max, entry(child(path, 'maxLimitRequestRatio'), name), errors);
  if (allowsOvercommit(name) || limits === undefined || requests === undefined) return;
  if (compareQuantities(limits, requests) !== 0) {
    const detail = `default value ${limits} must equal to defaultRequest value ${requests} in ${name}`;
    errors.push(invalid(entry(child(path, 'defaultRequest'), name), requests, detail));
  }
}

function checkRatio(
  ratio: string,
  min: string | undefined,
  max: string | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (compareQuantities(ratio, '1') < 0) errors.push(invalid(path, ratio, `ratio ${ratio} is less than 1`));
  if (min === undefined || max === undefined) return;
  const number = (quantity: string): number => Number(parseQuantity(quantity).nano) / 1e9;
  const bound = number(max) / number(min);
  if (number(ratio) > bound) {
    errors.push(invalid(path, ratio, `ratio ${ratio} is greater than max/min = ${bound.toFixed(6)}`));
  }
}
