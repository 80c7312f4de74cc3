/**
 * Defaults in a CRD's schema are values of it (apiextensions pkg/apiserver/schema/defaulting/validation.go). Those inside of the metadata
 * of a resource are judged by the resource that they make.
 */

import { child, entry, type FieldError, fieldErrorText, invalid } from '#api/field-error.ts';
import { asEmbedded, coerceEmbedded, embeddedFindings } from '#api/structural/embedded.ts';
import { prunePart } from '#api/structural/pruning.ts';
import { isTree, type JsonSchema, type Tree } from '#api/structural/schema.ts';
import { elementOf, memberOf, type Surroundings, wholeObject } from '#api/structural/surroundings.ts';
import { ValueValidator } from '#api/structural/value-validation.ts';
import { mutableCopy } from '#base/edit.ts';
import { sortedTree } from '#base/sorted-tree.ts';
import { RuleValidator } from '#cel/rules/validator.ts';

/** Where a schema is in the resource, the whole or the one inside that it is part of. */
interface Place {
  readonly resource: JsonSchema;
  readonly surroundings: Surroundings;
  readonly isInMetadata: boolean;
}

/** Checks the defaults of the schema of a whole resource at `path`. Below additionalProperties there are none that count. */
export function defaultFindings(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  forEachDefault(schema, path, (owner, value, at, place) => {
    const find = place.isInMetadata ? metadataFindings : findingsOf;
    for (const error of find(owner, value, child(at, 'default'), place)) errors.push(error);
  });
  return errors;
}

/**
 * Makes the resources in defaults what they are read as, in place, but for those in metadata. Upstream's validation does it by the way, so
 * that it is stored.
 */
export function coerceDefaults(schema: JsonSchema): void {
  forEachDefault(schema, '', (owner, value, _at, { isInMetadata }) => {
    if (!isInMetadata) coerceEmbedded(value, owner, '');
  });
}

type Visit = (owner: JsonSchema, value: unknown, path: string, place: Place) => void;

function forEachDefault(schema: JsonSchema, path: string, visit: Visit): void {
  const resource = asEmbedded(schema);
  walk(resource, path, { resource, surroundings: wholeObject, isInMetadata: false }, visit);
}

function walk(schema: JsonSchema, path: string, outer: Place, visit: Visit): void {
  const isResource = schema['x-kubernetes-embedded-resource'] === true;
  const place = isResource ? { resource: schema, surroundings: wholeObject, isInMetadata: false } : outer;
  const { surroundings, isInMetadata } = place;
  if (schema.default !== undefined && schema.default !== null) visit(schema, schema.default, path, place);
  if (schema.items)
    walk(schema.items, child(path, 'items'), { ...place, surroundings: elementOf(surroundings) }, visit);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const isMeta = isResource && (name === 'metadata' || name === 'apiVersion' || name === 'kind');
    const inner = { ...place, surroundings: memberOf(surroundings, name), isInMetadata: isInMetadata || isMeta };
    walk(property, entry(child(path, 'properties'), name), inner, visit);
  }
}

function metadataFindings(schema: JsonSchema, value: unknown, path: string, place: Place): readonly FieldError[] {
  const { resource, surroundings } = place;
  const object = {
    kind: 'Validation',
    apiVersion: 'validation/v1',
    ...(surroundings.around(mutableCopy(value)) as Tree),
  };
  const say = (fault: string): FieldError[] => [
    invalid(path, sortedTree(value), `must result in valid metadata: ${fault}`),
  ];
  const fault = coerceEmbedded(object, resource, '');
  if (fault) return say(fieldErrorText(fault));
  const findings = new Set(embeddedFindings(object, resource, '').map(fieldErrorText));
  if (findings.size > 0) return say(findings.size === 1 ? [...findings].join('') : `[${[...findings].join(', ')}]`);
  return valueFindings(schema, value, path);
}

function findingsOf(schema: JsonSchema, value: unknown, path: string): FieldError[] {
  const unknown = prunePart(mutableCopy(value), schema)
    ? [invalid(path, sortedTree(value), 'must not have unknown fields')]
    : [];
  const coerced = isTree(value) || Array.isArray(value) ? mutableCopy(value) : value;
  const fault = coerceEmbedded(coerced, schema, path);
  if (fault) return [...unknown, fault];
  const embedded = embeddedFindings(coerced, schema, path);
  return [...unknown, ...(embedded.length > 0 ? embedded : valueFindings(schema, value, path))];
}

function valueFindings(schema: JsonSchema, value: unknown, path: string): readonly FieldError[] {
  const findings = new ValueValidator(schema).validate(value, { path });
  if (findings.length > 0) return findings;
  const rules = RuleValidator.of(schema, { isResource: schema['x-kubernetes-embedded-resource'] ?? false });
  if (!rules) return [];
  const kept = rules.validate(value, { path, old: value }).errors;
  return kept.length > 0 ? kept : rules.validate(value, { path }).errors;
}
