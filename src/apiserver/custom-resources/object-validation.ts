/**
 * Validation of a whole custom resource (apiextensions registry/customresource): first what its schema says of values, then the schema's
 * rules. What the schema does not use is not run.
 */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, type FieldErrorType, invalid } from '#api/field-error.ts';
import { isQualifiedName } from '#api/name-format.ts';
import type { KubeObject } from '#api/object.ts';
import { embeddedFindings, hasEmbedded } from '#api/structural/embedded.ts';
import { hasListTypes, listTypeFindings } from '#api/structural/list-types.ts';
import type { JsonSchema } from '#api/structural/schema.ts';
import { ValueValidator } from '#api/structural/value-validation.ts';
import { RuleValidator } from '#cel/rules/validator.ts';
import type { ExpressionMetrics } from './expression-metrics.ts';
import type { CustomVersion } from './json-schema.ts';
import { scaleSpecFindings, scaleStatusFindings } from './scale-validation.ts';

export interface ObjectValidation {
  /** `old` on an update. */
  validate(object: KubeObject, old: KubeObject | undefined, context: HookContext): FieldError[];
  validateStatus(object: KubeObject, old: KubeObject, context: HookContext): FieldError[];
}

/** Rules may rely on values of these being as the schema says. */
const blocking: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

export function objectValidation(
  schema: JsonSchema,
  { subresources }: CustomVersion,
  expressions: ExpressionMetrics,
): ObjectValidation {
  const values = new ValueValidator(schema);
  const status = new ValueValidator(schema.properties?.status ?? {});
  const rules = expressions.compiling(() => RuleValidator.of(schema, { isResource: true }));
  const embeds = hasEmbedded(schema);
  const checksLists = hasListTypes(schema);
  const scale = subresources?.scale;

  const listFindings = (object: KubeObject, old: KubeObject | undefined): FieldError[] => {
    if (!checksLists) return [];
    const found = listTypeFindings(object, schema);
    return found.length > 0 && old && listTypeFindings(old, schema).length > 0 ? [] : found;
  };
  const withRules = (
    errors: FieldError[],
    object: KubeObject,
    old: KubeObject | undefined,
    { warn }: HookContext,
  ): FieldError[] => {
    if (!rules) return errors;
    if (errors.some(({ type }) => blocking.has(type))) {
      const detail =
        'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
      return [...errors, invalid('', null, detail)];
    }
    const judged = expressions.evaluating(() => rules.validate(object, { old, ...(warn ? { warn } : {}) }));
    return [...errors, ...judged.errors];
  };
  return {
    validate(object, old, context) {
      const errors = values.validate(object, { old });
      if (scale) {
        for (const error of scaleSpecFindings(object, scale)) errors.push(error);
        for (const error of scaleStatusFindings(object, scale)) errors.push(error);
      }
      if (embeds) for (const error of embeddedFindings(object, schema, '')) errors.push(error);
      for (const error of listFindings(object, old)) errors.push(error);
      return withRules(errors, object, old, context);
    },
    validateStatus(object, old, context) {
      const { status: current } = object as { readonly status?: unknown };
      const { status: before } = old as { readonly status?: unknown };
      const errors = current === undefined ? [] : status.validate(current, { old: before, path: 'status' });
      if (scale) for (const error of scaleStatusFindings(object, scale)) errors.push(error);
      for (const error of listFindings(object, old)) errors.push(error);
      return withRules(errors, object, old, context);
    },
  };
}

const standardFinalizers: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Finalizers that are new and may be taken for somebody else's. */
export function finalizerWarnings({ metadata }: KubeObject, old: KubeObject | undefined): readonly string[] {
  const before = old?.metadata?.finalizers ?? [];
  const added = [...new Set(metadata?.finalizers ?? [])].filter((finalizer) => !before.includes(finalizer)).sort();
  return added.flatMap((finalizer) => {
    const place = `metadata.finalizers: ${JSON.stringify(finalizer)}`;
    const warnings = isQualifiedName(finalizer).map((message) => `${place}: ${message}`);
    if (finalizer.includes('/') || standardFinalizers.has(finalizer)) return warnings;
    const form = finalizer.includes('.') ? 'finalizer name including a path (/)' : 'finalizer name';
    const advice = `prefer a domain-qualified ${form} to avoid accidental conflicts with other finalizer writers`;
    return [...warnings, `${place}: ${advice}`];
  });
}
