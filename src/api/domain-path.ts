/** Names like 'acme.io/foo' that say whose they are (apimachinery util/validation IsDomainPrefixedPath). */

import { type FieldError, invalid, required } from './field-error.ts';
import { checkFormat } from './field-rules.ts';
import { isDNS1123Subdomain, regexMessage } from './name-format.ts';

/** Characters of a path by RFC 3986. */
const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const httpPathRegExp = new RegExp(`^(?:${httpPath})$`);

export function checkDomainPrefixedPath(value: string, path: string, errors: FieldError[]): void {
  if (value === '') {
    errors.push(required(path));
    return;
  }
  const slash = value.indexOf('/');
  const [domain, rest] = [value.slice(0, Math.max(0, slash)), value.slice(slash + 1)];
  if (domain === '' || rest === '') {
    errors.push(invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")'));
    return;
  }
  checkFormat(isDNS1123Subdomain, domain, path, errors);
  if (!httpPathRegExp.test(rest)) errors.push(invalid(path, rest, regexMessage('Invalid path', httpPath)));
}
