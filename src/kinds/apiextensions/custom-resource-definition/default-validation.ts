/** Defaults in a CRD's schema are values of it (apiextensions pkg/apiserver/schema/defaulting/validation.go). */

import { child, entry, type FieldError, invalid } from '#api/field-error.ts';
import { embeddedFindings } from '#api/structural/embedded.ts';
import { prunePart } from '#api/structural/pruning.ts';
import { isTree, type JsonSchema } from '#api/structural/schema.ts';
import { ValueValidator } from '#api/structural/value-validation.ts';
import { mutableCopy } from '#base/edit.ts';
import { RuleValidator } from '#cel/rules/validator.ts';

/** Checks the defaults of the schema of a whole resource at `path`. Below additionalProperties there are none that count. */
export function defaultFindings(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkDefaults(schema, path, true, errors);
  return errors;
}

function checkDefaults(schema: JsonSchema, path: string, isResource: boolean, errors: FieldError[]): void {
  if (schema.default !== undefined && schema.default !== null) {
    errors.push(...findingsOf(schema, schema.default, child(path, 'default')));
  }
  if (schema.items) checkDefaults(schema.items, child(path, 'items'), false, errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    // Of a resource's own metadata the schema says next to nothing.
    if (isResource && (name === 'metadata' || name === 'apiVersion' || name === 'kind')) continue;
    const isEmbedded = property['x-kubernetes-embedded-resource'] ?? false;
    checkDefaults(property, entry(child(path, 'properties'), name), isEmbedded, errors);
  }
}

function findingsOf(schema: JsonSchema, value: unknown, path: string): FieldError[] {
  const isResource = schema['x-kubernetes-embedded-resource'] ?? false;
  const unknown = prunePart(mutableCopy(value), schema) ? [invalid(path, value, 'must not have unknown fields')] : [];
  const embedded = isTree(value) || Array.isArray(value) ? embeddedFindings(value, schema, path, () => []) : [];
  if (embedded.length > 0) return [...unknown, ...embedded];
  const values = new ValueValidator(schema).validate(value, { path });
  if (values.length > 0) return [...unknown, ...values];
  const rules = RuleValidator.of(schema, { isResource });
  if (!rules) return unknown;
  const kept = rules.validate(value, { path, old: value }).errors;
  return [...unknown, ...(kept.length > 0 ? kept : rules.validate(value, { path }).errors)];
}
