/** Our descriptions against what the documents publish: every type and field of a described package has one, and none belongs to nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { componentName, type SchemaObject } from '#api/openapi/components.ts';
import { readDescriptions } from '#api/openapi/descriptions.ts';
import { groupVersionsOf, openApiV3, openApiV3Groups } from '#api/openapi/v3.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinDescriptions, describedPackages } from '#kinds/descriptions/all.ts';
import { builtinTables } from '#kinds/schemas.ts';

const registry = new SchemaRegistry(builtinTables);
const options = { version: '1.36', enums: true, descriptions: builtinDescriptions };
const documents = [
  ...groupVersionsOf(builtinDefinitions).map(({ group, version }) =>
    openApiV3(registry, builtinDefinitions, group, version, options),
  ),
  ...Array.from(openApiV3Groups(registry, builtinDefinitions, options).values(), (make) => make()),
];
const published = new Map(
  documents.flatMap((document) =>
    Object.entries((document.components as { schemas: Record<string, SchemaObject> }).schemas),
  ),
);
const propertiesOf = (schema: SchemaObject) =>
  Object.entries((schema.properties ?? {}) as Record<string, SchemaObject>);

/** Structs that stand in others only, whose fields are described once, here: by the name that a published one would have. */
const inlined = new Map(
  builtinTables
    .flatMap(({ group, version }) =>
      registry.typeNames(group, version).flatMap((name) => registry.kind(group, version, name) ?? []),
    )
    .flatMap(({ fields }) => fields)
    .flatMap(({ inline, schema }) =>
      inline && schema.type === 'struct' ? [[componentName(schema.package, schema.name), schema] as const] : [],
    ),
);
const fieldsOf = (name: string): readonly string[] | undefined => {
  const schema = published.get(name);
  return schema ? propertiesOf(schema).map(([field]) => field) : inlined.get(name)?.fields.map((field) => field.name);
};

for (const described of describedPackages) {
  test(`every type and field of ${described.package} is described`, () => {
    const prefix = componentName(described.package, '');
    const missing = [...published].flatMap(([name, schema]) => {
      if (!name.startsWith(prefix)) return [];
      const type = name.slice(prefix.length);
      return [
        ...(schema.description ? [] : [type]),
        ...propertiesOf(schema).flatMap(([field, { description }]) => (description ? [] : [`${type}.${field}`])),
      ];
    });
    assert.deepEqual(missing, []);
  });

  test(`each description of ${described.package} is of something, once, and a sentence`, () => {
    const { texts, models } = readDescriptions(described.text);
    assert.equal(texts.size, described.text.trim().split('\n').length);
    for (const [type, model] of models)
      assert.ok(texts.has(model), `${type} has the fields of ${model}, which is not described`);
    for (const [key, text] of texts) {
      assert.match(text, /^[A-Z$0-9].*\.$/, key);
      assert.ok(text.length <= 400, `${key} is too long`);
      const [type = '', field] = key.split('.');
      const fields = fieldsOf(componentName(described.package, type));
      assert.ok(fields, `nothing publishes ${type}`);
      if (field) assert.ok(fields.includes(field), `${type} has no ${field}`);
    }
  });
}

test('every operation and parameter is described', () => {
  const missing = documents.flatMap((document) =>
    Object.entries(document.paths as Record<string, Record<string, unknown>>).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, entry]) => {
        if (method === 'parameters') return parametersWithout(path, entry);
        const operation = entry as SchemaObject;
        return [
          ...(operation.description ? [] : [`${method} ${path}`]),
          ...parametersWithout(`${method} ${path}`, operation.parameters ?? []),
        ];
      }),
    ),
  );
  assert.deepEqual([...new Set(missing)], []);
});

function parametersWithout(place: string, parameters: unknown): string[] {
  return (parameters as { name: string; description?: string }[]).flatMap(({ name, description }) =>
    description ? [] : [`${place}: ${name}`],
  );
}
