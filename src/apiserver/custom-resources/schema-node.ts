/**
 * A structural schema as the nodes that server-side apply walks: which lists are keyed, which maps are one value. What the schema leaves
 * open becomes a struct without members, whose content merges member by member, as upstream deduces it.
 */

import type { FieldSchema, ListSchema, MapSchema, ScalarType, Schema, StructSchema } from '#api/schema/schema.ts';
import type { JsonSchema } from '#api/structural/schema.ts';

/** The node of a whole custom resource. */
export function resourceNode(
  kind: string,
  schema: JsonSchema,
  objectMeta: StructSchema,
  preserveUnknownFields: boolean,
): StructSchema {
  return structNode(kind, { ...schema, 'x-kubernetes-embedded-resource': true }, objectMeta, preserveUnknownFields);
}

/** `open`: the schema or one that it is in preserves unknown fields. */
function nodeOf(schema: JsonSchema, objectMeta: StructSchema, isOpen: boolean): Schema {
  const open = isOpen || schema['x-kubernetes-preserve-unknown-fields'] === true;
  // Without a type, what is there decides.
  if (schema['x-kubernetes-int-or-string'] || isUntyped(schema)) return { type: 'any', goName: 'interface {}' };
  switch (schema.type) {
    case 'array':
      return {
        type: 'list',
        goName: '[]interface {}',
        element: nodeOf(schema.items ?? {}, objectMeta, open),
        message: false,
      } satisfies ListSchema;
    case 'string':
      return scalar('string');
    case 'boolean':
      return scalar('bool');
    case 'integer':
      return scalar('int64');
    case 'number':
      return scalar('float64');
  }
  if (typeof schema.additionalProperties === 'object') {
    return {
      type: 'map',
      goName: 'map[string]interface {}',
      element: nodeOf(schema.additionalProperties, objectMeta, open),
    } satisfies MapSchema;
  }
  return structNode('', schema, objectMeta, open);
}

function isUntyped({ type, properties, items, additionalProperties }: JsonSchema): boolean {
  return !type && !properties && !items && typeof additionalProperties !== 'object';
}

function scalar(type: ScalarType): Schema {
  return { type, goName: type };
}

function structNode(name: string, schema: JsonSchema, objectMeta: StructSchema, isOpen: boolean): StructSchema {
  const open = isOpen || schema['x-kubernetes-preserve-unknown-fields'] === true;
  const members = Object.entries(schema.properties ?? {}).map(([key, property]) =>
    field(key, property, nodeOf(property, objectMeta, open)),
  );
  if (schema['x-kubernetes-embedded-resource']) {
    const own = new Set(['apiVersion', 'kind', 'metadata']);
    members.splice(0, members.length, ...members.filter((member) => !own.has(member.name)));
    members.push(
      field('apiVersion', {}, scalar('string')),
      field('kind', {}, scalar('string')),
      field('metadata', {}, objectMeta),
    );
  }
  return {
    type: 'struct',
    goName: name || 'map[string]interface {}',
    package: '',
    name,
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    open,
    union: false,
    validation: [],
    fields: members,
    members,
    memberByName: new Map(members.map((member) => [member.name, member])),
    present: [],
  };
}

function field(name: string, schema: JsonSchema, node: Schema): FieldSchema {
  const listType = schema['x-kubernetes-list-type'];
  const mapType = schema['x-kubernetes-map-type'];
  return {
    name,
    inline: false,
    goPath: name,
    schema: node,
    pointer: true,
    number: undefined,
    optional: true,
    omitempty: true,
    omitzero: false,
    required: false,
    nullable: schema.nullable ?? false,
    discriminator: false,
    listType: listType === 'set' || listType === 'map' || listType === 'atomic' ? listType : undefined,
    listMapKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    mapType: mapType === 'atomic' || mapType === 'granular' ? mapType : undefined,
    patchStrategies: [],
    patchMergeKey: undefined,
    defaultValue: schema.default,
    validation: [],
  };
}
