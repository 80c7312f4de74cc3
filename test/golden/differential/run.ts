/**
 * Asks our API server and upstream's the same generated requests and prints where the answers differ, by cause:
 *
 *   node test/golden/differential/run.ts --kubeconfig FILE [--seed 1] [--pairs N] [--updates [--subresource NAME]] [--sample 0.05] [--report FILE] [RESOURCE|GROUP ...]
 *
 * Creates are dry runs; updates (--updates) are dry runs of objects that are stored for it and removed again. What is the same
 * every time that upstream is asked counts; the rest is upstream's chance. --report has every difference as a line of JSON. SIGINT
 * ends it early.
 */

import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { pick, seeded } from '../apply/random-writers.ts';
import { differencesOf } from './compare.ts';
import { type Mutant, type Mutation, mutantsOf, textOf, type Walk } from './mutants.ts';
import { readSeeds, type Seeds, schemaOf } from './seeds.ts';
import { type Asked, ourSide, type Reply, type Side, upstreamSide } from './sides.ts';

const { values: options, positionals: wanted } = parseArgs({
  options: {
    kubeconfig: { type: 'string', default: '' },
    namespace: { type: 'string', default: 'differential' },
    seed: { type: 'string', default: '1' },
    pairs: { type: 'string', default: '0' },
    sample: { type: 'string', default: '0.05' },
    updates: { type: 'boolean', default: false },
    subresource: { type: 'string' },
    creates: { type: 'boolean', default: true },
    report: { type: 'string' },
  },
  allowNegative: true,
  allowPositionals: true,
});
if (options.kubeconfig === '') throw new Error('--kubeconfig is missing');

/** Requests of each side that are under way together. */
const concurrency = 8;
/** Objects of a kind that are stored for updates. */
const mostStored = 8;
const validations = ['Strict', 'Warn', 'Ignore'];
/** What views of an object write. */
const fieldsOfViews: Readonly<Record<string, readonly string[]>> = {
  ephemeralcontainers: ['spec.ephemeralContainers'],
  resize: ['spec.resources', 'spec.containers', 'spec.initContainers'],
};

/** What each side has drawn for itself. */
const identities = ['uid', 'resourceVersion'];
const { namespace } = options;
const draw = seeded(Number(options.seed));
const { seeds, known } = await readSeeds(namespace, wanted);
const walk: Walk = { draw, sample: Number(options.sample), known, visited: new Set() };
const report = options.report === undefined ? undefined : createWriteStream(options.report);

interface Group {
  count: number;
  readonly examples: string[];
}
const groups = new Map<string, Group>();
let compared = 0;
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (stopped = true));

const [ours, upstream] = [await ourSide(namespace), await upstreamSide(options.kubeconfig, namespace)];
try {
  for (const kind of seeds) {
    if (stopped) break;
    const before = compared;
    if (options.creates) await together(createsOf(kind), (asked) => compare(kind, asked.field, asked, asked));
    if (options.updates) await updatesOf(kind);
    process.stderr.write(`${kind.definition.plural}: ${compared - before} requests\n`);
  }
} finally {
  await ours.close();
  await upstream.close();
}
print();

type AskedOf = Asked & { readonly field: string };

function createsOf({ schema, bodies, path }: Seeds): AskedOf[] {
  const single = mutantsOf(schema, bodies, walk);
  return [...single, ...pairsOf(single)].map(({ body, mutations, field }) => ({
    method: 'POST',
    target: `${path}?${query()}`,
    text: textOf(body, mutations),
    field,
  }));
}

function query(): string {
  const validation = pick(draw, validations);
  return `dryRun=All&fieldManager=differential&fieldValidation=${validation}`;
}

/** Two mutations of one body at once. */
function pairsOf(single: readonly Mutant[]): Mutant[] {
  return Array.from({ length: Number(options.pairs) }, () => {
    const [one, other] = [pick(draw, single), pick(draw, single)];
    const mutations: Mutation[] = [...one.mutations, ...other.mutations];
    return { body: one.body, mutations, field: `${one.field} + ${other.field}` };
  });
}

type Body = { readonly metadata: Readonly<Record<string, unknown>>; readonly status?: unknown };

interface Stored {
  readonly name: string;
  readonly ours: Body;
  readonly upstreams: Body;
}

/** Stores objects on both sides, puts mutants of what is stored there, and removes them. */
async function updatesOf(kind: Seeds): Promise<void> {
  const { definition, path, bodies } = kind;
  if (!definition.stored || !definition.verbs.includes('update')) return;
  const names: string[] = [];
  for (const body of variedOf(bodies)) {
    const name = (body as Body).metadata?.name;
    if (typeof name !== 'string' || names.includes(name)) continue;
    const asked: Asked = { method: 'POST', target: `${path}?fieldManager=differential`, text: JSON.stringify(body) };
    const [mine, theirs] = await Promise.all([ours.ask(asked), upstream.ask(asked)]);
    if (mine.code < 300 && theirs.code < 300) names.push(name);
    else await removeFrom(mine.code < 300 ? ours : upstream, `${path}/${name}`);
  }
  for (const part of partsOf(kind)) {
    if ((options.subresource ?? part.subresource) === part.subresource) await updatesOfPart(kind, part, names);
  }
  for (const name of names) {
    for (const side of [ours, upstream]) await removeFrom(side, `${path}/${name}`);
  }
}

/** What a PUT may be about: the object, or a subresource and those of its fields that it writes. */
interface Part {
  readonly subresource: string;
  readonly schema: Seeds['schema'];
  /** All of the object but its status when absent. */
  readonly fields?: readonly string[];
}

function partsOf({ definition, schema }: Seeds): Part[] {
  const subresources = definition.subresources.flatMap(({ name, type, kind }): Part[] => {
    if (type === 'status') return [{ subresource: name, schema, fields: ['status'] }];
    if (type === 'view' && kind) return [{ subresource: name, schema: schemaOf(kind), fields: ['metadata', 'spec'] }];
    const fields = fieldsOfViews[name];
    return fields ? [{ subresource: name, schema, fields }] : [];
  });
  return [{ subresource: '', schema }, ...subresources];
}

async function updatesOfPart(
  kind: Seeds,
  { subresource, schema, fields }: Part,
  names: readonly string[],
): Promise<void> {
  const pathOf = (name: string): string => `${kind.path}/${name}${subresource === '' ? '' : `/${subresource}`}`;
  const stored: Stored[] = [];
  for (const name of names) {
    const asked: Asked = { method: 'GET', target: pathOf(name) };
    const [mine, theirs] = await Promise.all([ours.ask(asked), upstream.ask(asked)]);
    if (mine.code < 300 && theirs.code < 300) stored.push({ name, ours: bodyOf(mine), upstreams: bodyOf(theirs) });
  }
  const bodies = stored.map(({ upstreams }) => upstreams);
  const fresh = { ...walk, visited: subresource === '' ? walk.visited : new Set<string>() };
  const single = fields
    ? fields.flatMap((field) => mutantsOf(schema, bodies, fresh, field))
    : mutantsOf(schema, bodies, fresh).filter(({ field }) => !field.startsWith('status'));
  await together([...single, ...pairsOf(single)], ({ body, mutations, field }) => {
    // Samples for what is absent make bodies of their own: the object is found by its name.
    const one = stored.find(({ name }) => name === (body as Body).metadata.name);
    if (!one) return Promise.resolve();
    const toUpstream = textOf(body, mutations);
    const toOurs = identities.reduce((text, name) => {
      const member = (side: Body): string => `"${name}":${JSON.stringify(side.metadata[name])}`;
      return text.replaceAll(member(one.upstreams), member(one.ours));
    }, toUpstream);
    const asked = { method: 'PUT', target: `${pathOf(one.name)}?${query()}` } as const;
    return compare(kind, `${subresource}(update) ${field}`, { ...asked, text: toOurs }, { ...asked, text: toUpstream });
  });
}

/** Those that have the most fields which the ones before have not. */
function variedOf(bodies: readonly unknown[]): unknown[] {
  const covered = new Set<string>();
  const fields = new Map(bodies.map((body) => [body, new Set(fieldsOf(body, ''))]));
  const chosen: unknown[] = [];
  while (chosen.length < mostStored) {
    const gain = (body: unknown): number => [...(fields.get(body) ?? [])].filter((field) => !covered.has(field)).length;
    const best = bodies.filter((body) => !chosen.includes(body)).sort((a, b) => gain(b) - gain(a))[0];
    if (best === undefined || gain(best) === 0) break;
    for (const field of fields.get(best) ?? []) covered.add(field);
    chosen.push(best);
  }
  // Each under a name of its own.
  return chosen.map((body, at) => ({
    ...(body as Body),
    metadata: { ...(body as Body).metadata, name: at === 0 ? nameOf(body) : `${nameOf(body)}-${at}` },
  }));
}

function nameOf(body: unknown): string {
  return `${(body as Body).metadata?.name ?? 'differential'}`;
}

function fieldsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    fieldsOf(inner, Array.isArray(value) ? path : `${path}.${key}`),
  );
}

async function removeFrom(side: Side, target: string): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  await side.ask({ method: 'PATCH', target, headers, text: '{"metadata":{"finalizers":null}}' });
  await side.ask({ method: 'DELETE', target: `${target}?gracePeriodSeconds=0` });
}

function bodyOf({ text }: Reply): Body {
  const { metadata, ...rest } = JSON.parse(text) as Body;
  const { managedFields: _, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

async function together<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && !stopped) await run(items[next++] as T);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function compare({ definition }: Seeds, field: string, toOurs: Asked, toUpstream: Asked): Promise<void> {
  const theirs = await upstream.ask(toUpstream);
  const mine = await ours.ask(toOurs);
  compared++;
  const found = differencesOf(mine, theirs);
  if (found.length === 0 || (await isChance(mine, toUpstream))) return;
  const key = found.join('\n    ');
  const group = groups.get(key) ?? { count: 0, examples: [] };
  group.count++;
  if (group.examples.length < 4) group.examples.push(`${definition.plural} ${field}`);
  groups.set(key, group);
  report?.write(
    `${JSON.stringify({ kind: definition.plural, field, found, asked: toUpstream, ours: mine, upstream: theirs })}\n`,
  );
}

/** Whether upstream gives our answer as well when it is asked again. */
async function isChance(mine: Reply, asked: Asked): Promise<boolean> {
  for (let attempt = 0; attempt < 4; attempt++) {
    if (differencesOf(mine, await upstream.ask(asked)).length === 0) return true;
  }
  return false;
}

function print(): void {
  for (const [key, { count, examples }] of [...groups].sort(([, a], [, b]) => b.count - a.count)) {
    console.log(`${count} x ${examples.join(', ')}\n    ${key}`);
  }
  console.log(`${compared} requests, ${groups.size} groups of differences`);
}
