/** Names in resource.k8s.io: drivers, pools, attributes and capacities, shares. */

import { type FieldError, invalid, required, tooLong } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isCIdentifier, isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';

const maxDriverName = 63;
const maxPoolName = 253;
const maxIdentifier = 32;
const normalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The domain, a slash and the identifier of an attribute's or capacity's name. */
export const maxQualifiedName = 63 + 1 + maxIdentifier;

export function checkDriverName(name: string | undefined, path: string, errors: FieldError[]): void {
  if (!name) {
    errors.push(required(path));
    return;
  }
  if (name.length > maxDriverName) errors.push(tooLong(path, maxDriverName));
  for (const message of isDNS1123Subdomain(name.toLowerCase())) errors.push(invalid(path, name, message));
}

export function checkPoolName(name: string | undefined, path: string, errors: FieldError[]): void {
  if (!name) {
    errors.push(required(path));
    return;
  }
  if (name.length > maxPoolName) errors.push(tooLong(path, maxPoolName));
  for (const part of name.split('/')) checkFormat(isDNS1123Subdomain, part, path, errors);
}

/** An empty name is an invalid label. */
export function checkLabelFormat(name: string | undefined, path: string, errors: FieldError[]): void {
  checkFormat(isDNS1123Label, name ?? '', path, errors);
}

/** A C identifier, with a domain in front of it maybe. Upstream lets more than one slash pass. */
export function checkQualifiedName(name: string, path: string, errors: FieldError[]): void {
  const [first = '', second, third] = name.split('/');
  if (second === undefined) checkIdentifier(first, path, errors);
  else if (third === undefined) {
    if (first === '') errors.push(invalid(path, '', 'the domain must not be empty'));
    else checkDriverName(first, path, errors);
    if (second === '') errors.push(invalid(path, '', 'the name must not be empty'));
    else checkIdentifier(second, path, errors);
  }
}

export function checkFullyQualifiedName(name: string, path: string, errors: FieldError[]): void {
  checkQualifiedName(name, path, errors);
  if (!name.includes('/')) {
    errors.push(invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash'));
  }
}

function checkIdentifier(id: string, path: string, errors: FieldError[]): void {
  if (id.length > maxIdentifier) errors.push(tooLong(path, maxIdentifier));
  checkFormat(isCIdentifier, id, path, errors);
}

/** Accepted by google/uuid, whose words these are, and then in the normal form. */
export function checkUuid(uid: string, path: string, errors: FieldError[]): void {
  const fault = uuidFault(uid);
  if (fault !== undefined) errors.push(invalid(path, uid, `error validating uid: ${fault}`));
  else if (!normalUuid.test(uid)) {
    const detail =
      'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
    errors.push(invalid(path, uid, detail));
  }
}

function uuidFault(uid: string): string | undefined {
  let text = uid;
  switch (uid.length) {
    case 36:
      break;
    case 45:
      if (!/^urn:uuid:/i.test(uid)) return `invalid urn prefix: ${JSON.stringify(uid.slice(0, 9))}`;
      text = uid.slice(9);
      break;
    case 38:
      if (!uid.startsWith('{') || !uid.endsWith('}')) return 'invalid bracketed UUID format';
      text = uid.slice(1, 37);
      break;
    case 32:
      return /^[0-9a-fA-F]+$/.test(uid) ? undefined : 'invalid UUID format';
    default:
      return `invalid UUID length: ${uid.length}`;
  }
  return normalUuid.test(text.toLowerCase()) ? undefined : 'invalid UUID format';
}
