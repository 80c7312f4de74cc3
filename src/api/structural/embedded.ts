/** Resources inside of resources (x-kubernetes-embedded-resource): what makes them resources (apiextensions schema/objectmeta). */

import { child, entry, type FieldError, index, invalid, required } from '../field-error.ts';
import { isDNS1035Label } from '../name-format.ts';
import { isTree, type JsonSchema, type Tree } from './schema.ts';

/** Findings on the metadata of one; their fields begin with 'metadata'. */
export type CheckMetadata = (metadata: Tree) => readonly FieldError[];

/** Whether values of the schema have resources inside; values of others need not be looked at. */
export function hasEmbedded(schema: JsonSchema): boolean {
  if (schema['x-kubernetes-embedded-resource']) return true;
  if (schema.items && hasEmbedded(schema.items)) return true;
  if (typeof schema.additionalProperties === 'object' && hasEmbedded(schema.additionalProperties)) return true;
  return Object.values(schema.properties ?? {}).some(hasEmbedded);
}

export function embeddedFindings(
  value: unknown,
  schema: JsonSchema,
  path: string,
  checkMetadata: CheckMetadata,
): FieldError[] {
  const errors: FieldError[] = [];
  check(value, schema, path, checkMetadata, errors);
  return errors;
}

function check(
  value: unknown,
  schema: JsonSchema,
  path: string,
  checkMetadata: CheckMetadata,
  errors: FieldError[],
): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    value.forEach((element, position) => {
      check(element, items, index(path, position), checkMetadata, errors);
    });
    return;
  }
  if (!isTree(value)) return;
  if (schema['x-kubernetes-embedded-resource']) checkResource(value, path, checkMetadata, errors);
  const { properties, additionalProperties } = schema;
  for (const [key, member] of Object.entries(value)) {
    const own = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (own) check(member, own, child(path, key), checkMetadata, errors);
    else if (typeof additionalProperties === 'object') {
      check(member, additionalProperties, entry(path, key), checkMetadata, errors);
    }
  }
}

function checkResource(value: Tree, path: string, checkMetadata: CheckMetadata, errors: FieldError[]): void {
  for (const name of ['apiVersion', 'kind'] as const) {
    const at = child(path, name);
    const text = value[name];
    if (text === undefined) errors.push(required(at));
    else if (typeof text !== 'string') errors.push(invalid(at, text, 'must be a string'));
    else if (text === '') errors.push(invalid(at, text, 'must not be empty'));
    else if (name === 'apiVersion' && text.split('/').length > 2) {
      errors.push(invalid(at, text, `unexpected GroupVersion string: ${text}`));
    } else if (name === 'kind') {
      const messages = isDNS1035Label(text.toLowerCase());
      const detail = `may have mixed case, but should otherwise match: ${messages.join(',')}`;
      if (messages.length > 0) errors.push(invalid(at, text, detail));
    }
  }
  const { metadata } = value;
  if (!isTree(metadata)) return;
  for (const error of checkMetadata(metadata)) errors.push({ ...error, field: child(path, error.field) });
}
