/**
 * What holds for all writers in all orders: random sequences of each kind are played, and after every step the rules of server-side apply are
 * checked on what the server answers. A failing seed is named by the test.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeFieldSet, emptyFieldSet, type FieldSet } from '#api/apply/field-set.ts';
import { rootPlace } from '#api/apply/place.ts';
import { compare, fieldsOf } from '#api/apply/typed.ts';
import type { ManagedFieldsEntry } from '#api/generated/meta-v1.ts';
import { jsonEqual } from '#api/patch/json-tree.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { goldenNamespace, type RawAnswer } from '../validation/golden-case.ts';
import type { World } from '../validation/world.ts';
import { kinds } from './kinds.ts';
import { type Kind, pick, randomSteps, seeded } from './random-writers.ts';
import { sharedWorld } from './shared-world.ts';
import type { Step } from './steps.ts';

/** More with APPLY_SEEDS. */
const seedsPerKind = Number(process.env.APPLY_SEEDS ?? 4);
const stepsEach = 30;
/** No seed of the recorded ones. */
const firstSeed = 10_000;

const schemas = new SchemaRegistry(builtinTables);

interface Stored {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly managedFields?: readonly ManagedFieldsEntry[];
  };
}

describe('random writers', () => {
  const { world, tick } = sharedWorld();
  for (const [name, kind] of Object.entries(kinds)) {
    for (let seed = firstSeed; seed < firstSeed + seedsPerKind; seed++) {
      test(`${name}, seed ${seed}`, () => checkSequence(world(), tick, kind, seed));
    }
  }
});

describe('appliers that state disjoint fields', () => {
  const { world } = sharedWorld();
  for (let seed = firstSeed; seed < firstSeed + seedsPerKind; seed++) {
    test(`any order gives the same, seed ${seed}`, () => checkOrder(world(), seed));
  }
});

async function checkSequence(world: World, tick: () => string, kind: Kind, seed: number): Promise<void> {
  const name = `seed-${seed}`;
  const path = `${kind.path}/${name}`;
  let before: Stored | undefined;
  for (const [index, step] of randomSteps(seed, kind, name, stepsEach).entries()) {
    const time = tick();
    const answer = await ask(world, step);
    const after = await stored(world, path);
    const what = `seed ${seed}, step ${index + 1}: ${JSON.stringify(step)}`;
    assert(answer.code < 500 || answer.code === 500, what);
    if (after) {
      checkEntries(after, what);
      checkTimes(before, after, time, what);
    }
    if (answer.code >= 400 || isDryRun(step)) assert.deepEqual(after, before, `refused or dry run: ${what}`);
    if (isApply(step) && answer.code < 300 && after && !isDryRun(step))
      await checkApplied(world, path, step, after, kind, what);
    if (answer.code === 409 && isApply(step) && !isDryRun(step) && before?.metadata.managedFields)
      await checkConflict(world, path, step, answer, before, what);
    before = await stored(world, path);
  }
}

/** Entries are of different managers, in order, and say something; nobody owns what the server decides. */
function checkEntries({ metadata }: Stored, what: string): void {
  const entries = metadata.managedFields ?? [];
  const keys = entries.map((entry) => [
    entry.operation,
    entry.time ?? '',
    entry.manager ?? '',
    entry.apiVersion ?? '',
    entry.subresource ?? '',
  ]);
  const inOrder = [...keys].sort((a, b) => (a.join('\0') < b.join('\0') ? -1 : 1));
  assert.deepEqual(keys, inOrder, what);
  for (const entry of entries) {
    const set = decodeFieldSet(entry.fieldsV1);
    assert(set && !set.isEmpty, what);
    for (const path of set.paths()) {
      assert(!/^\.(apiVersion|kind|metadata)$/.test(path), `${path}: ${what}`);
      assert(
        !/^\.metadata\.(name|namespace|uid|resourceVersion|managedFields|generation)/.test(path),
        `${path}: ${what}`,
      );
    }
  }
}

/** A time is that of the step in which something of its entry changed, or none, or as it was. */
function checkTimes(before: Stored | undefined, after: Stored, time: string, what: string): void {
  const timesBefore = (before?.metadata.managedFields ?? []).map((entry) => entry.time);
  for (const entry of after.metadata.managedFields ?? []) {
    if (entry.time !== undefined && entry.time !== time) assert(timesBefore.includes(entry.time), what);
  }
  if (before && jsonEqual(withoutTimes(before), withoutTimes(after))) assert.deepEqual(after, before, what);
}

function withoutTimes({ metadata, ...rest }: Stored): unknown {
  const { resourceVersion: _, managedFields = [], ...others } = metadata;
  return { ...rest, metadata: { ...others, managedFields: managedFields.map((entry) => ({ ...entry, time: '' })) } };
}

/** Who has applied has what was stated, with the stated values, and applying it again changes nothing. */
async function checkApplied(
  world: World,
  path: string,
  step: Step,
  after: Stored,
  { apiVersion, kind }: Kind,
  what: string,
): Promise<void> {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const schema = schemas.kind(group, version, kind);
  if (schema && !step.path.includes('/status')) {
    const place = rootPlace(schema);
    const { changed } = compare(step.body, after, place, false);
    const stated = fieldsOf(step.body, place);
    // Quantities are stored in their canonical form, nulls and zero values not at all.
    const lost = stated
      .intersection(changed)
      .paths()
      .filter((field) => !/\.(cpu|memory)$/.test(field) && !isNullAt(step.body, field));
    assert.deepEqual(lost, [], `stated fields have other values: ${what}`);
    const own = entryOf(after, step);
    for (const field of own.paths()) assert(stated.paths().includes(field), `${field} was not stated: ${what}`);
  }
  const again = { ...step, path: `${step.path}&force=true` };
  // A list that the applier states to be empty goes with the last of its elements, and comes back (recorded: 'emptied').
  const settled = JSON.stringify(step.body).includes('[]') ? await applied(world, path, again) : after;
  assert.deepEqual(await applied(world, path, again), settled, `the same again is no change: ${what}`);
}

async function applied(world: World, path: string, step: Step): Promise<Stored | undefined> {
  assert((await ask(world, step)).code < 300, JSON.stringify(step));
  return stored(world, path);
}

/** The fields of a conflict are others', and with force the applier has them. */
async function checkConflict(
  world: World,
  path: string,
  step: Step,
  answer: RawAnswer,
  before: Stored,
  what: string,
): Promise<void> {
  const { causes = [] } =
    (answer.body as { readonly details?: { readonly causes?: readonly { readonly field: string }[] } }).details ?? {};
  const fields = causes.map(({ field }) => field);
  if (fields.length === 0) return;
  const others = ownersOf(before, step);
  for (const field of fields) assert(others.paths().includes(field), `${field} is nobody's: ${what}`);
  const forced = await ask(world, { ...step, path: `${step.path}&force=true` });
  if (forced.code >= 300) return;
  const after = await stored(world, path);
  // The last finalizer of an object that was being deleted may have gone.
  if (!after) return;
  for (const field of fields) {
    assert(!ownersOf(after, step).paths().includes(field), `${field} was not taken: ${what}`);
  }
}

async function checkOrder(world: World, seed: number): Promise<void> {
  const draw = seeded(seed);
  const path = `${kinds.configMap.path}/ordered`;
  const parts = ['a', 'b', 'c', 'd'].map((manager) => ({
    method: 'PATCH' as const,
    path: `${path}?fieldManager=${manager}`,
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'ordered', labels: { [manager]: pick(draw, ['1', '2']) } },
      data: { [`${manager}1`]: pick(draw, ['1', '2']), [`${manager}2`]: pick(draw, ['1', '2']) },
    },
  }));
  const play = async (steps: readonly Step[]): Promise<unknown> => {
    for (const step of steps) assert((await ask(world, step)).code < 300);
    const made = await stored(world, path);
    assert(made);
    await ask(world, { method: 'DELETE', path });
    const { uid: _uid, resourceVersion: _version, ...metadata } = made.metadata as Stored['metadata'] & { uid: string };
    return { ...made, metadata };
  };
  const shuffled = parts.map((step) => ({ step, at: draw() })).sort((a, b) => a.at - b.at);
  assert.deepEqual(await play(shuffled.map(({ step }) => step)), await play(parts));
}

function entryOf(object: Stored, step: Step): FieldSet {
  const entry = object.metadata.managedFields?.find((candidate) => isOwn(candidate, step));
  return decodeFieldSet(entry?.fieldsV1) ?? emptyFieldSet;
}

function ownersOf(object: Stored, step: Step): FieldSet {
  const others = (object.metadata.managedFields ?? []).filter((entry) => !isOwn(entry, step));
  return others.reduce((all, { fieldsV1 }) => all.union(decodeFieldSet(fieldsV1) ?? emptyFieldSet), emptyFieldSet);
}

function isOwn({ operation, manager, subresource = '' }: ManagedFieldsEntry, { path }: Step): boolean {
  const url = new URL(path, 'http://localhost');
  const own = url.pathname.endsWith('/status') ? 'status' : '';
  return operation === 'Apply' && manager === url.searchParams.get('fieldManager') && subresource === own;
}

/** A path of members. */
function isNullAt(value: unknown, path: string): boolean {
  const names = path.split('.').slice(1);
  if (path.includes('[')) return false;
  if (path.includes("'c.d'") || path.endsWith('.c.d')) names.splice(-2, 2, 'c.d');
  let at = value;
  for (const name of names) at = (at as Readonly<Record<string, unknown>> | undefined)?.[name];
  return at === null;
}

function isApply({ contentType }: Step): boolean {
  return contentType === 'application/apply-patch+yaml';
}

function isDryRun({ path }: Step): boolean {
  return path.includes('dryRun=All');
}

function ask(world: World, { method, path, body, contentType = 'application/json' }: Step): Promise<RawAnswer> {
  return world.send({ method, path, contentType, ...(body === undefined ? {} : { body }) });
}

async function stored(world: World, path: string): Promise<Stored | undefined> {
  assert(path.includes(goldenNamespace));
  const { code, body } = await ask(world, { method: 'GET', path });
  return code === 200 ? (body as Stored) : undefined;
}
