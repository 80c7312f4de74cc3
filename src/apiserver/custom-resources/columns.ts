/** Printer columns of a custom resource (apiextensions registry/customresource/tableconvertor). */

import { encodeTree } from '#api/codec/json-encode.ts';
import type { Column } from '#api/definition.ts';
import { goText } from '#api/go-format.ts';
import type { KubeObject } from '#api/object.ts';
import { ageOf, parseTime } from '#api/time.ts';
import { type JsonPath, parseJsonPath, valuesAt } from './json-path.ts';
import type { PrinterColumn } from './json-schema.ts';

const defaultColumns: readonly PrinterColumn[] = [
  {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    description: 'When the server made the object.',
  },
];

const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Unique among the objects of its kind, and of its namespace if it has one.',
  cell: (object) => object.metadata?.name ?? '',
};

/** Name, and what the version declares up to what is no path; Age where it declares nothing. */
export function columnsOf(declared: readonly PrinterColumn[] | undefined): readonly Column<KubeObject>[] {
  const columns: Column<KubeObject>[] = [nameColumn];
  for (const column of declared && declared.length > 0 ? declared : defaultColumns) {
    const path = parseJsonPath(column.jsonPath);
    if (!path) break;
    columns.push(columnOf(column, path));
  }
  return columns;
}

function columnOf(
  { name, type, format, description, priority, jsonPath }: PrinterColumn,
  path: JsonPath,
): Column<KubeObject> {
  return {
    name,
    type: type as Column<KubeObject>['type'],
    ...(format === undefined ? {} : { format }),
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    ...(priority === undefined ? {} : { priority }),
    cell: (object, nowMs) => {
      const values = valuesAt(object, path);
      return values.length === 0 ? null : cellOf(type, values[0], nowMs);
    },
  };
}

/** A value that is not of the column's type is left empty; of several, the first is shown. */
function cellOf(type: string, value: unknown, nowMs: number): string | number | boolean | null {
  switch (type) {
    case 'string':
      return textOf(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateText(value, nowMs) : null;
    default:
      return null;
  }
}

function dateText(value: string, nowMs: number): string {
  if (value === '' || value === 'null') return '<unknown>';
  return parseTime(value) === undefined ? '<invalid>' : ageOf(value, nowMs);
}

function textOf(value: unknown): string {
  if (value === null) return '<no value>';
  return typeof value === 'object' ? encodeTree(value) : goText(value);
}
