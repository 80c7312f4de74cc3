/** Rules of Secrets: what each type must hold (pkg/apis/core/types.go SecretType*). */

import { DecodeError } from '#api/codec/decode-error.ts';
import { scanJson } from '#api/codec/json-scan.ts';
import { child, entry, type FieldError, forbidden, invalid, required, tooLong } from '#api/field-error.ts';
import { checkImmutable } from '#api/field-rules.ts';
import { isConfigMapKey } from '#api/name-format.ts';
import { equalTrees } from '#base/equal.ts';
import type { Secret } from '#kinds/generated/core-v1.ts';
import { base64Bytes, immutableDataMessage, maxDataBytes } from '../config-map/validation.ts';

const serviceAccountNameKey = 'kubernetes.io/service-account.name';

export function validateSecret(secret: Secret): FieldError[] {
  const errors: FieldError[] = [];
  const { data = {} } = secret;
  let size = 0;
  for (const key in data) {
    for (const message of isConfigMapKey(key)) errors.push(invalid(entry('data', key), key, message));
    size += base64Bytes(data[key] ?? '');
  }
  if (size > maxDataBytes) errors.push(tooLong('data', maxDataBytes));
  checkContent(secret, errors);
  return errors;
}

export function validateSecretUpdate(secret: Secret, old: Secret): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(secret.type ?? '', old.type ?? '', 'type', errors);
  if (!old.immutable) return errors;
  if (!secret.immutable) errors.push(forbidden('immutable', immutableDataMessage));
  if (!equalTrees(secret.data, old.data)) errors.push(forbidden('data', immutableDataMessage));
  return errors;
}

function checkContent({ type, data = {}, metadata }: Secret, errors: FieldError[]): void {
  const requireKey = (key: string): void => {
    if (!Object.hasOwn(data, key)) errors.push(required(entry('data', key)));
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata?.annotations?.[serviceAccountNameKey]) {
        errors.push(required(entry(child('metadata', 'annotations'), serviceAccountNameKey)));
      }
      break;
    case 'kubernetes.io/dockercfg':
      checkJsonObject(data, '.dockercfg', errors);
      break;
    case 'kubernetes.io/dockerconfigjson':
      checkJsonObject(data, '.dockerconfigjson', errors);
      break;
    case 'kubernetes.io/basic-auth':
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) {
        requireKey('username');
        requireKey('password');
      }
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(required(entry('data', 'ssh-privatekey')));
      break;
    case 'kubernetes.io/tls':
      requireKey('tls.crt');
      requireKey('tls.key');
      break;
  }
}

/** The value itself is not shown: it is secret. */
function checkJsonObject(data: Readonly<Record<string, string>>, key: string, errors: FieldError[]): void {
  const encoded = data[key];
  const path = entry('data', key);
  if (encoded === undefined) {
    errors.push(required(path));
    return;
  }
  const message = jsonObjectFault(new TextDecoder().decode(Uint8Array.fromBase64(encoded)));
  if (message !== undefined) errors.push(invalid(path, '<secret contents redacted>', message));
}

/** As Go words it when it decodes into a map (encoding/json). */
function jsonObjectFault(text: string): string | undefined {
  try {
    scanJson(text, undefined);
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
  const value: unknown = JSON.parse(text);
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
}
