/**
 * Values as upstream prints them in validation messages: its internal types are encoded as JSON without tags, so fields have
 * their names in Go and empty ones are there too.
 */

import { sortedTree } from '#base/sorted-tree.ts';
import { nilList } from './schema/zero.ts';

/** By name in Go: what stands for an absent value, or what the field is. */
export type PrintedShape = Readonly<Record<string, Absent | PrintedField>>;

/** undefined: nothing is printed. */
type Absent = string | number | boolean | null | undefined;

interface PrintedField {
  /** Its name in JSON; undefined when it is the name in Go, spelled as JSON has it. */
  readonly field?: string;
  readonly absent: Absent | 'struct' | 'embedded';
  readonly shape?: PrintedShape;
}

/** A pointer to a struct, or a list of them: null when absent. */
export function optional(shape: PrintedShape): PrintedField {
  return { absent: null, shape };
}

/** A struct that is always there. */
export function struct(shape: PrintedShape): PrintedField {
  return { absent: 'struct', shape };
}

/** Metadata that is embedded: its fields are printed among those around it, with their names in JSON. */
export const embeddedMetadata: PrintedField = {
  field: 'metadata',
  absent: 'embedded',
  shape: {
    name: undefined,
    generateName: undefined,
    namespace: undefined,
    selfLink: undefined,
    uid: undefined,
    resourceVersion: undefined,
    generation: undefined,
    creationTimestamp: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    labels: undefined,
    annotations: undefined,
    ownerReferences: undefined,
    finalizers: undefined,
    managedFields: undefined,
  },
};

/** A pointer, or a list, of a type that upstream tags: fields have their names in JSON, and empty ones are left out. */
const requirement: PrintedShape = { key: '', operator: '', values: undefined };
const selector: PrintedShape = {
  matchLabels: undefined,
  matchExpressions: { absent: undefined, shape: requirement },
};
export const labelSelector: PrintedField = optional(selector);

/** A label selector that is printed by itself. */
export function printedSelector(value: unknown): unknown {
  return value === undefined || value === null ? null : printedStruct(value, selector);
}

/** A field whose name in JSON is another one. */
export function named(field: string, value: Absent | PrintedField): PrintedField {
  return { ...fieldOf(value), field };
}

export function printedStruct(value: unknown, shape: PrintedShape): unknown {
  if (value === nilList) return null;
  if (Array.isArray(value)) return value.map((item) => printedStruct(item, shape));
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(shape).flatMap(([name, each]): [string, unknown][] => {
      const { field = jsonName(name), absent, shape: inner } = fieldOf(each);
      const given = fields[field];
      if (inner && absent === 'embedded') return Object.entries(printedStruct(given, inner) as object);
      if (inner && (given !== undefined || absent === 'struct')) return [[name, printedStruct(given, inner)]];
      return [[name, given === undefined ? absent : sortedTree(given)]];
    }),
  );
}

function fieldOf(value: Absent | PrintedField): PrintedField {
  return typeof value === 'object' && value !== null ? value : { absent: value };
}

/** 'FSType' -> 'fsType', 'IQN' -> 'iqn', 'TargetWWNs' -> 'targetWWNs'. */
function jsonName(name: string): string {
  if (/^[A-Z]+s?$/.test(name)) return name.toLowerCase();
  return name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/, (start) => start.toLowerCase());
}
