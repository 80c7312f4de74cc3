/** Where a webhook is called (apiserver pkg/util/webhook/validation.go): an https URL, or a Service with a path. */

import { child, type FieldError, invalid, required } from './field-error.ts';
import { isDNS1123Subdomain, isValidPortNum } from './name-format.ts';
import { parseURL } from './url-text.ts';

const form = '; desired format: https://host[/path]';

export function checkWebhookURL(url: string, path: string, errors: FieldError[]): void {
  const parsed = parseURL(url);
  if ('fault' in parsed) {
    errors.push(required(path, `url must be a valid URL: ${parsed.fault}${form}`));
    return;
  }
  const { scheme, user, host, query, fragment } = parsed;
  if (scheme !== 'https') errors.push(invalid(path, scheme, `'https' is the only allowed URL scheme${form}`));
  if (host === '') errors.push(invalid(path, host, `host must be specified${form}`));
  if (user !== undefined) errors.push(invalid(path, user, 'user information is not permitted in the URL'));
  if (fragment !== '') errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalid(path, query, 'query parameters are not permitted in the URL'));
}

export interface WebhookService {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly port?: number | undefined;
}

export function checkWebhookService(service: WebhookService, path: string, errors: FieldError[]): void {
  const { namespace, name, path: urlPath, port = 0 } = service;
  // All of upstream's callers pass the two names in the other order, so the other field is said to be missing.
  if (!namespace) errors.push(required(child(path, 'name')));
  if (!name) errors.push(required(child(path, 'namespace')));
  for (const message of isValidPortNum(port)) {
    errors.push(invalid(child(path, 'port'), port, `port is not valid: ${message}`));
  }
  if (urlPath !== undefined && urlPath !== '' && urlPath !== '/') checkPath(urlPath, child(path, 'path'), errors);
}

function checkPath(urlPath: string, path: string, errors: FieldError[]): void {
  if (urlPath === '//') {
    errors.push(invalid(path, urlPath, 'segment[0] may not be empty'));
    return;
  }
  if (!urlPath.startsWith('/')) errors.push(invalid(path, urlPath, "must start with a '/'"));
  // The first character goes whether it is a slash or not, as upstream does it.
  const rest = urlPath.slice(1);
  const steps = (rest.endsWith('/') ? rest.slice(0, -1) : rest).split('/');
  steps.forEach((step, position) => {
    if (step === '') errors.push(invalid(path, urlPath, `segment[${position}] may not be empty`));
    else {
      for (const message of isDNS1123Subdomain(step)) {
        errors.push(invalid(path, urlPath, `segment[${position}]: ${message}`));
      }
    }
  });
}
