/** Rules of a container's environment: variables, where their values come from, and the downward API's paths. */

import { child, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat, checkRequired, checkRequiredFormat } from '#api/field-rules.ts';
import {
  isConfigMapKey,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isRelaxedEnvVarName,
  subdomainName,
} from '#api/name-format.ts';
import { canonicalQuantity, compareQuantities } from '#api/quantity.ts';
import { goQuote } from '#base/go-quote.ts';
import type {
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  FileKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '#kinds/generated/core-v1.ts';
import { checkNoBacksteps } from './paths.ts';

const environmentFields: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

export const volumeFields: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

/** What the API can resolve in a pod; not all of it may be asked for everywhere. */
const podFields: ReadonlySet<string> = new Set([
  ...environmentFields,
  ...volumeFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

const containerResources: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];

const byteDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

export function checkEnvironment(variables: readonly EnvVar[] | undefined, path: string, errors: FieldError[]): void {
  variables?.forEach((variable, position) => {
    const at = index(path, position);
    checkRequiredFormat(isRelaxedEnvVarName, variable.name, child(at, 'name'), errors);
    if (variable.valueFrom) checkValueFrom(variable.valueFrom, variable.value ?? '', child(at, 'valueFrom'), errors);
  });
}

export function checkEnvironmentFrom(
  sources: readonly EnvFromSource[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  sources?.forEach(({ prefix, configMapRef, secretRef }, position) => {
    const at = index(path, position);
    if (prefix) checkFormat(isRelaxedEnvVarName, prefix, child(at, 'prefix'), errors);
    for (const [field, reference] of [
      ['configMapRef', configMapRef],
      ['secretRef', secretRef],
    ] as const) {
      if (!reference) continue;
      const namePath = child(at, field, 'name');
      if (!reference.name) errors.push(required(namePath));
      else
        for (const message of subdomainName(reference.name, true))
          errors.push(invalid(namePath, reference.name, message));
    }
    if (!configMapRef && !secretRef) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    }
  });
}

function checkValueFrom(source: EnvVarSource, value: string, path: string, errors: FieldError[]): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  let count = 0;
  if (fieldRef) {
    count++;
    checkFieldRef(fieldRef, environmentFields, child(path, 'fieldRef'), errors);
  }
  if (resourceFieldRef) {
    count++;
    checkResourceFieldRef(resourceFieldRef, false, child(path, 'resourceFieldRef'), errors);
  }
  for (const [field, reference] of [
    ['configMapKeyRef', configMapKeyRef],
    ['secretKeyRef', secretKeyRef],
  ] as const) {
    if (!reference) continue;
    count++;
    const at = child(path, field);
    checkFormat(isDNS1123Subdomain, reference.name ?? '', child(at, 'name'), errors);
    checkRequiredFormat(isConfigMapKey, reference.key, child(at, 'key'), errors);
  }
  if (fileKeyRef) {
    count++;
    checkFileKeyRef(fileKeyRef, child(path, 'fileKeyRef'), errors);
  }
  if (count === 0) {
    const fields = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(path, '', `must specify one of: ${fields}`));
  } else if (value !== '') errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
}

function checkFileKeyRef({ key, volumeName, path: file }: FileKeySelector, path: string, errors: FieldError[]): void {
  checkRequiredFormat(isRelaxedEnvVarName, key, child(path, 'key'), errors);
  checkRequiredFormat(isDNS1123Label, volumeName, child(path, 'volumeName'), errors);
  if (!file) errors.push(required(child(path, 'path')));
  else checkNoBacksteps(file, child(path, 'path'), errors);
}

export function checkFieldRef(
  { apiVersion, fieldPath }: ObjectFieldSelector,
  supported: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  if (!apiVersion || !fieldPath) {
    checkRequired(apiVersion, child(path, 'apiVersion'), errors);
    if (apiVersion) errors.push(required(child(path, 'fieldPath')));
    return;
  }
  const fieldPathPath = child(path, 'fieldPath');
  const fault = (cause: string): void => {
    errors.push(invalid(fieldPathPath, fieldPath, `error converting fieldPath: ${cause}`));
  };
  if (apiVersion !== 'v1') {
    fault(`unsupported pod version: ${apiVersion}`);
    return;
  }
  const subscript = /^(.+?)\['(.*)'\]$/s.exec(fieldPath);
  if (subscript) {
    const [, field = '', key = ''] = subscript;
    if (field === 'metadata.annotations') checkFormat(isQualifiedName, key.toLowerCase(), path, errors);
    else if (field === 'metadata.labels') checkFormat(isQualifiedName, key, path, errors);
    else fault(`field label does not support subscript: ${fieldPath}`);
    return;
  }
  // Clients from before v1 called it so.
  const field = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  if (!podFields.has(field)) fault(`field label not supported: ${fieldPath}`);
  else if (!supported.includes(field)) errors.push(notSupported(fieldPathPath, field, supported, goQuote));
}

export function checkResourceFieldRef(
  { containerName, resource = '', divisor }: ResourceFieldSelector,
  inVolume: boolean,
  path: string,
  errors: FieldError[],
): void {
  if (inVolume && !containerName) errors.push(required(child(path, 'containerName')));
  else if (resource === '') errors.push(required(child(path, 'resource')));
  else if (!containerResources.includes(resource) && !isHugePagesField(resource)) {
    errors.push(notSupported(child(path, 'resource'), resource, containerResources, goQuote));
  }
  if (divisor === undefined || compareQuantities(divisor, '0') === 0) return;
  const rule = divisorRule(resource);
  if (!rule || rule.divisors.includes(canonicalQuantity(divisor))) return;
  errors.push(
    invalid(
      child(path, 'divisor'),
      resource,
      `only divisor's values ${rule.text} are supported with the ${rule.of} resource`,
    ),
  );
}

interface DivisorRule {
  readonly divisors: readonly string[];
  readonly text: string;
  readonly of: string;
}

function divisorRule(resource: string): DivisorRule | undefined {
  const bytes = { divisors: byteDivisors, text: byteDivisors.join(', ') };
  if (resource.endsWith('.cpu')) return { divisors: ['1m', '1'], text: '1m and 1', of: 'cpu' };
  if (resource.endsWith('.memory')) return { ...bytes, of: 'memory' };
  if (resource.endsWith('.ephemeral-storage')) return { ...bytes, of: 'local ephemeral storage' };
  return isHugePagesField(resource) ? { ...bytes, of: 'hugepages' } : undefined;
}

function isHugePagesField(resource: string): boolean {
  return resource.startsWith('requests.hugepages-') || resource.startsWith('limits.hugepages-');
}
