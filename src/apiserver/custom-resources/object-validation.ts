/** Validation of a whole custom resource: first what its schema says of values, then the schema's rules. */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, type FieldErrorType, invalid } from '#api/field-error.ts';
import type { KubeObject } from '#api/object.ts';
import { RuleValidator } from '#cel/rules/validator.ts';
import type { JsonSchema } from './json-schema.ts';
import { ValueValidator } from './value-validation.ts';

export type ValidateObject = (object: KubeObject, old: KubeObject | undefined, context: HookContext) => FieldError[];

/** Rules may rely on values of these being as the schema says. */
const blocking: ReadonlySet<FieldErrorType> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

export function objectValidator(schema: JsonSchema): ValidateObject {
  const values = new ValueValidator(schema);
  const rules = RuleValidator.of(schema, { isResource: true });
  if (!rules) return (object, old) => values.validate(object, old);
  return (object, old, { warn }) => {
    const errors = values.validate(object, old);
    if (errors.some(({ type }) => blocking.has(type))) {
      const detail =
        'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
      return [...errors, invalid('', null, detail)];
    }
    return [...errors, ...rules.validate(object, { old, ...(warn ? { warn } : {}) }).errors];
  };
}
