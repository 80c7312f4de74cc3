/** Rules of what a version has beside its schema: subresources, printer columns, selectable fields. */

import { child, duplicate, type FieldError, index, invalid, required, tooMany } from '#api/field-error.ts';
import { findField } from '#cel/rules/field-path.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresources,
  SelectableField,
} from '#kinds/generated/apiextensions-v1.ts';
import { type Schema, structuralOf, unsupportedPart } from './schema-tree.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const selectableTypes = ['string', 'boolean', 'integer'];
const maxSelectableFields = 8;

export function checkSubresources({ scale }: CustomResourceSubresources, path: string, errors: FieldError[]): void {
  if (!scale) return;
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  const check = (field: string, value: string | undefined, roots: readonly string[], where: string): void => {
    const at = child(path, 'scale', field);
    if (!value) errors.push(required(at));
    else if (!value.startsWith('.')) errors.push(invalid(at, value, 'must be a simple json path starting with .'));
    else if (!roots.some((root) => value.startsWith(root))) errors.push(invalid(at, value, where));
  };
  check('specReplicasPath', specReplicasPath, ['.spec.'], 'should be a json path under .spec');
  check('statusReplicasPath', statusReplicasPath, ['.status.'], 'should be a json path under .status');
  if (labelSelectorPath) {
    const where = 'should be a json path under either .spec or .status';
    check('labelSelectorPath', labelSelectorPath, ['.spec.', '.status.'], where);
  }
}

export function checkColumns(
  columns: readonly CustomResourceColumnDefinition[],
  path: string,
  errors: FieldError[],
): void {
  columns.forEach(({ name, type, format, jsonPath }, position) => {
    const at = index(path, position);
    const typeDetail = `must be one of ${columnTypes.join(',')}`;
    if (!name) errors.push(required(child(at, 'name')));
    if (!type) errors.push(required(child(at, 'type'), typeDetail));
    else if (!columnTypes.includes(type)) errors.push(invalid(child(at, 'type'), type, typeDetail));
    if (format && !columnFormats.includes(format)) {
      errors.push(invalid(child(at, 'format'), format, `must be one of ${columnFormats.join(',')}`));
    }
    const pathAt = child(at, 'JSONPath');
    if (!jsonPath) errors.push(required(pathAt));
    else if (!jsonPath.startsWith('.')) {
      errors.push(invalid(pathAt, jsonPath, 'must be a simple json path starting with .'));
    }
  });
}

/** `stored`: more than there may be is let stay when it is as before. */
export function checkSelectableFields(
  fields: readonly SelectableField[],
  schema: Schema,
  path: string,
  stored: boolean,
  errors: FieldError[],
): void {
  if (unsupportedPart(schema) !== undefined) return;
  const seen = new Set<string>();
  fields.forEach(({ jsonPath = '' }, position) => {
    const at = child(index(path, position), 'jsonPath');
    if (jsonPath === '') {
      errors.push(required(at));
      return;
    }
    const found = findField(jsonPath, structuralOf(schema), false);
    if (typeof found === 'string') {
      errors.push(invalid(at, jsonPath, `is an invalid path: ${found}`));
      return;
    }
    if (found.names[0] === 'metadata') errors.push(invalid(at, jsonPath, 'must not point to fields in metadata'));
    if (!selectableTypes.includes(found.schema.type ?? '')) {
      const detail =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errors.push(invalid(at, jsonPath, detail));
    }
    const key = JSON.stringify(found.names);
    if (seen.has(key)) errors.push(duplicate(at, jsonPath));
    seen.add(key);
  });
  if (seen.size > maxSelectableFields && !stored) errors.push(tooMany(path, seen.size, maxSelectableFields));
}
