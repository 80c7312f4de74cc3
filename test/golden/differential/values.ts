/** What is put in the place of a valid value: of its own type and of others, empty, too much, beyond every bound. */

import type { Schema, StructSchema } from '#api/schema/schema.ts';

/** Texts that fields of many meanings take or refuse. */
const texts: readonly unknown[] = [
  '',
  'a',
  'A b',
  '-a',
  'a.b/c',
  '/a/../b',
  '../x',
  'é✓',
  'a\u0007<b',
  'x'.repeat(64),
  'x'.repeat(254),
  '1',
  '1.2.3.4',
  '10.0.0.0/8',
  '::1',
  '$(A)',
  'https://a.b/c',
];
const integers: readonly unknown[] = [0, 1, -1, 65_536, 2_147_483_647, 2_147_483_648, 1e20, 1.5, '1'];
const wrong: readonly unknown[] = [null, true, 5, 'x', [], {}, [null]];

const ofScalar: Readonly<Record<string, readonly unknown[]>> = {
  string: texts,
  bool: [true, false, 'true'],
  int: integers,
  int32: integers,
  int64: [...integers, 9_223_372_036_854_775_000],
  float64: [0, -1, 0.5, 'x'],
  bytes: ['', 'YQ==', 'YQ', 'a b', 'é'],
  Time: ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.678+02:00', '2026-01-02', ''],
  MicroTime: ['2026-01-02T03:04:05.678901Z', '2026-01-02T03:04:05Z', '2026-01-02', ''],
  Duration: ['1s', '1.5h', '-1s', 'x', '', 5],
  Quantity: ['0', '1', '-1', '1.5', '1Gi', '100m', '0.5m', '1e3', '9E', '1e30', 'abc', '', '1 ', 5, 1.5],
  IntOrString: [0, 1, -1, 65_536, '0%', '50%', '101%', '-1%', '1', 'a', 'A b', '', 1.5, 3_000_000_000],
};

/** Values to try in the place of one of this schema; `known` are those that the corpora have in such a field. */
export function valuesFor(schema: Schema, known: readonly unknown[], present: unknown): unknown[] {
  return distinct([...wrong, ...known, ...ofType(schema, present)]);
}

function ofType(schema: Schema, present: unknown): readonly unknown[] {
  switch (schema.type) {
    case 'struct':
      return [];
    case 'list':
      return [
        [sampleOf(schema.element)],
        ...(Array.isArray(present) && present.length > 0 ? [[present[0], ...present], present.slice(1)] : []),
        [sampleOf(schema.element), sampleOf(schema.element)],
      ];
    case 'map':
      return ['a', '', 'A b', 'a.b/c', 'x'.repeat(64), 'é'].map((key) => ({ [key]: sampleOf(schema.element) }));
    default:
      return [
        ...(schema.values ?? []),
        ...(schema.values ? ['Bogus', 'Bo\u0007<gus'] : []),
        ...(ofScalar[schema.type] ?? []),
      ];
  }
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

const samples: Readonly<Record<string, unknown>> = {
  bool: true,
  int: 1,
  int32: 1,
  int64: 1,
  float64: 1,
  bytes: 'YQ==',
  Time: '2026-01-02T03:04:05Z',
  MicroTime: '2026-01-02T03:04:05.678901Z',
  Duration: '1s',
  Quantity: '1',
  IntOrString: 1,
};

/** A value of the type that is likely to be taken: of structs what must be there. */
export function sampleOf(schema: Schema, within: readonly StructSchema[] = []): unknown {
  switch (schema.type) {
    case 'struct':
      if (within.includes(schema)) return {};
      return Object.fromEntries(
        schema.members
          .filter(({ optional }) => !optional)
          .map(({ name, schema: member }) => [name, sampleOf(member, [...within, schema])]),
      );
    case 'list':
      return [sampleOf(schema.element, within)];
    case 'map':
      return { a: sampleOf(schema.element, within) };
    default:
      return schema.values?.[0] ?? samples[schema.type] ?? 'a';
  }
}
