/** Rules of Ingresses. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat, checkRequiredFormat } from '#api/field-rules.ts';
import { parseIP } from '#api/ip-address.ts';
import { checkLegacyIP } from '#api/ip-rules.ts';
import {
  isDNS1123Label,
  isDNS1123Subdomain,
  isPathSegmentName,
  isValidPortName,
  isValidPortNum,
  isWildcardDNS1123Subdomain,
} from '#api/name-format.ts';
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
  IngressTLS,
} from '#kinds/generated/networking-v1.ts';

const classAnnotation = 'kubernetes.io/ingress.class';
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const forbiddenSequences = ['//', '/./', '/../', '%2f', '%2F'];
const forbiddenEndings = ['/..', '/.'];

export function validateIngress(ingress: Ingress, _context: HookContext, old?: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, spec = {} } = ingress;
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && !defaultBackend) {
    errors.push(invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend) checkBackend(defaultBackend, 'spec.defaultBackend', errors);
  checkRules(rules, errors, old);
  checkTLS(tls, errors, old);
  if (ingressClassName !== undefined) {
    checkFormat(isDNS1123Subdomain, ingressClassName, 'spec.ingressClassName', errors);
  }
  const annotation = metadata?.annotations?.[classAnnotation];
  if (!old && annotation !== undefined && ingressClassName !== undefined && annotation !== ingressClassName) {
    const detail = 'must match `ingressClassName` when both are specified';
    errors.push(invalid(`annotations.${classAnnotation}`, annotation, detail));
  }
  return errors;
}

function checkRules(rules: readonly IngressRule[], errors: FieldError[], old: Ingress | undefined): void {
  const allowInvalidWildcards = old?.spec?.rules?.some(hasInvalidWildcardRule) ?? false;
  rules.forEach((rule, position) => {
    const path = index('spec.rules', position);
    const { host = '' } = rule;
    const hostPath = child(path, 'host');
    if (parseIP(host)) errors.push(invalid(hostPath, host, 'must be a DNS name, not an IP address'));
    if (host !== '') checkHost(host, hostPath, errors);
    if (!host.includes('*') || !allowInvalidWildcards) checkPaths(rule, path, errors);
  });
}

/** Rules of wildcard hosts were not looked at once. */
function hasInvalidWildcardRule(rule: IngressRule): boolean {
  const errors: FieldError[] = [];
  if (rule.host?.includes('*')) checkPaths(rule, '', errors);
  return errors.length > 0;
}

function checkHost(host: string, path: string, errors: FieldError[]): void {
  checkFormat(host.includes('*') ? isWildcardDNS1123Subdomain : isDNS1123Subdomain, host, path, errors);
}

function checkPaths({ http }: IngressRule, path: string, errors: FieldError[]): void {
  if (!http) return;
  const pathsPath = child(path, 'http', 'paths');
  if ((http.paths ?? []).length === 0) errors.push(required(pathsPath));
  http.paths?.forEach((item, position) => {
    checkPath(item, index(pathsPath, position), errors);
  });
}

function checkPath({ path: text = '', pathType, backend }: HTTPIngressPath, path: string, errors: FieldError[]): void {
  const textPath = child(path, 'path');
  if (pathType === undefined) {
    errors.push(required(child(path, 'pathType'), 'pathType must be specified'));
    return;
  }
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!text.startsWith('/')) errors.push(invalid(textPath, text, 'must be an absolute path'));
    for (const sequence of forbiddenSequences) {
      if (text.includes(sequence)) errors.push(invalid(textPath, text, `must not contain '${sequence}'`));
    }
    for (const ending of forbiddenEndings) {
      if (text.endsWith(ending)) errors.push(invalid(textPath, text, `cannot end with '${ending}'`));
    }
  } else if (pathType === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) errors.push(invalid(textPath, text, 'must be an absolute path'));
  } else errors.push(notSupported(child(path, 'pathType'), pathType, pathTypes));
  checkBackend(backend ?? {}, child(path, 'backend'), errors);
}

function checkBackend({ service, resource }: IngressBackend, path: string, errors: FieldError[]): void {
  if (resource && service) errors.push(invalid(path, '', 'cannot set both resource and service backends'));
  else if (resource) {
    const at = child(path, 'resource');
    if (resource.apiGroup !== undefined) {
      checkFormat(isDNS1123Subdomain, resource.apiGroup, child(at, 'apiGroup'), errors);
    }
    checkRequiredFormat(isPathSegmentName, resource.kind, child(at, 'kind'), errors);
    checkRequiredFormat(isPathSegmentName, resource.name, child(at, 'name'), errors);
  } else if (service) checkServiceBackend(service, path, errors);
  else errors.push(invalid(path, '', 'resource or service backend is required'));
}

function checkServiceBackend({ name, port }: IngressServiceBackend, path: string, errors: FieldError[]): void {
  checkRequiredFormat(isDNS1123Label, name, child(path, 'service', 'name'), errors);
  const portPath = child(path, 'service', 'port');
  if (port?.name && port.number) errors.push(invalid(path, '', 'cannot set both port name & port number'));
  else if (port?.name) checkFormat(isValidPortName, port.name, child(portPath, 'name'), errors);
  else if (port?.number) {
    for (const message of isValidPortNum(port.number)) {
      errors.push(invalid(child(portPath, 'number'), port.number, message));
    }
  } else errors.push(required(path, 'port name or number is required'));
}

function checkTLS(tls: readonly IngressTLS[], errors: FieldError[], old: Ingress | undefined): void {
  const badSecret = ({ secretName }: IngressTLS): boolean =>
    Boolean(secretName && isDNS1123Subdomain(secretName).length);
  const allowInvalidSecrets = old?.spec?.tls?.some(badSecret) ?? false;
  tls.forEach(({ hosts = [], secretName }, position) => {
    const path = index('spec.tls', position);
    hosts.forEach((host, hostPosition) => {
      checkHost(host, index(child(path, 'hosts'), hostPosition), errors);
    });
    if (secretName && !allowInvalidSecrets) {
      checkFormat(isDNS1123Subdomain, secretName, child(path, 'secretName'), errors);
    }
  });
}

export function validateIngressStatus({ status }: Ingress, old: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  const stored = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  status?.loadBalancer?.ingress?.forEach(({ ip, hostname }, position) => {
    const path = index('status.loadBalancer.ingress', position);
    if (ip) checkLegacyIP(ip, child(path, 'ip'), errors, stored);
    if (!hostname) return;
    const hostPath = child(path, 'hostname');
    checkFormat(isDNS1123Subdomain, hostname, hostPath, errors);
    if (parseIP(hostname)) errors.push(invalid(hostPath, hostname, 'must be a DNS name, not an IP address'));
  });
  return errors;
}
