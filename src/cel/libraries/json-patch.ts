/**
 * What expressions of a MutatingAdmissionPolicy make: `JSONPatch{op: 'add', path: '/spec/x', value: 1}`, `Object{spec: Object.spec{x: 1}}`,
 * and jsonpatch.escapeKey.
 */

import type { Library } from '../environment.ts';
import type { Field, ObjectType } from '../types.ts';
import { dynType, objectType, stringType } from '../types.ts';
import type { Value } from '../values.ts';
import { CelList, CelMap, ObjectValue } from '../values.ts';
import { traversal } from './costs.ts';
import { global } from './declare.ts';

export const jsonPatchType: ObjectType = objectType('JSONPatch', {
  op: stringType,
  path: stringType,
  from: stringType,
  value: dynType,
});

const appliedObjectName = 'Object';

/** Any field, of type dyn: what is applied is checked against the kind's schema later. */
const anyField: Field = { type: dynType };

class AnyFields extends Map<string, Field> {
  override get(_name: string): Field {
    return anyField;
  }

  override has(_name: string): boolean {
    return true;
  }
}

const anyFields: ReadonlyMap<string, Field> = new AnyFields();

function appliedType(name: string): ObjectType | undefined {
  if (name !== appliedObjectName && !name.startsWith(`${appliedObjectName}.`)) return undefined;
  return { kind: 'object', name, fields: anyFields };
}

/**
 * Problems of an object that an expression made where a type's name does not say the place of the field that it is in:
 * Object.spec{...} belongs into `spec` and nowhere else. Elements of lists and maps have the name of the list or map.
 */
export function misplacedTypes(value: Value, path: string = appliedObjectName): readonly string[] {
  if (value instanceof CelList) return [...value].flatMap((item) => misplacedTypes(item, path));
  if (!(value instanceof CelMap)) return [];
  const problems: string[] = [];
  if (value instanceof ObjectValue && value.objectType.name !== path) {
    const found = value.objectType.name;
    problems.push(
      `unexpected type name "${found}", expected "${path}", which matches field name path from root Object type`,
    );
  }
  for (const key of value.keys()) {
    const inner = value instanceof ObjectValue ? `${path}.${String(key)}` : path;
    problems.push(...misplacedTypes(value.get(key) ?? null, inner));
  }
  return problems;
}

/** Only environments of mutating policies have it. */
export const jsonPatchLibrary: Library = {
  types: [jsonPatchType],
  findType: appliedType,
  functions: [
    {
      name: 'jsonpatch.escapeKey',
      overloads: [
        global(
          'string_jsonpatch_escapeKey_string',
          [stringType],
          stringType,
          (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1'),
          traversal(1, true),
        ),
      ],
    },
  ],
};
