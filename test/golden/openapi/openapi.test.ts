/**
 * Our OpenAPI documents against upstream's published ones (api/openapi-spec, without descriptions): every path, operation id, parameter,
 * body, response, definition, type, format, default, required and extension of what is served by default.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openApiV2 } from '#api/openapi/v2.ts';
import { groupVersionsOf, openApiV3, openApiV3Groups } from '#api/openapi/v3.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';

type Tree = Record<string, unknown>;

const registry = new SchemaRegistry(builtinTables);
const options = { version: 'unversioned', enums: false };
const served = groupVersionsOf(builtinDefinitions);

function golden(name: string): Record<string, Tree> {
  return JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, import.meta.url))).toString());
}

/** Without descriptions; a reference alone in allOf, where upstream had one beside it, as the plain reference. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, member]) => !(key === 'description' && typeof member === 'string'),
  );
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'allOf' && Array.isArray(first[1]) && first[1].length === 1)
    return normal(first[1][0]);
  return Object.fromEntries(entries.map(([key, member]) => [key, normal(member)]));
}

const v3 = golden('v3');

for (const { group, version } of served) {
  const name = group === '' ? `api/${version}` : `apis/${group}/${version}`;
  test(`OpenAPI 3 of ${name} is upstream's`, () => {
    assert.deepEqual(normal(openApiV3(registry, builtinDefinitions, group, version, options)), normal(v3[name]));
  });
}

for (const [name, make] of openApiV3Groups(registry, builtinDefinitions, options)) {
  const document = make();
  test(`OpenAPI 3 of ${name} is upstream's`, () => assert.deepEqual(normal(document), normal(v3[name])));
}

test("OpenAPI 2 is upstream's, for the group versions that are served", () => {
  const want = golden('v2') as { parameters: Tree; paths: Record<string, Tree>; definitions: Tree };
  const got = openApiV2(registry, builtinDefinitions, options) as { paths: Record<string, Tree>; definitions: Tree };
  const isServed = (path: string): boolean => {
    const [, group = '', version = ''] = /^\/apis?\/(?:([^/]+)\/)?(v\d\w*)\//.exec(path) ?? [];
    if (version !== '') return served.some((entry) => entry.group === group && entry.version === version);
    return !/openid|logs|internal|storagemigration/.test(path);
  };
  /** Upstream shares parameters by reference; the order of parameters says nothing. */
  const parameters = (list: unknown): unknown =>
    (list as Tree[])
      .map((entry) =>
        typeof entry.$ref === 'string' ? (want.parameters[entry.$ref.slice('#/parameters/'.length)] as Tree) : entry,
      )
      .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));
  const item = (path: Tree): Tree =>
    Object.fromEntries(
      Object.entries(path).map(([key, value]) => {
        if (key === 'parameters') return [key, parameters(value)];
        const operation = value as Tree;
        return [key, operation.parameters ? { ...operation, parameters: parameters(operation.parameters) } : operation];
      }),
    );
  const paths = (all: Record<string, Tree>): Tree =>
    Object.fromEntries(Object.entries(all).flatMap(([path, value]) => (isServed(path) ? [[path, item(value)]] : [])));
  assert.deepEqual(normal(paths(got.paths)), normal(paths(want.paths)));

  // Upstream's file also lists the group versions that are off by default as kinds of these two.
  const everywhere = ['DeleteOptions', 'WatchEvent'].map((name) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`);
  for (const [name, definition] of Object.entries(got.definitions)) {
    const ignore = (value: unknown): Tree => {
      const { 'x-kubernetes-group-version-kind': _, ...rest } = value as Tree;
      return everywhere.includes(name) ? rest : (value as Tree);
    };
    assert.deepEqual(normal(ignore(definition)), normal(ignore(want.definitions[name])), name);
  }
});
