/** Rules of a CRD's schema beside its structure (apiextensions validation.go): keywords, lists and maps, texts of rules. */

import { child, entry, type FieldError, forbidden, index, invalid, notSupported, required } from '#api/field-error.ts';
import { goQuote } from '#base/go-quote.ts';
import { fieldPathFault } from '#cel/rules/field-path.ts';
import { defaultFindings } from './default-validation.ts';
import {
  checkRuleExpressions,
  itemsScope,
  type KnownRules,
  newRuleChecks,
  type RuleScope,
  rootScope,
  totalCostFindings,
  valuesScope,
} from './rule-validation.ts';
import { isEmptyMap, itemsOf, type Schema, structuralOf, tupleOf, unsupportedPart, valuesOf } from './schema-tree.ts';
import { checkStructural } from './structural-rules.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const metaFields = ['metadata', 'kind', 'apiVersion'];
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const listTypes = ['atomic', 'set', 'map'];
const mapTypes = ['atomic', 'granular'];

/** Where in the resource a schema is. */
interface Place {
  readonly isRoot: boolean;
  readonly insideMeta: boolean;
  /** Why there may be no defaults. */
  readonly noDefaults: string | undefined;
  /** Absent where rules are not looked at: the schema is not structural, or this is inside of a condition. */
  readonly rules: RuleScope | undefined;
}

/** Checks the schema of a whole resource at `path`. */
export function validateSchema(schema: Schema, path: string, known: KnownRules): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.nullable) errors.push(forbidden(child(path, 'nullable'), 'nullable cannot be true at the root'));
  const unsupported = unsupportedPart(schema);
  if (unsupported === undefined) {
    const before = errors.length;
    checkStructural(schema, path, errors);
    if (errors.length === before) for (const error of defaultFindings(structuralOf(schema), path)) errors.push(error);
  }
  const checks = unsupported === undefined && errors.length === 0 ? newRuleChecks(known) : undefined;
  const rules = checks && rootScope(checks);
  checkSchema(schema, path, { isRoot: true, insideMeta: false, noDefaults: undefined, rules }, errors);
  if (checks) {
    for (const error of checks.errors) errors.push(error);
    errors.push(...totalCostFindings(checks, path));
  }
  if (errors.length === 0 && unsupported !== undefined) errors.push(invalid(path, '', unsupported));
  return errors;
}

function checkSchema(schema: Schema, path: string, place: Place, errors: FieldError[]): void {
  const before = errors.length;
  checkKeywords(schema, path, place, errors);
  const { insideMeta, noDefaults, rules } = place;
  const inner: Place = { isRoot: false, insideMeta, noDefaults, rules: undefined };
  const { properties = {}, additionalProperties, not } = schema;
  if (additionalProperties !== undefined && additionalProperties !== true && !isEmptyMap(properties)) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbidden(child(path, 'additionalProperties'), detail));
  }
  const values = valuesOf(schema);
  if (values) {
    const why = insideMeta ? 'inside additionalProperties applying to object metadata' : noDefaults;
    checkSchema(
      values,
      child(path, 'additionalProperties'),
      { ...inner, noDefaults: why, rules: rules && valuesScope(rules, schema) },
      errors,
    );
  }
  const isResource = place.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, property] of Object.entries(properties)) {
    const isMeta = isResource && metaFields.includes(name);
    const why = isMeta && place.isRoot ? `in top-level ${name}` : noDefaults;
    const where = { isRoot: false, insideMeta: insideMeta || isMeta, noDefaults: why, rules };
    checkSchema(property, entry(child(path, 'properties'), name), where, errors);
  }
  if (not) checkSchema(not, child(path, 'not'), inner, errors);
  for (const field of ['allOf', 'oneOf', 'anyOf'] as const) {
    schema[field]?.forEach((one, position) => {
      checkSchema(one, index(child(path, field), position), inner, errors);
    });
  }
  const items = itemsOf(schema);
  if (items) {
    checkSchema(items, child(path, 'items'), { ...inner, rules: rules && itemsScope(rules, schema, path) }, errors);
  }
  tupleOf(schema).forEach((one, position) => {
    checkSchema(one, index(child(path, 'items'), position), inner, errors);
  });
  checkMapAndListType(schema, path, errors);
  checkListKeys(schema, path, errors);
  checkItemsOfSetOrMap(schema, path, errors);
  checkRules(schema, path, errors);
  // What is wrong with the schema has to be mended first: only then the types of its values are known.
  if (rules && errors.length === before) checkRuleExpressions(schema, path, place.isRoot, rules);
}

function checkKeywords(schema: Schema, path: string, { insideMeta, noDefaults }: Place, errors: FieldError[]): void {
  const { type = '' } = schema;
  if (type !== '' && !types.includes(type)) errors.push(notSupported(child(path, 'type'), type, types, goQuote));
  if (schema.default !== undefined && noDefaults !== undefined) {
    errors.push(forbidden(child(path, 'default'), `must not be set ${noDefaults}`));
  }
  const absent: readonly (readonly [string, boolean])[] = [
    ['id', !schema.id],
    ['additionalItems', schema.additionalItems === undefined],
    ['patternProperties', isEmptyMap(schema.patternProperties)],
    ['definitions', isEmptyMap(schema.definitions)],
    ['dependencies', schema.dependencies === undefined],
    ['$ref', schema.$ref === undefined],
  ];
  for (const [field, isAbsent] of absent) {
    if (!isAbsent) errors.push(forbidden(child(path, field), `${field} is not supported`));
  }
  if (type === 'null') {
    errors.push(forbidden(child(path, 'type'), 'type cannot be set to null, use nullable as an alternative'));
  }
  if (tupleOf(schema).length > 0) {
    errors.push(forbidden(child(path, 'items'), 'items must be a schema object and not an array'));
  }
  if (insideMeta && schema['x-kubernetes-embedded-resource']) {
    errors.push(forbidden(child(path, 'x-kubernetes-embedded-resource'), 'must not be used inside of resource meta'));
  }
  if (schema.uniqueItems) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(child(path, 'uniqueItems'), detail));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(child(path, 'x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'));
  }
}

function checkMapAndListType(schema: Schema, path: string, errors: FieldError[]): void {
  const { type = '' } = schema;
  const mapType = schema['x-kubernetes-map-type'];
  const listType = schema['x-kubernetes-list-type'];
  const needs = (wanted: string, keyword: string): void => {
    const detail = `must be ${wanted} if ${keyword} is specified`;
    errors.push(type === '' ? required(child(path, 'type'), detail) : invalid(child(path, 'type'), type, detail));
  };
  if (mapType !== undefined) {
    if (type !== 'object') needs('object', 'x-kubernetes-map-type');
    if (!mapTypes.includes(mapType)) {
      errors.push(notSupported(child(path, 'x-kubernetes-map-type'), mapType, mapTypes, goQuote));
    }
  }
  if (listType === undefined) return;
  if (type !== 'array') needs('array', 'x-kubernetes-list-type');
  else if (listType === 'set') checkAtomicItem(itemsOf(schema), child(path, 'items'), errors);
  if (!listTypes.includes(listType)) {
    errors.push(notSupported(child(path, 'x-kubernetes-list-type'), listType, listTypes, goQuote));
  }
}

function checkAtomicItem(item: Schema | undefined, path: string, errors: FieldError[]): void {
  const listType = item?.['x-kubernetes-list-type'];
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (item?.type === 'array' && listType !== undefined && listType !== 'atomic') {
    errors.push(invalid(child(path, 'x-kubernetes-list-type'), listType, detail));
  }
  if (item?.type === 'object' && item['x-kubernetes-map-type'] !== 'atomic') {
    // The value that is printed is that of the list type, as upstream has it.
    errors.push(invalid(child(path, 'x-kubernetes-map-type'), listType ?? null, detail));
  }
}

function checkListKeys(schema: Schema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keysPath = child(path, 'x-kubernetes-list-map-keys');
  if (keys.length > 0 && listType !== 'map') {
    const typePath = child(path, 'x-kubernetes-list-type');
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(typePath, detail) : invalid(typePath, listType, detail));
  }
  if (listType !== 'map') return;
  if (keys.length === 0) errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'));
  const items = itemsOf(schema);
  const itemsPath = child(path, 'items');
  if (schema.items === undefined) {
    errors.push(required(itemsPath, 'must have a schema if x-kubernetes-list-type is map'));
  } else if (!items) {
    errors.push(invalid(itemsPath, schema.items, 'must only have a single schema if x-kubernetes-list-type is map'));
  } else if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(invalid(child(itemsPath, 'type'), items.type ?? '', detail));
  } else {
    const seen = new Set<string>();
    for (const key of keys) {
      const property = ownProperty(items, key);
      if (!property) errors.push(invalid(keysPath, keys, 'entries must all be names of item properties'));
      else if (property.type === 'array' || property.type === 'object') {
        const at = child(entry(child(itemsPath, 'properties'), key), 'type');
        const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
        errors.push(invalid(at, items.type, detail));
      }
      if (seen.has(key)) errors.push(invalid(keysPath, keys, 'must not contain duplicate entries'));
      seen.add(key);
    }
  }
}

/** Items of sets and maps are there, and what they are told apart by is too. */
function checkItemsOfSetOrMap(schema: Schema, path: string, errors: FieldError[]): void {
  const items = itemsOf(schema);
  const listType = schema['x-kubernetes-list-type'];
  if (!items || (listType !== 'set' && listType !== 'map')) return;
  if (items.nullable) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    errors.push(forbidden(child(path, 'items', 'nullable'), detail));
  }
  if (listType === 'set') return;
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = ownProperty(items, key);
    if (!property) continue;
    const at = entry(child(path, 'items', 'properties'), key);
    if (!items.required?.includes(key) && property.default === undefined) {
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      errors.push(required(child(at, 'default'), detail));
    }
    if (property.nullable) {
      const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      errors.push(forbidden(child(at, 'nullable'), detail));
    }
  }
}

function ownProperty({ properties }: Schema, name: string): Schema | undefined {
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** The texts of validation rules; whether they compile is for CEL to say. */
function checkRules(schema: Schema, path: string, errors: FieldError[]): void {
  schema['x-kubernetes-validations']?.forEach((rule, position) => {
    const at = index(child(path, 'x-kubernetes-validations'), position);
    const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
    const text = (rule.rule ?? '').trim();
    if (text === '') errors.push(required(child(at, 'rule'), 'rule is not specified'));
    else if (message !== '' && message.trim() === '') {
      errors.push(invalid(child(at, 'message'), message, 'must be non-empty if specified'));
    } else if (hasNewlines(message.trim())) {
      errors.push(invalid(child(at, 'message'), message, 'must not contain line breaks'));
    } else if (hasNewlines(text) && message.trim() === '') {
      errors.push(required(child(at, 'message'), 'message must be specified if rule contains line breaks'));
    }
    if (messageExpression !== '' && messageExpression.trim() === '') {
      errors.push(required(child(at, 'messageExpression'), 'messageExpression must be non-empty if specified'));
    }
    if (reason !== undefined && !reasons.includes(reason)) {
      errors.push(notSupported(child(at, 'reason'), reason, reasons));
    }
    if (fieldPath === '') return;
    const fieldAt = child(at, 'fieldPath');
    if (fieldPath.trim() === '') errors.push(invalid(fieldAt, fieldPath, 'must be non-empty if specified'));
    if (hasNewlines(fieldPath)) errors.push(invalid(fieldAt, fieldPath, 'must not contain line breaks'));
    if (unsupportedPart(schema) === undefined && fieldPathFault(fieldPath, structuralOf(schema), true) !== undefined) {
      errors.push(invalid(fieldAt, fieldPath, 'must be a valid path'));
    }
  });
}

function hasNewlines(text: string): boolean {
  return /[\n\r]/.test(text);
}
