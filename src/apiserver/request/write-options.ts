/** Options of writes: what CreateOptions, UpdateOptions and PatchOptions say in the query, validated in upstream's words. */

import { newInvalid } from '#api/errors.ts';
import { type FieldError, invalid, notSupported, required, tooLong } from '#api/field-error.ts';
import type { ManagedFieldsEntry } from '#api/generated/meta-v1.ts';
import type { ApiRequest } from '#api/request.ts';
import { goQuote } from '#base/go-quote.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface WriteOptions {
  readonly dryRun: boolean;
  /** As given, or the user agent's name. */
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** managedFields that an apply has worked out already. */
  readonly applied?: ManagedFieldsEntry[] | undefined;
}

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

const maxFieldManagerLength = 128;

/** Throws 422 of the options' kind. */
export function parseWriteOptions(request: ApiRequest, kind: OptionsKind): WriteOptions {
  const { query } = request;
  const dryRun = query.getAll('dryRun');
  const fieldManager = query.get('fieldManager') ?? '';
  const fieldValidation = query.get('fieldValidation') ?? '';
  const apply = kind === 'PatchOptions' && isApply(request);
  const errors: FieldError[] = [];
  if (kind === 'PatchOptions') {
    if (apply && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'));
    if (!apply && query.has('force')) {
      errors.push({
        type: 'FieldValueForbidden',
        field: 'force',
        message: 'Forbidden: may not be specified for non-apply patch',
      });
    }
  }
  if (!plainName.test(fieldManager)) errors.push(...validateFieldManager(fieldManager));
  if (dryRun.some((value) => value !== 'All')) errors.push(notSupported('dryRun', dryRun, ['All']));
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn'], goQuote));
  }
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: fieldManager || managerOfUserAgent(request.headers['user-agent'] ?? '') || 'unknown',
    fieldValidation: (fieldValidation || 'Warn') as FieldValidation,
  };
}

export function isApply(request: ApiRequest): boolean {
  return patchMediaType(request).startsWith('application/apply-patch+');
}

/** What a patch says it is; one without a body says so too. */
export function patchMediaType({ body, headers }: ApiRequest): string {
  return (body?.contentType ?? headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
}

/** Names of programs that need no second look. */
const plainName = /^[\x20-\x7e]{0,128}$/;

/** 'kubectl' of 'kubectl/v1.36.3 (linux/amd64) ...': unprintable characters go, at most 128 stay. */
function managerOfUserAgent(userAgent: string): string {
  const slash = userAgent.indexOf('/');
  const name = slash < 0 ? userAgent : userAgent.slice(0, slash);
  if (plainName.test(name)) return name;
  return [...name].filter(isPrintable).slice(0, maxFieldManagerLength).join('');
}

function validateFieldManager(fieldManager: string): FieldError[] {
  if (fieldManager.length > maxFieldManagerLength) return [tooLong('fieldManager', maxFieldManagerLength)];
  const errors: FieldError[] = [];
  let position = 0;
  for (const character of fieldManager) {
    if (!isPrintable(character)) {
      const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
      errors.push(invalid('fieldManager', fieldManager, `invalid character ${code} (at position ${position})`));
    }
    position += character.length;
  }
  return errors;
}

function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}
