/** Options of writes: what CreateOptions, UpdateOptions and PatchOptions say in the query, validated in upstream's words. */

import { newInvalid } from '#api/errors.ts';
import { type FieldError, notSupported, required } from '#api/field-error.ts';
import { checkFieldManager, isPlainFieldManager, isPrintable, maxFieldManagerLength } from '#api/field-manager.ts';
import type { ManagedFieldsEntry } from '#api/generated/meta-v1.ts';
import { utf8Length } from '#api/label-rules.ts';
import type { ApiRequest } from '#api/request.ts';
import { goQuote } from '#base/go-quote.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface WriteOptions {
  readonly dryRun: boolean;
  /** As given, or the user agent's name. */
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** What the request said, for admission. */
  readonly given: GivenOptions;
  /** managedFields that an apply has worked out already. */
  readonly applied?: ManagedFieldsEntry[] | undefined;
}

export interface GivenOptions {
  readonly dryRun?: readonly string[];
  readonly fieldManager?: string;
  readonly fieldValidation?: string;
}

const nothingGiven: GivenOptions = {};

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

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
  checkFieldManager(fieldManager, 'fieldManager', errors);
  if (dryRun.some((value) => value !== 'All')) errors.push(notSupported('dryRun', dryRun, ['All']));
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn'], goQuote));
  }
  if (errors.length > 0) throw newInvalid({ group: 'meta.k8s.io', kind }, '', errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: fieldManager || managerOfUserAgent(request.headers['user-agent'] ?? '') || 'unknown',
    fieldValidation: (fieldValidation || 'Warn') as FieldValidation,
    given: query.size === 0 ? nothingGiven : givenOptions(dryRun, fieldManager, fieldValidation),
  };
}

function givenOptions(dryRun: readonly string[], fieldManager: string, fieldValidation: string): GivenOptions {
  return {
    ...(dryRun.length > 0 ? { dryRun } : {}),
    ...(fieldManager === '' ? {} : { fieldManager }),
    ...(fieldValidation === '' ? {} : { fieldValidation }),
  };
}

/** The options as admission sees them: of a patch, those of the update or the creation that it comes to. */
export function admissionOptions(
  kind: 'CreateOptions' | 'UpdateOptions',
  { given }: WriteOptions,
): Readonly<Record<string, unknown>> {
  return { kind, apiVersion: 'meta.k8s.io/v1', ...given };
}

export function isApply(request: ApiRequest): boolean {
  return patchMediaType(request).startsWith('application/apply-patch+');
}

/** What a patch says it is; one without a body says so too. */
export function patchMediaType({ body, headers }: ApiRequest): string {
  return (body?.contentType ?? headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
}

/** 'kubectl' of 'kubectl/v1.36.3 (linux/amd64) ...': unprintable characters go, and what is beyond the length of a name. */
function managerOfUserAgent(userAgent: string): string {
  const slash = userAgent.indexOf('/');
  const name = slash < 0 ? userAgent : userAgent.slice(0, slash);
  if (isPlainFieldManager(name)) return name;
  let manager = '';
  for (const character of name) {
    if (!isPrintable(character)) continue;
    if (utf8Length(manager) + utf8Length(character) > maxFieldManagerLength) break;
    manager += character;
  }
  return manager;
}
