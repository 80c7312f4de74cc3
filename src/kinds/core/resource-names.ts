/** Names of resources and what each may be used for (pkg/apis/core/helper/helpers.go). */

import { type FieldError, invalid } from '#api/field-error.ts';
import { negativeMessage } from '#api/field-rules.ts';
import { isQualifiedName } from '#api/name-format.ts';
import { compareQuantities, parseQuantity } from '#api/quantity.ts';

const hugePagesPrefix = 'hugepages-';
const requestsPrefix = 'requests.';

const compute = ['cpu', 'memory', 'ephemeral-storage'];
const ofQuota = [
  ...compute,
  ...[...compute, 'storage'].map((name) => `${requestsPrefix}${name}`),
  ...compute.map((name) => `limits.${name}`),
];
const counted = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const standard: ReadonlySet<string> = new Set([...ofQuota, ...counted, 'storage']);
const standardForQuota: ReadonlySet<string> = new Set([...ofQuota, ...counted]);
const standardForContainers: ReadonlySet<string> = new Set(compute);
const integers: ReadonlySet<string> = new Set(counted);

export function isHugePages(name: string): boolean {
  return name.startsWith(hugePagesPrefix);
}

/** Kubernetes' own: without a prefix or with that of kubernetes.io. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith(requestsPrefix)) return false;
  // It must also be a name in quotas.
  return isQualifiedName(`${requestsPrefix}${name}`).length === 0;
}

/** Requests may be lower than limits. */
export function allowsOvercommit(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

export function isIntegerResource(name: string): boolean {
  return integers.has(name) || isExtendedResource(name);
}

export function isStandardQuotaResource(name: string): boolean {
  return standardForQuota.has(name) || isHugePages(name) || name.startsWith(requestsPrefix + hugePagesPrefix);
}

/** False when the name is wrong; the error is appended. */
export function checkResourceName(name: string, path: string, errors: FieldError[]): boolean {
  const before = errors.length;
  for (const message of isQualifiedName(name)) errors.push(invalid(path, name, message));
  if (errors.length > before) return false;
  if (name.includes('/') || standard.has(name) || isStandardQuotaResource(name)) return true;
  errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
  return false;
}

export function checkContainerResourceName(name: string, path: string, errors: FieldError[]): void {
  checkResourceName(name, path, errors);
  if (!name.includes('/')) {
    if (standardForContainers.has(name) || isHugePages(name)) return;
    errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
}

export function checkQuotaResourceName(name: string, path: string, errors: FieldError[]): void {
  checkResourceName(name, path, errors);
  if (!name.includes('/') && !isStandardQuotaResource(name)) {
    errors.push(invalid(path, name, 'must be a standard resource for quota'));
  }
}

export function checkNonNegativeQuantity(quantity: string, path: string, errors: FieldError[]): void {
  if (compareQuantities(quantity, '0') < 0) errors.push(invalid(path, quantity, negativeMessage));
}

/** Not negative; whole for what is counted. */
export function checkResourceQuantity(name: string, quantity: string, path: string, errors: FieldError[]): void {
  checkNonNegativeQuantity(quantity, path, errors);
  // Upstream looks at milli units: finer fractions round up to one.
  const milli = milliOf(quantity);
  if (milli % 1000n !== 0n && isIntegerResource(name)) errors.push(invalid(path, quantity, 'must be an integer'));
}

/** The quantity is a whole number of pages of the size in the name. */
export function isDivisibleByPageSize(name: string, quantity: string): boolean {
  const size = name.slice(hugePagesPrefix.length);
  try {
    const page = milliOf(size);
    if (page <= 0n || page % 1000n !== 0n) return false;
    return unitsOf(quantity) % (page / 1000n) === 0n;
  } catch {
    return false;
  }
}

function milliOf(quantity: string): bigint {
  return dividedUp(parseQuantity(quantity).nano, 1_000_000n);
}

function unitsOf(quantity: string): bigint {
  return dividedUp(parseQuantity(quantity).nano, 1_000_000_000n);
}

function dividedUp(nano: bigint, unit: bigint): bigint {
  const quotient = nano / unit;
  if (nano % unit === 0n) return quotient;
  return nano > 0n ? quotient + 1n : quotient - 1n;
}

/** True when the amount is no whole number of units, to a thousandth. */
export function isFractional(quantity: string): boolean {
  return milliOf(quantity) % 1000n !== 0n;
}
