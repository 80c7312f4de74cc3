/** Rules of IPAddresses: the name is the address, and what it was allocated for does not change. */

import { child, type FieldError, required } from '#api/field-error.ts';
import { checkFormat, checkImmutable } from '#api/field-rules.ts';
import { formatIP, parseIP } from '#api/ip-address.ts';
import { isDNS1123Subdomain, isPathSegmentName } from '#api/name-format.ts';
import type { IPAddress } from '#kinds/generated/networking-v1.ts';

const nameMessage = 'must be a valid IP address in canonical form, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export function validateIPAddressName(name: string): readonly string[] {
  const address = parseIP(name);
  return address && formatIP(address) === name ? [] : [nameMessage];
}

export function validateIPAddress({ spec }: IPAddress): FieldError[] {
  const path = 'spec.parentRef';
  const parent = spec?.parentRef;
  if (!parent) return [required(path)];
  const errors: FieldError[] = [];
  if (parent.group) checkFormat(isDNS1123Subdomain, parent.group, child(path, 'group'), errors);
  for (const field of ['resource', 'name'] as const) {
    const value = parent[field];
    if (!value) errors.push(required(child(path, field)));
    else checkFormat(isPathSegmentName, value, child(path, field), errors);
  }
  if (parent.namespace) checkFormat(isPathSegmentName, parent.namespace, child(path, 'namespace'), errors);
  return errors;
}

export function validateIPAddressUpdate({ spec }: IPAddress, old: IPAddress): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(spec?.parentRef, old.spec?.parentRef, 'spec.parentRef', errors);
  return errors;
}
