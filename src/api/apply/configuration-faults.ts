/**
 * What server-side apply cannot take in a configuration: fields that nobody could own, values of another type, elements that cannot be told
 * apart (structured-merge-diff: typed validation). And which of its places would be replaced as a whole.
 */

import { goSyntax, goText, goTypeOf } from '../go-format.ts';
import { isObject, type JsonObject } from '../patch/json-tree.ts';
import type { ListSchema, ScalarType, StructSchema } from '../schema/schema.ts';
import { elementText } from './field-set.ts';
import { elementPlace, entryPlace, memberPlace, type Place, rootPlace, shapeOf } from './place.ts';

/** In upstream's words: '.spec.foo: field not declared in schema'. Nothing is known of values without a schema. */
export function configurationFaults(configuration: unknown, place: Place): readonly string[] {
  const faults: string[] = [];
  visit(configuration, place, '', faults);
  return faults;
}

/** Most characters of faults that are told; the first is in any case. Upstream tells them all. */
const maxFaultsLength = 4 * 1024 * 1024;

/** All of them as one text. */
export function faultsText(faults: readonly string[]): string {
  if (faults.length === 1) return faults.join('');
  const lines = ['errors:'];
  let length = 0;
  for (const [index, fault] of faults.entries()) {
    length += fault.length;
    if (index > 0 && length > maxFaultsLength) {
      lines.push(`and ${faults.length - index} more`);
      break;
    }
    lines.push(fault);
  }
  return lines.join('\n  ');
}

function visit(value: unknown, place: Place, path: string, faults: string[]): void {
  const { schema } = place;
  if (schema === undefined || value === null || value === undefined) return;
  const refuse = (text: string): void => {
    faults.push(path === '' ? text : `${path}: ${text}`);
  };
  if (schema.type === 'list') {
    if (Array.isArray(value)) visitItems(value, schema, place, path, faults);
    else refuse(`expected list, got &{${goText(value)}}`);
    return;
  }
  if (schema.type === 'struct' || schema.type === 'map') {
    if (isObject(value)) visitMembers(value, place, path, faults);
    else refuse(`expected map, got &{${goText(value)}}`);
    return;
  }
  const text = scalarFault(schema.type, value);
  if (text !== undefined) refuse(text);
}

/** Upstream stops at the first undeclared member of an object. */
function visitMembers(value: JsonObject, { schema }: Place, path: string, faults: string[]): void {
  for (const key of Object.keys(value)) {
    const below = `${path}.${key}`;
    if (schema?.type === 'map') {
      visit(value[key], entryPlace(schema), below, faults);
      continue;
    }
    if (schema?.type !== 'struct') continue;
    const field = schema.memberByName.get(key);
    if (field) visit(value[key], memberPlace(field), below, faults);
    else if (!isOpen(schema)) {
      faults.push(`${below}: field not declared in schema`);
      return;
    }
  }
}

/** Objects that declare nothing may have any member. */
function isOpen(schema: StructSchema): boolean {
  return schema.open === true || schema.members.length === 0;
}

function visitItems(list: readonly unknown[], schema: ListSchema, place: Place, path: string, faults: string[]): void {
  const keys = place.field?.listType === 'map' ? place.field.listMapKeys : undefined;
  const shape = shapeOf(place, list);
  const item = elementPlace(schema);
  const seen = new Set<string>();
  for (const [index, value] of list.entries()) {
    if (shape.type !== 'list') {
      visit(value, item, `${path}[${index}]`, faults);
      continue;
    }
    const element = shape.elementOf(value);
    if (element === undefined) {
      // Nothing can be said of the items after one that has no name.
      faults.push(`${path}: element ${index}: ${keys ? keyedFault(value, keys) : setFault(value)}`);
      return;
    }
    if (seen.has(element)) faults.push(`${path}: duplicate entries for key ${elementText(element)}`);
    seen.add(element);
    visit(value, item, `${path}${elementText(element)}`, faults);
  }
}

function keyedFault(item: unknown, keys: readonly string[]): string {
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isObject(item)) return 'associative list with keys may not have non-map elements';
  const listed = keys.map((key) => JSON.stringify(key)).join(' ');
  return `associative list with keys has an element that omits all key fields [${listed}] (and doesn't have default values for any key fields)`;
}

function setFault(item: unknown): string {
  if (item === null) return "associative list without keys has an element that's an explicit null";
  return Array.isArray(item)
    ? 'not supported: associative list with lists as elements'
    : "associative list without keys has an element that's a map type";
}

function scalarFault(type: ScalarType, value: unknown): string | undefined {
  switch (type) {
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goTypeOf(value)}`;
    case 'bool':
      return typeof value === 'boolean' ? undefined : `expected boolean, got &{${goText(value)}}`;
    case 'string':
    case 'bytes':
    case 'Time':
    case 'MicroTime':
    case 'Duration':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case 'Quantity':
    case 'IntOrString':
      return typeof value === 'object' ? `expected any scalar, got &{${goText(value)}}` : undefined;
    default:
      return undefined;
  }
}

/** Paths of lists, maps and structs that are one value: '.spec.containers[0].args'. */
export function atomicPlaces(configuration: unknown, schema: StructSchema | undefined): readonly string[] {
  const found: string[] = [];
  findAtomic(configuration, rootPlace(schema), '', found);
  return found;
}

/** Places that are one value are looked into as well. */
function findAtomic(value: unknown, place: Place, path: string, found: string[]): void {
  const { schema } = place;
  if (schema?.type === 'list' && Array.isArray(value)) {
    if (shapeOf(place, value).type === 'leaf') found.push(path);
    const element = elementPlace(schema);
    for (const [index, item] of value.entries()) findAtomic(item, element, `${path}[${index}]`, found);
    return;
  }
  if (!isObject(value) || (schema?.type !== 'struct' && schema?.type !== 'map')) return;
  if (shapeOf(place, value).type === 'leaf') found.push(path);
  for (const key of Object.keys(value)) {
    if (schema.type === 'map') {
      findAtomic(value[key], entryPlace(schema), `${path}.${key}`, found);
      continue;
    }
    const field = schema.memberByName.get(key);
    if (field) findAtomic(value[key], memberPlace(field), `${path}.${key}`, found);
  }
}
