/** No kind may lose what is recorded of it: every stored kind has accepted and invalid writes, updates both ways, and writes of its status. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { builtinDefinitions } from '#kinds/all.ts';
import { casesOfKinds } from './case-counts.ts';
import type { GoldenAnswer, GoldenCase } from './golden-case.ts';

const folder = new URL('./', import.meta.url);
const leastInvalid = 15;
const leastRefusedUpdates = 2;

interface Count {
  all: number;
  accepted: number;
  invalid: number;
  updates: number;
  refusedUpdates: number;
  statusWrites: number;
}

const writes: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
const counts = await countCases();
const stored = builtinDefinitions.filter(({ stored: isStored, verbs }) => isStored && verbs.includes('create'));

test('every stored kind has golden cases of all sorts', () => {
  assert.deepEqual(stored.flatMap(lacks), []);
});

function lacks({ group, plural, hasStatus, verbs, subresources }: (typeof stored)[number]): string[] {
  const kind = `${group}/${plural}`;
  const count = counts.get(kind);
  if (!count) return [`${kind} has no golden cases`];
  const writesStatus = hasStatus && subresources.some(({ name }) => name === 'status');
  return [
    ...(count.invalid < leastInvalid ? [`${kind} has ${count.invalid} invalid writes`] : []),
    ...(count.accepted === 0 ? [`${kind} has no accepted writes`] : []),
    ...(verbs.includes('update') && count.updates === count.refusedUpdates ? [`${kind} has no updates`] : []),
    ...(verbs.includes('update') && count.refusedUpdates < leastRefusedUpdates
      ? [`${kind} has ${count.refusedUpdates} refused updates`]
      : []),
    ...(writesStatus && count.statusWrites === 0 ? [`${kind} has no writes of its status`] : []),
  ];
}

test('every kind that is only asked has golden cases', () => {
  // Bindings of the core group are an older way to say pods/binding.
  const asked = builtinDefinitions.filter(({ stored: isStored, group, plural }) => {
    return !isStored && group !== '' && (counts.get(`${group}/${plural}`)?.all ?? 0) < leastInvalid;
  });
  assert.deepEqual(
    asked.map(({ plural }) => plural),
    [],
  );
});

test('no kind has fewer golden cases than it had', () => {
  const shrunk = Object.entries(casesOfKinds).filter(([kind, least]) => (counts.get(kind)?.all ?? 0) < least);
  assert.deepEqual(shrunk, []);
});

async function countCases(): Promise<Map<string, Count>> {
  const found = new Map<string, Count>();
  for (const { name: group } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    for (const file of readdirSync(new URL(group, folder)).filter((name) => name.endsWith('.cases.ts'))) {
      const { cases } = (await import(new URL(`${group}/${file}`, folder).href)) as {
        readonly cases: readonly GoldenCase[];
      };
      const path = new URL(`${group}/${file.replace('.cases.ts', '.json')}`, folder);
      const answers = JSON.parse(readFileSync(path, 'utf8')) as Record<string, GoldenAnswer>;
      for (const made of cases) addCase(found, made, answers[made.name]?.code ?? 0);
    }
  }
  return found;
}

function addCase(found: Map<string, Count>, { method, path }: GoldenCase, code: number): void {
  const place = placeOf(path);
  if (!writes.has(method) || !place) return;
  const count = found.get(place.kind) ?? {
    all: 0,
    accepted: 0,
    invalid: 0,
    updates: 0,
    refusedUpdates: 0,
    statusWrites: 0,
  };
  count.all++;
  if (code < 400) count.accepted++;
  // What is not found or not wanted by its version says nothing of the kind.
  const isInvalid = code === 422 || code === 400;
  if (isInvalid) count.invalid++;
  if (method !== 'POST') {
    count.updates++;
    if (isInvalid || code === 403) count.refusedUpdates++;
  }
  if (place.subresource === 'status') count.statusWrites++;
  found.set(place.kind, count);
}

/** Short paths are those of the core group in the namespace of the cases. */
function placeOf(path: string): { readonly kind: string; readonly subresource: string } | undefined {
  const whole = path.startsWith('/') ? path : `/api/v1/namespaces/x/${path}`;
  const match =
    /^\/(?:api|apis\/(?<group>[^/]+))\/[^/]+\/(?:namespaces\/[^/]+\/(?!status|finalize))?(?<rest>[^?]+)/.exec(whole);
  const [plural, , subresource = ''] = match?.groups?.['rest']?.split('/') ?? [];
  return plural === undefined ? undefined : { kind: `${match?.groups?.['group'] ?? ''}/${plural}`, subresource };
}
