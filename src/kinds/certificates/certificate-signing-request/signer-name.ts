/** Names of signers: a domain, a slash and a path (core validation names.go). */

import { type FieldError, invalid, required, tooLong } from '#api/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';

const maxDomain = 253;
/** The domain, a slash, and a path that has room for a namespace, a dot and a name. */
const maxSignerName = maxDomain + 1 + (253 + 63 + 1);

export function checkSignerName(name: string, path: string, errors: FieldError[]): void {
  if (name === '') {
    errors.push(required(path));
    return;
  }
  const [domain = '', rest = '', ...more] = name.split('/');
  if (!name.includes('/') || more.length > 0) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    errors.push(invalid(path, name, detail));
    return;
  }
  if (domain.length > maxDomain) errors.push(tooLong(path, maxDomain));
  const labels = domain.split('.');
  const badLabel = labels.find((label) => isDNS1123Label(label).length > 0);
  for (const message of badLabel === undefined ? [] : isDNS1123Label(badLabel)) {
    errors.push(invalid(path, domain, `validating label ${JSON.stringify(badLabel)}: ${message}`));
  }
  if (labels.length < 2) {
    errors.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'));
  }
  const badPart = rest.split('.').find((part) => isDNS1123Subdomain(part).length > 0);
  for (const message of badPart === undefined ? [] : isDNS1123Subdomain(badPart)) {
    errors.push(invalid(path, rest, `validating label ${JSON.stringify(badPart)}: ${message}`));
  }
  if (name.length > maxSignerName) errors.push(tooLong(path, maxSignerName));
}
