/** Rules of APIServices: the name says version and group, and only those with a Service have anything about TLS. */

import { type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isDNS1035Label, isDNS1123Subdomain, isPathSegmentName, isValidPortNum } from '#api/name-format.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';

const maxGroupPriority = 20_000;
const maxVersionPriority = 1000;
const conditionStatuses = ['True', 'False', 'Unknown'];

export function validateAPIService({ metadata, spec }: APIService): FieldError[] {
  const errors: FieldError[] = [];
  const { group = '', version = '', service, caBundle = '', insecureSkipTLSVerify = false } = spec ?? {};
  checkName(metadata?.name ?? '', `${version}.${group}`, errors);
  if (group === '' && version !== 'v1') {
    errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  }
  if (group !== '') checkFormat(isDNS1123Subdomain, group, 'spec.group', errors);
  checkFormat(isDNS1035Label, version, 'spec.version', errors);
  const { groupPriorityMinimum = 0, versionPriority = 0 } = spec ?? {};
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > maxGroupPriority) {
    const detail = `must be positive and less than ${maxGroupPriority}`;
    errors.push(invalid('spec.groupPriorityMinimum', groupPriorityMinimum, detail));
  }
  if (versionPriority <= 0 || versionPriority > maxVersionPriority) {
    const detail = `must be positive and less than ${maxVersionPriority}`;
    errors.push(invalid('spec.versionPriority', versionPriority, detail));
  }
  const tlsPath = 'spec.insecureSkipTLSVerify';
  if (!service) {
    if (caBundle !== '') {
      const bytes = `${base64Bytes(caBundle)} bytes`;
      errors.push(invalid('spec.caBundle', bytes, 'local APIServices may not have a caBundle'));
    }
    if (insecureSkipTLSVerify) {
      errors.push(invalid(tlsPath, true, 'local APIServices may not have insecureSkipTLSVerify'));
    }
    return errors;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  const port = service.port ?? 0;
  for (const message of isValidPortNum(port)) {
    errors.push(invalid('spec.service.port', port, `port is not valid: ${message}`));
  }
  if (insecureSkipTLSVerify && caBundle !== '') {
    errors.push(invalid(tlsPath, true, 'may not be true if caBundle is present'));
  }
  return errors;
}

export function validateAPIServiceStatus({ status }: APIService): FieldError[] {
  const errors: FieldError[] = [];
  status?.conditions?.forEach((condition, position) => {
    if (conditionStatuses.includes(condition.status)) return;
    const at = `${index('status.conditions', position)}.status`;
    errors.push(notSupported(at, condition.status ?? '', conditionStatuses));
  });
  return errors;
}

function checkName(name: string, expected: string, errors: FieldError[]): void {
  const before = errors.length;
  checkFormat(isPathSegmentName, name, 'metadata.name', errors);
  if (errors.length > before || name === expected || name === '') return;
  const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(expected)}`;
  errors.push(invalid('metadata.name', name, detail));
}

function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
