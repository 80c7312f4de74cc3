/** Types of the built-in kinds, from their schema tables: what type checking of admission policies goes by. */

import type { Schema, StructSchema } from '#api/schema/schema.ts';
import { escapeFieldName } from './field-names.ts';
import { FieldMap } from './schema-types.ts';
import type { CelType, Field, ObjectType } from './types.ts';
import {
  boolType,
  bytesType,
  doubleType,
  dynType,
  intType,
  listType,
  mapType,
  objectType,
  stringType,
  timestampType,
} from './types.ts';

/** The type of a kind's objects. Types inside are made when they are looked at: kinds may contain themselves. */
export function structType(schema: StructSchema, name: string): ObjectType {
  let made: ReadonlyMap<string, Field> | undefined;
  return {
    kind: 'object',
    name,
    get fields() {
      made ??= fieldsOf(schema, name);
      return made;
    },
  };
}

function fieldsOf({ members }: StructSchema, name: string): ReadonlyMap<string, Field> {
  const fields = new FieldMap<Field>();
  for (const member of members) {
    const escaped = escapeFieldName(member.name);
    const type = escaped === undefined ? undefined : typeOfSchema(member.schema, `${name}.${escaped}`);
    if (escaped === undefined || !type) continue;
    fields.set(escaped, escaped === member.name ? { type } : { type, jsonName: member.name });
  }
  return fields;
}

/** undefined for what OpenAPI gives no one type (quantities are strings or numbers): expressions do not see it. */
function typeOfSchema(schema: Schema, name: string): CelType | undefined {
  switch (schema.type) {
    case 'struct':
      return structType(schema, name);
    case 'list': {
      const element = typeOfSchema(schema.element, `${name}.@idx`);
      return element && listType(element);
    }
    case 'map': {
      const element = typeOfSchema(schema.element, `${name}.@elem`);
      return element && mapType(stringType, element);
    }
    case 'string':
    case 'Duration':
      return stringType;
    case 'bool':
      return boolType;
    case 'int':
    case 'int32':
    case 'int64':
      return intType;
    case 'float64':
      return doubleType;
    case 'bytes':
      return bytesType;
    case 'Time':
    case 'MicroTime':
      return timestampType;
    case 'IntOrString':
      return dynType;
    case 'RawExtension':
    case 'FieldsV1':
      return objectType(name, {});
    default:
      return undefined;
  }
}
