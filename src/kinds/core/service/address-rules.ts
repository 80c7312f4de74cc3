/** Rules of a service's cluster addresses and their families: one of each family, in an order that stays (KEP-563). */

import { child, duplicate, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkLegacyIP, familyOf, isDualStack } from '#api/ip-rules.ts';
import type { ServiceSpec } from '#kinds/generated/core-v1.ts';

const families = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

export function isHeadless({ clusterIPs }: ServiceSpec): boolean {
  return clusterIPs?.length === 1 && clusterIPs[0] === 'None';
}

export function checkAddressFields(
  spec: ServiceSpec,
  old: ServiceSpec | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (spec.type === 'ExternalName') return;
  const { clusterIP, clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  const addressesPath = child(path, 'clusterIPs');
  if (clusterIP) {
    if (clusterIPs.length === 0) errors.push(required(addressesPath));
    else if (clusterIPs[0] !== clusterIP) {
      errors.push(invalid(addressesPath, clusterIPs, 'first value must match `clusterIP`'));
    }
  } else if (clusterIPs.length > 0) {
    errors.push(invalid(addressesPath, clusterIPs, 'must be empty when `clusterIP` is not specified'));
  }
  ipFamilies.forEach((family, position) => {
    const at = index(child(path, 'ipFamilies'), position);
    if (!families.includes(family)) errors.push(notSupported(at, family, families));
    if (ipFamilies.indexOf(family) < position) errors.push(duplicate(at, family));
  });
  if (ipFamilyPolicy !== undefined && !policies.includes(ipFamilyPolicy)) {
    errors.push(notSupported(child(path, 'ipFamilyPolicy'), ipFamilyPolicy, policies));
  }
  const before = errors.length;
  clusterIPs.forEach((address, position) => {
    if (position === 0 && address === 'None') {
      if (clusterIPs.length > 1)
        errors.push(invalid(addressesPath, clusterIPs, "'None' must be the first and only value"));
    } else checkLegacyIP(address, index(addressesPath, position), errors, old?.clusterIPs);
  });
  const areValid = errors.length === before;
  if (clusterIPs.length > 2) errors.push(invalid(addressesPath, clusterIPs, 'may only hold up to 2 values'));
  if (!areValid) return;
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs)) {
    errors.push(invalid(addressesPath, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(spec)) return;
  clusterIPs.slice(0, ipFamilies.length).forEach((address, position) => {
    const family = ipFamilies[position];
    if (family === familyOf(address) || (family !== 'IPv4' && family !== 'IPv6')) return;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${position}]\``;
    errors.push(invalid(index(addressesPath, position), address, detail));
  });
}
