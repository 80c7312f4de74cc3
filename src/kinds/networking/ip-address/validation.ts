/** Rules of IPAddresses: the name is the address, and what it was allocated for does not change. */

import { child, type FieldError, invalid, required } from '#api/field-error.ts';
import { checkFormat, immutableMessage } from '#api/field-rules.ts';
import { canonicalIPFault } from '#api/ip-rules.ts';
import { isDNS1123Subdomain, isPathSegmentName } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { IPAddress } from '#kinds/generated/networking-v1.ts';

export function validateIPAddressName(name: string): readonly string[] {
  const fault = canonicalIPFault(name);
  return fault === undefined ? [] : [fault];
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
  const parent = spec?.parentRef;
  if (semanticallyEqual(parent, old.spec?.parentRef)) return [];
  // Upstream prints its internal type.
  const { group = '', resource = '', namespace = '', name = '' } = parent ?? {};
  const printed = parent ? { Group: group, Resource: resource, Namespace: namespace, Name: name } : null;
  return [invalid('spec.parentRef', printed, immutableMessage)];
}
