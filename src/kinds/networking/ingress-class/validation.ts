/** Rules of IngressClasses. */

import { checkDomainPrefixedPath } from '#api/domain-path.ts';
import { child, type FieldError, forbidden, notSupported, required, tooLong } from '#api/field-error.ts';
import { checkFormat, checkImmutable, checkRequiredFormat } from '#api/field-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain, isPathSegmentName } from '#api/name-format.ts';
import { goQuote } from '#base/go-quote.ts';
import type { IngressClass, IngressClassParametersReference } from '#kinds/generated/networking-v1.ts';

const maxController = 250;
const scopes = ['Cluster', 'Namespace'];

export function validateIngressClass({ spec = {} }: IngressClass): FieldError[] {
  const errors: FieldError[] = [];
  const { controller = '', parameters } = spec;
  if (controller.length > maxController) errors.push(tooLong('spec.controller', maxController));
  checkDomainPrefixedPath(controller, 'spec.controller', errors);
  if (parameters) checkParameters(parameters, 'spec.parameters', errors);
  return errors;
}

function checkParameters(
  { apiGroup, kind, name, scope, namespace }: IngressClassParametersReference,
  path: string,
  errors: FieldError[],
): void {
  const namespacePath = child(path, 'namespace');
  if (apiGroup !== undefined) checkFormat(isDNS1123Subdomain, apiGroup, child(path, 'apiGroup'), errors);
  checkRequiredFormat(isPathSegmentName, kind, child(path, 'kind'), errors);
  checkRequiredFormat(isPathSegmentName, name, child(path, 'name'), errors);
  if (scope === undefined) errors.push(required(child(path, 'scope')));
  else if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(namespacePath, "`parameters.scope` is set to 'Namespace'"));
    else checkFormat(isDNS1123Label, namespace, namespacePath, errors);
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) errors.push(forbidden(namespacePath, "`parameters.scope` is set to 'Cluster'"));
  } else errors.push(notSupported(child(path, 'scope'), scope, scopes, goQuote));
}

export function validateIngressClassUpdate({ spec }: IngressClass, old: IngressClass): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(spec?.controller ?? '', old.spec?.controller ?? '', 'spec.controller', errors);
  return errors;
}
