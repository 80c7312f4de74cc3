/** Writers in random order, from a seed: appliers with and without force, updates, patches, status and scale writes, dry runs, new beginnings. */

import type { Step } from './steps.ts';

/** Uniform in [0, 1). */
export type Draw = () => number;

/** mulberry32: small, fast, the same everywhere. */
export function seeded(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(draw: Draw, items: readonly T[]): T {
  return items[Math.floor(draw() * items.length)] as T;
}

export function chance(draw: Draw, probability: number): boolean {
  return draw() < probability;
}

/** Members whose maker drew something; undefined leaves a member out. */
export function some(draw: Draw, makers: Readonly<Record<string, () => unknown>>, probability = 0.5): object {
  const made: Record<string, unknown> = {};
  for (const [name, make] of Object.entries(makers)) {
    if (chance(draw, probability)) made[name] = make();
  }
  return made;
}

/** Between `least` and all of the items, in an order of chance. */
export function subset<T>(draw: Draw, items: readonly T[], least = 0): T[] {
  const kept = items.filter(() => chance(draw, 0.5));
  for (const item of items) if (kept.length < least && !kept.includes(item)) kept.push(item);
  return kept
    .map((item) => ({ item, at: draw() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Of the collection. */
  readonly path: string;
  /** An object that can be created: without apiVersion, kind, name. */
  readonly whole: (draw: Draw) => object;
  /** What an applier states; may be as little as nothing. */
  readonly part: (draw: Draw) => object;
  readonly status?: (draw: Draw) => object;
  readonly scale?: boolean;
  readonly strategic?: boolean;
  /** A PUT without resourceVersion is taken. */
  readonly unconditional?: boolean;
}

const appliers = ['a', 'b', 'c'];
const updaters = ['u', 'v', 'a'];
const apply = 'application/apply-patch+yaml';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const jsonPatch = 'application/json-patch+json';

export function randomSteps(seed: number, kind: Kind, name: string, count: number): Step[] {
  const draw = seeded(seed);
  const steps: Step[] = [createOrApply(draw, kind, name)];
  while (steps.length < count - 1) steps.push(...nextSteps(draw, kind, name));
  return [...steps, { method: 'GET', path: `${kind.path}/${name}` }];
}

function createOrApply(draw: Draw, kind: Kind, name: string): Step {
  return chance(draw, 0.5) ? applyStep(draw, kind, name, kind.whole(draw)) : createStep(draw, kind, name);
}

function nextSteps(draw: Draw, kind: Kind, name: string): Step[] {
  const path = `${kind.path}/${name}`;
  const manager = `fieldManager=${pick(draw, updaters)}`;
  const what = draw();
  if (what < 0.45) return [applyStep(draw, kind, name, chance(draw, 0.5) ? kind.whole(draw) : kind.part(draw))];
  if (what < 0.53 && kind.unconditional)
    return [{ method: 'PUT', path: `${path}?${manager}`, body: named(kind, name, kind.whole(draw)) }];
  if (what < 0.66) return [{ method: 'PATCH', path: `${path}?${manager}`, contentType: merge, body: kind.part(draw) }];
  if (what < 0.72 && kind.strategic)
    return [{ method: 'PATCH', path: `${path}?${manager}`, contentType: strategic, body: kind.part(draw) }];
  if (what < 0.76) {
    const body = [{ op: 'add', path: '/metadata/labels', value: { patched: pick(draw, ['1', '2']) } }];
    return [{ method: 'PATCH', path: `${path}?${manager}`, contentType: jsonPatch, body }];
  }
  if (what < 0.84 && kind.status) {
    const body = { ...named(kind, name, {}), status: kind.status(draw) };
    if (chance(draw, 0.5)) return [{ method: 'PATCH', path: `${path}/status?${manager}`, contentType: merge, body }];
    const force = chance(draw, 0.4) ? '&force=true' : '';
    const query = `fieldManager=${pick(draw, appliers)}${force}`;
    return [{ method: 'PATCH', path: `${path}/status?${query}`, contentType: apply, body }];
  }
  if (what < 0.9 && kind.scale) {
    const body = { spec: { replicas: pick(draw, [0, 1, 2]) } };
    return [{ method: 'PATCH', path: `${path}/scale?${manager}`, contentType: merge, body }];
  }
  if (what < 0.93) {
    const step = applyStep(draw, kind, name, kind.whole(draw));
    return [{ ...step, path: `${step.path}&dryRun=All` }];
  }
  if (what < 0.95) {
    const body = { metadata: { managedFields: [{}] } };
    return [{ method: 'PATCH', path: `${path}?${manager}`, contentType: merge, body }];
  }
  if (what < 0.97) return [{ method: 'DELETE', path: `${path}?gracePeriodSeconds=0` }, createOrApply(draw, kind, name)];
  return [applyStep(draw, kind, name, kind.whole(draw))];
}

function createStep(draw: Draw, kind: Kind, name: string): Step {
  const query = `fieldManager=${pick(draw, updaters)}`;
  return { method: 'POST', path: `${kind.path}?${query}`, body: named(kind, name, kind.whole(draw)) };
}

function applyStep(draw: Draw, kind: Kind, name: string, content: object): Step {
  const force = chance(draw, 0.4) ? '&force=true' : '';
  const query = `fieldManager=${pick(draw, appliers)}${force}`;
  const body = named(kind, name, content);
  return { method: 'PATCH', path: `${kind.path}/${name}?${query}`, contentType: apply, body };
}

function named({ apiVersion, kind }: Kind, name: string, content: object): object {
  const { metadata, ...rest } = content as { readonly metadata?: object };
  return { apiVersion, kind, metadata: { name, ...metadata }, ...rest };
}
