/** Valid objects by kind, and the values that fields have: all of it from the requests and answers of test/golden/validation. */

import { readdirSync, readFileSync } from 'node:fs';
import type { ResourceDefinition } from '#api/definition.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { Schema } from '#api/schema/schema.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { type GoldenAnswer, type GoldenCase, goldenNamespace } from '../validation/golden-case.ts';

/** What the corpora have in a field, by 'Type.member'. */
export type Known = (declared: string) => readonly unknown[];

export interface Seeds {
  readonly definition: ResourceDefinition;
  readonly schema: Schema;
  /** Of the collection. */
  readonly path: string;
  /** Bodies that upstream took. */
  readonly bodies: readonly unknown[];
}

const folder = new URL('../validation/', import.meta.url);
const mostKnown = 40;
const schemas = new SchemaRegistry(builtinTables);

/** Kinds whose resource or group is named; all when none is. */
export async function readSeeds(
  namespace: string,
  wanted: readonly string[],
): Promise<{ seeds: Seeds[]; known: Known }> {
  const taken = new Map<string, Map<string, unknown>>();
  const values = new Map<string, Map<string, unknown>>();
  for (const [{ method, path, body }, answer] of await recorded()) {
    const definition = method === 'POST' ? definitionAt(path) : undefined;
    if (!definition || typeof body !== 'object' || body === null) continue;
    const text = JSON.stringify(body).replaceAll(goldenNamespace, namespace);
    const object = JSON.parse(text);
    remember(values, schemaOf(definition), object);
    if (answer.code >= 400) continue;
    const key = keyOf(definition);
    taken.set(key, (taken.get(key) ?? new Map()).set(text, object));
  }
  const seeds = builtinDefinitions
    .filter((definition) => wanted.length === 0 || wanted.some((name) => isNamed(definition, name)))
    .flatMap((definition) => {
      const bodies = [...(taken.get(keyOf(definition))?.values() ?? [])];
      if (bodies.length === 0) return [];
      return [{ definition, schema: schemaOf(definition), path: pathOf(definition, namespace), bodies }];
    });
  return { seeds, known: (declared) => [...(values.get(declared)?.values() ?? [])] };
}

function isNamed({ group, plural }: ResourceDefinition, name: string): boolean {
  return name === plural || name === (group || 'core') || name === `${plural}.${group}`;
}

async function recorded(): Promise<[GoldenCase, GoldenAnswer][]> {
  const found: [GoldenCase, GoldenAnswer][] = [];
  const groups = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: group } of groups) {
    for (const file of readdirSync(new URL(group, folder)).filter((name) => name.endsWith('.cases.ts'))) {
      const { cases } = (await import(new URL(`${group}/${file}`, folder).href)) as { cases: readonly GoldenCase[] };
      const path = new URL(`${group}/${file.replace('.cases.ts', '.json')}`, folder);
      const answers = JSON.parse(readFileSync(path, 'utf8')) as Record<string, GoldenAnswer>;
      for (const one of cases) {
        const answer = answers[one.name];
        if (answer && !one.as) found.push([one, answer]);
      }
    }
  }
  return found;
}

/** Of a collection's path as the cases write it. */
function definitionAt(path: string): ResourceDefinition | undefined {
  const whole = path.startsWith('/') ? path : `/api/v1/namespaces/${goldenNamespace}/${path}`;
  return builtinDefinitions.find((definition) => pathOf(definition, goldenNamespace) === whole);
}

function pathOf({ group, version, plural, scope }: ResourceDefinition, namespace: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return scope === 'Namespaced' ? `${root}/namespaces/${namespace}/${plural}` : `${root}/${plural}`;
}

function keyOf({ group, version, plural }: ResourceDefinition): string {
  return `${group}/${version}/${plural}`;
}

export function schemaOf({ group, version, kind }: Pick<ResourceDefinition, 'group' | 'version' | 'kind'>): Schema {
  const schema = schemas.kind(group, version, kind);
  if (!schema) throw new Error(`no schema of ${group}/${version} ${kind}`);
  return schema;
}

function remember(values: Map<string, Map<string, unknown>>, schema: Schema, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (schema.type === 'list' || schema.type === 'map') {
    for (const inner of Object.values(value)) remember(values, schema.element, inner);
  }
  if (schema.type !== 'struct') return;
  for (const [key, inner] of Object.entries(value)) {
    const member = schema.memberByName.get(key);
    if (!member) continue;
    const declared = `${schema.name}.${key}`;
    const known = values.get(declared) ?? new Map<string, unknown>();
    const text = JSON.stringify(inner);
    if (known.size < mostKnown && text !== undefined && text.length < 2000) known.set(text, inner);
    values.set(declared, known);
    remember(values, member.schema, inner);
  }
}
