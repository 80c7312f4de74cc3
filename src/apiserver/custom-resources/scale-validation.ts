/** What the paths of a custom resource's scale point to (apiextensions registry/customresource/validator.go). */

import { type FieldError, invalid } from '#api/field-error.ts';
import { goText } from '#api/go-format.ts';
import { int64Text, isInt64 } from '#api/int64.ts';
import { isTree } from '#api/structural/schema.ts';
import type { CustomVersion } from './json-schema.ts';

type ScalePaths = NonNullable<NonNullable<CustomVersion['subresources']>['scale']>;
type Found = { readonly value: unknown } | { readonly fault: string } | undefined;

const maxReplicas = 2 ** 31 - 1;

export function scaleSpecFindings(object: unknown, { specReplicasPath }: ScalePaths): FieldError[] {
  return replicasFindings(object, specReplicasPath);
}

export function scaleStatusFindings(
  object: unknown,
  { statusReplicasPath, labelSelectorPath }: ScalePaths,
): FieldError[] {
  const errors = replicasFindings(object, statusReplicasPath);
  if (labelSelectorPath === undefined) return errors;
  const found = valueAt(object, labelSelectorPath, 'string', (value) => typeof value === 'string');
  if (found && 'fault' in found) errors.push(invalid(labelSelectorPath, '', found.fault));
  return errors;
}

function replicasFindings(object: unknown, path: string): FieldError[] {
  const found = valueAt(object, path, 'int64', (value) => typeof value === 'number' && isInt64(value));
  if (!found) return [];
  if ('fault' in found) return [invalid(path, 0, found.fault)];
  const replicas = found.value as number;
  if (replicas < 0) return [invalid(path, replicas, 'should be a non-negative integer')];
  return replicas > maxReplicas ? [invalid(path, replicas, `should be less than or equal to ${maxReplicas}`)] : [];
}

/** Undefined when there is nothing at the path. */
function valueAt(object: unknown, path: string, wanted: string, isWanted: (value: unknown) => boolean): Found {
  let value = object;
  let at = '';
  for (const name of path.replace(/^\./, '').split('.')) {
    at += `.${name}`;
    if (value === null) return undefined;
    if (!isTree(value)) return { fault: accessorError(at, value, 'map[string]interface{}') };
    if (!Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return isWanted(value) ? { value } : { fault: accessorError(at, value, wanted) };
}

function accessorError(path: string, value: unknown, wanted: string): string {
  return `${path} accessor error: ${printedValue(value)} is of the type ${goType(value)}, expected ${wanted}`;
}

function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return isInt64(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value;
}

/** As Go's %v does it. */
function printedValue(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(printedValue).join(' ')}]`;
  if (typeof value === 'number') return isInt64(value) ? int64Text(value) : goText(value);
  if (!isTree(value)) return String(value);
  const members = Object.keys(value).sort();
  return `map[${members.map((key) => `${key}:${printedValue(value[key])}`).join(' ')}]`;
}
