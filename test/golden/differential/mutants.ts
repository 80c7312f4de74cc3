/**
 * Mutants of valid objects, by schema: every field of a kind at least once, where a valid object has it or, failing that, where its
 * parent can be made. Types that many kinds share and that are large (PodSpec, ObjectMeta) are gone through once a run and in samples
 * after that.
 */

import type { Schema } from '#api/schema/schema.ts';
import { chance, type Draw } from '../apply/random-writers.ts';
import type { Known } from './seeds.ts';
import { sampleOf, valuesFor } from './values.ts';

export type Path = readonly (string | number)[];

/** How a body becomes another: `twice` says a member a second time with the value. */
export interface Mutation {
  readonly path: Path;
  readonly op: 'set' | 'drop' | 'twice';
  readonly value?: unknown;
}

export interface Mutant {
  readonly body: unknown;
  /** One, or several that are made one after the other. */
  readonly mutations: readonly Mutation[];
  /** Field without indices and keys. */
  readonly field: string;
}

interface Instance {
  readonly body: unknown;
  readonly path: Path;
}

export interface Walk {
  readonly draw: Draw;
  /** Share of mutants that are kept of large types gone through before. */
  readonly sample: number;
  readonly known: Known;
  /** Large types gone through. */
  readonly visited: Set<string>;
}

const large: ReadonlySet<string> = new Set([
  'PodSpec',
  'ObjectMeta',
  'PersistentVolumeClaimSpec',
  'JobSpec',
  'EphemeralContainerCommon',
]);
const deepest = 24;

/** All mutants of one mutation; `from` is the field to begin with ('spec.ephemeralContainers'), all of the object otherwise. */
export function mutantsOf(schema: Schema, bodies: readonly unknown[], walk: Walk, from?: string): Mutant[] {
  const instances = bodies.map((body) => ({ body, path: [] }));
  return [...below(schema, '', instances, walk, 1, from?.split('.'))];
}

function* below(
  schema: Schema,
  field: string,
  instances: readonly Instance[],
  walk: Walk,
  share: number,
  [only, ...then]: readonly string[] = [],
): Generator<Mutant> {
  const [first] = instances;
  if (!first || first.path.length > deepest) return;
  if (schema.type === 'list' || schema.type === 'map') {
    const inner = instances.flatMap(({ body, path }) => {
      const value = valueAt(body, path);
      const [key] = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      return key === undefined ? [] : [{ body, path: [...path, schema.type === 'list' ? Number(key) : key] }];
    });
    const made = inner.length > 0 ? inner : [withSample(first, schema.type === 'list' ? 0 : 'a', schema.element)];
    yield* at(schema.element, `${field}${schema.type === 'list' ? '[]' : '{}'}`, made, walk, share);
  }
  if (schema.type !== 'struct') return;
  const name = `${schema.package}.${schema.name}`;
  const isLarge = large.has(schema.name) && only === undefined;
  const again = isLarge && walk.visited.has(name);
  if (isLarge) walk.visited.add(name);
  const kept = again ? share * walk.sample : share;
  for (const member of schema.members) {
    if (only !== undefined && member.name !== only) continue;
    const holders = instances
      .map(({ body, path }) => ({ body, path: [...path, member.name] }))
      .filter(({ body, path }) => valueAt(body, path) !== undefined);
    const made = holders.length > 0 ? holders : [withSample(first, member.name, member.schema)];
    const path = field === '' ? member.name : `${field}.${member.name}`;
    if (then.length > 0) {
      yield* below(member.schema, path, made, walk, kept, then);
      continue;
    }
    yield* at(member.schema, path, made, walk, kept, `${schema.name}.${member.name}`);
  }
  const unknown = { path: [...first.path, 'unknownField'], op: 'set', value: 'x' } as const;
  if (chance(walk.draw, kept)) yield { body: first.body, mutations: [unknown], field: `${field}.?` };
}

/** Mutants of a value and of what is below it. */
function* at(
  schema: Schema,
  field: string,
  instances: readonly Instance[],
  walk: Walk,
  share: number,
  declared?: string,
): Generator<Mutant> {
  const { body, path } = shortest(instances);
  const present = valueAt(body, path);
  const mutations: Mutation[] = [
    { path, op: 'drop' },
    { path, op: 'set', value: present },
    ...(typeof path.at(-1) === 'string' ? [{ path, op: 'twice' as const, value: present }] : []),
    ...valuesFor(schema, declared === undefined ? [] : walk.known(declared), present).map((value) => ({
      path,
      op: 'set' as const,
      value,
    })),
  ];
  for (const mutation of mutations) if (chance(walk.draw, share)) yield { body, mutations: [mutation], field };
  yield* below(schema, field, instances, walk, share);
}

/** The smallest body says the least beside what is changed. */
function shortest(instances: readonly Instance[]): Instance {
  return instances.reduce((least, one) => (sizeOf(one) < sizeOf(least) ? one : least));
}

const sizes = new WeakMap<object, number>();
function sizeOf({ body }: Instance): number {
  const known = sizes.get(body as object);
  if (known !== undefined) return known;
  const size = JSON.stringify(body).length;
  sizes.set(body as object, size);
  return size;
}

function withSample({ body, path }: Instance, key: string | number, schema: Schema): Instance {
  const whole = [...path, key];
  return { body: changed(body, { path: whole, op: 'set', value: sampleOf(schema) }), path: whole };
}

export function valueAt(body: unknown, path: Path): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

const twiceMark = '\u0001twice';

function changed(body: unknown, { path: [key, ...rest], op, value }: Mutation): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(body) ? [...body] : { ...(body as object) }) as Record<string | number, unknown>;
  if (rest.length > 0) {
    copy[key] = changed(copy[key] ?? (typeof rest[0] === 'number' ? [] : {}), {
      path: rest,
      op,
      value,
    });
  } else if (op === 'twice') copy[`${key}${twiceMark}`] = value;
  else if (op === 'set') copy[key] = value;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else delete copy[key];
  return copy;
}

/** The mutant's JSON; a mutation that does not fit any more after others is left out. */
export function textOf(body: unknown, mutations: readonly Mutation[]): string {
  let whole = body;
  for (const mutation of mutations) {
    const holder = valueAt(whole, mutation.path.slice(0, -1));
    if (typeof holder === 'object' && holder !== null) whole = changed(whole, mutation);
  }
  return JSON.stringify(whole).replaceAll('\\u0001twice', '');
}
