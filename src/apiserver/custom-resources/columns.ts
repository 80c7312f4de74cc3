/** Printer columns of a custom resource (apiextensions registry/customresource/tableconvertor). */

import type { Column } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import { ageOf } from '#api/time.ts';
import { parseJsonPath, valuesAt } from './json-path.ts';
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

/** Name, and what the version declares; Age where it declares nothing. */
export function columnsOf(declared: readonly PrinterColumn[] | undefined): readonly Column<KubeObject>[] {
  return [nameColumn, ...(declared && declared.length > 0 ? declared : defaultColumns).map(columnOf)];
}

function columnOf({ name, type, format, description, priority, jsonPath }: PrinterColumn): Column<KubeObject> {
  const path = parseJsonPath(jsonPath) ?? [];
  return {
    name,
    type: type as Column<KubeObject>['type'],
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description }),
    ...(priority === undefined ? {} : { priority }),
    cell: (object, nowMs) => cellOf(type, valuesAt(object, path), nowMs),
  };
}

/** Values that are not of the column's type are left empty. */
function cellOf(type: string, values: readonly unknown[], nowMs: number): string | number | boolean | null {
  const [value] = values;
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return Number.isNaN(Date.parse(value)) ? '<invalid>' : ageOf(value, nowMs);
    default:
      return values.map(textOf).join(' ');
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
