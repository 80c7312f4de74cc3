/**
 * EncryptionConfiguration (apiserver.config.k8s.io/v1): which resources are encrypted by which providers. Pure: from a decoded document to
 * a plan, or every fault in upstream's words (apiserver pkg/apis/apiserver/validation/validation_encryption.go).
 */

import { child, type FieldError, fieldErrorText, index, invalid, required } from '#api/field-error.ts';

export interface NamedKey {
  readonly name: string;
  readonly secret: Uint8Array;
}

export type Provider =
  | { readonly type: 'identity' }
  | { readonly type: 'aesgcm' | 'aescbc' | 'secretbox'; readonly keys: readonly NamedKey[] }
  | {
      readonly type: 'kms';
      readonly apiVersion: string;
      readonly name: string;
      readonly socket: string;
      readonly timeoutMs: number;
    };

export interface EncryptionRule {
  /** 'secrets', 'deployments.apps', '*.apps', '*.', '*.*' */
  readonly resources: readonly string[];
  /** The first writes, all read. */
  readonly providers: readonly Provider[];
}

/** Where upstream notices a fault: its message says so. */
export type FaultStage = 'decoding' | 'validation' | 'building';

export class EncryptionConfigError extends Error {
  override readonly name = 'EncryptionConfigError';
  readonly stage: FaultStage;

  constructor(message: string, stage: FaultStage = 'decoding') {
    super(message);
    this.stage = stage;
  }
}

type Plain = Readonly<Record<string, unknown>>;

const defaultKmsTimeoutMs = 3_000;
const keySizes = { aesgcm: [16, 24, 32], aescbc: [16, 24, 32], secretbox: [32] } as const;

/** Throws EncryptionConfigError that names every fault. */
export function parseEncryptionConfiguration(document: unknown): readonly EncryptionRule[] {
  const config = known(document, '', ['apiVersion', 'kind', 'resources']);
  if (config.kind !== 'EncryptionConfiguration' || config.apiVersion !== 'apiserver.config.k8s.io/v1') {
    throw new EncryptionConfigError(
      `no kind "${String(config.kind ?? '')}" is registered for version "${String(config.apiVersion ?? '')}" in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const entries = list(config.resources, 'resources');
  const errors: FieldError[] = [];
  if (entries.length === 0) errors.push(required('resources', 'at least one resources is required'));
  const kmsNames = new Set<string>();
  const rules = entries.map((entry, i) => parseRule(entry, index('resources', i), kmsNames, errors));
  if (errors.length > 0) {
    const texts = errors.map(fieldErrorText);
    throw new EncryptionConfigError(texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`, 'validation');
  }
  checkBuildable(rules);
  return rules;
}

/** The first rule that names the resource. */
export function ruleFor(rules: readonly EncryptionRule[], group: string, plural: string): EncryptionRule | undefined {
  const names = new Set(['*.*', `*.${group}`, group === '' ? plural : `${plural}.${group}`]);
  return rules.find(({ resources }) => resources.some((name) => names.has(name)));
}

function parseRule(entry: unknown, path: string, kmsNames: Set<string>, errors: FieldError[]): EncryptionRule {
  const rule = known(entry, path, ['resources', 'providers']);
  const [resourcesPath, providersPath] = [child(path, 'resources'), child(path, 'providers')];
  const resources = list(rule.resources, resourcesPath).map((name, i) => text(name, index(resourcesPath, i)));
  const providers = list(rule.providers, providersPath);
  if (resources.length === 0) errors.push(required(resourcesPath, `at least one ${resourcesPath} is required`));
  errors.push(...overlapErrors(resources, resourcesPath));
  for (const [i, name] of resources.entries()) {
    const fault = nameFault(name);
    if (fault) errors.push(invalid(index(resourcesPath, i), name, fault));
  }
  if (providers.length === 0) errors.push(required(providersPath, `at least one ${providersPath} is required`));
  return {
    resources,
    providers: providers.flatMap((provider, i) => parseProvider(provider, index(providersPath, i), kmsNames, errors)),
  };
}

function splitName(name: string): { readonly plural: string; readonly group: string } {
  const dot = name.indexOf('.');
  return dot < 0 ? { plural: name, group: '' } : { plural: name.slice(0, dot), group: name.slice(dot + 1) };
}

function nameFault(name: string): string | undefined {
  const { plural, group } = splitName(name);
  if (/[A-Z]/.test(name)) return 'resource name should not contain capital letters';
  if (name === '*') return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
  if (['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations'].includes(name))
    return 'resources which do not have REST API/s cannot be encrypted';
  if (group === 'events.k8s.io')
    return "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file";
  if (group === 'extensions') return "'extensions' group has been removed and cannot be used for encryption";
  if (group === '*' && plural !== '*') return 'encrypting the same resource across groups is not supported';
  return undefined;
}

function overlapErrors(resources: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (new Set(resources).size < resources.length)
    errors.push(invalid(path, resources, 'the same resource cannot be specified multiple times'));
  const names = [...new Set(resources)].map(splitName);
  const overlaps = names.some(
    (a) => a.plural === '*' && names.some((b) => a !== b && (a.group === '*' || a.group === b.group)),
  );
  if (overlaps) {
    const detail =
      "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked";
    errors.push(invalid(path, resources, detail));
  }
  return errors;
}

/** A resource of a later rule that an earlier wildcard has taken would be silently ignored; KMS v1 is switched off, as upstream has it. */
function checkBuildable(rules: readonly EncryptionRule[]): void {
  const seen = new Set<string>();
  for (const { resources, providers } of rules) {
    if (providers.some((provider) => provider.type === 'kms' && provider.apiVersion === 'v1')) {
      throw new EncryptionConfigError(
        'KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.',
        'building',
      );
    }
    for (const name of resources) {
      const mask = [`*.${splitName(name).group}`, '*.*'].find((wildcard) => wildcard !== name && seen.has(wildcard));
      if (mask) throw new EncryptionConfigError(`resource "${name}" is masked by earlier rule "${mask}"`, 'building');
    }
    for (const name of resources) seen.add(name);
  }
}

const providerTypes = ['kms', 'aesgcm', 'aescbc', 'secretbox', 'identity'] as const;

/** As upstream prints one, but for the keys. */
function providerShown(given: readonly string[]): Plain {
  const names = { aesgcm: 'AESGCM', aescbc: 'AESCBC', secretbox: 'Secretbox', identity: 'Identity', kms: 'KMS' };
  return Object.fromEntries(
    Object.entries(names).map(([type, name]) => [name, given.includes(type) ? 'REDACTED' : null]),
  );
}

function parseProvider(value: unknown, path: string, kmsNames: Set<string>, errors: FieldError[]): readonly Provider[] {
  const provider = known(value, path, providerTypes);
  const given = providerTypes.filter((type) => provider[type] !== undefined && provider[type] !== null);
  const [type] = given;
  if (type === undefined) {
    const detail = 'provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity';
    errors.push(invalid(path, providerShown([]), detail));
    return [];
  }
  if (given.length > 1) {
    const detail = 'more than one provider specified in a single element, should split into different list elements';
    errors.push(invalid(path, providerShown(given), detail));
  }
  const at = child(path, type);
  switch (type) {
    case 'identity':
      known(provider.identity, at, []);
      return [{ type }];
    case 'kms':
      return parseKms(
        known(provider.kms, at, ['apiVersion', 'name', 'endpoint', 'timeout', 'cachesize']),
        at,
        kmsNames,
        errors,
      );
    default: {
      const keysPath = child(at, 'keys');
      const keys = list(known(provider[type], at, ['keys']).keys, keysPath);
      if (keys.length === 0) errors.push(required(keysPath, 'at least one keys is required'));
      return [{ type, keys: keys.flatMap((key, i) => parseKey(key, index(keysPath, i), keySizes[type], errors)) }];
    }
  }
}

function parseKey(value: unknown, path: string, sizes: readonly number[], errors: FieldError[]): readonly NamedKey[] {
  const key = known(value, path, ['name', 'secret']);
  const [namePath, secretPath] = [child(path, 'name'), child(path, 'secret')];
  const name = text(key.name ?? '', namePath);
  const encoded = text(key.secret ?? '', secretPath);
  if (name === '') errors.push(required(namePath, 'name is a mandatory field for a key'));
  if (encoded === '') {
    errors.push(required(secretPath, 'secret is a mandatory field for a key'));
    return [];
  }
  const secret = decodeBase64(encoded);
  if (!secret) {
    errors.push(invalid(secretPath, 'REDACTED', 'secrets must be base64 encoded'));
    return [];
  }
  if (!sizes.includes(secret.length)) {
    const detail = `secret is not of the expected length, got ${secret.length}, expected one of [${sizes.join(' ')}]`;
    errors.push(invalid(secretPath, 'REDACTED', detail));
    return [];
  }
  return [{ name, secret }];
}

function parseKms(kms: Plain, path: string, names: Set<string>, errors: FieldError[]): readonly Provider[] {
  const before = errors.length;
  const name = text(kms.name ?? '', child(path, 'name'));
  const apiVersion = text(kms.apiVersion ?? 'v1', child(path, 'apiVersion'));
  const endpoint = text(kms.endpoint ?? '', child(path, 'endpoint'));
  if (name === '') errors.push(required(child(path, 'name'), 'name is a mandatory field for a provider'));
  else if (name.includes(':'))
    errors.push(invalid(child(path, 'name'), name, `invalid KMS provider name ${name}, must not contain ':'`));
  else if (names.has(name))
    errors.push(invalid(child(path, 'name'), name, `duplicate KMS provider name ${name}, names must be unique`));
  names.add(name);
  const timeoutMs = kms.timeout === undefined ? defaultKmsTimeoutMs : durationMs(kms.timeout);
  if (timeoutMs === undefined || timeoutMs <= 0)
    errors.push(invalid(child(path, 'timeout'), kms.timeout, 'timeout should be a positive value'));
  if (endpoint === '') errors.push(invalid(child(path, 'endpoint'), '', 'endpoint is a mandatory field for a kms'));
  else if (!endpoint.startsWith('unix://')) {
    const scheme = /^([a-z0-9+.-]*):/.exec(endpoint)?.[1] ?? '';
    const detail = `unsupported scheme "${scheme}" for KMS provider, only unix is supported`;
    errors.push(invalid(child(path, 'endpoint'), endpoint, detail));
  }
  if (apiVersion !== 'v1' && kms.cachesize !== undefined)
    errors.push(invalid(child(path, 'cachesize'), kms.cachesize, 'cachesize is not supported in v2'));
  if (apiVersion !== 'v1' && apiVersion !== 'v2') {
    const detail = 'unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported';
    errors.push(invalid(child(path, 'apiVersion'), apiVersion, detail));
  }
  if (errors.length > before || timeoutMs === undefined) return [];
  // An '@' names a socket of the abstract namespace, as upstream's does.
  const socket = endpoint.slice('unix://'.length).replace(/^\/@/, '\0');
  return [{ type: 'kms', apiVersion, name, socket, timeoutMs }];
}

/** Go's notation: '3s', '1m30s', '500ms'. */
function durationMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^-?(\d+(\.\d+)?(ms|s|m|h))+$/.test(value)) return undefined;
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(amount) * units[unit as keyof typeof units];
  return value.startsWith('-') ? -total : total;
}

function decodeBase64(encoded: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(encoded, { lastChunkHandling: 'strict' });
  } catch {
    return undefined;
  }
}

function known(value: unknown, path: string, fields: readonly string[]): Plain {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new EncryptionConfigError(`${path || 'the document'} is not an object`);
  const unknown = Object.keys(value).find((field) => !fields.includes(field));
  if (unknown !== undefined)
    throw new EncryptionConfigError(`strict decoding error: unknown field "${child(path, unknown)}"`);
  return value as Plain;
}

function list(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new EncryptionConfigError(`${path} is not a list`);
  return value;
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new EncryptionConfigError(`${path} is not a string`);
  return value;
}
