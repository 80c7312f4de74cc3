/** Paths to fields as validation rules and selectable fields name them: .a.b and ['a'] (apiextensions ValidFieldPath). */

import { child, entry } from '#api/field-error.ts';
import type { SchemaToDeclare } from '../schema-types.ts';

export interface FoundField {
  /** Names on the way. */
  readonly names: readonly string[];
  /** As findings name it: 'a.b', 'a[key]'. */
  readonly path: string;
  readonly schema: SchemaToDeclare;
}

/** What is wrong with the path, or undefined. */
export function fieldPathFault(path: string, schema: SchemaToDeclare, brackets: boolean): string | undefined {
  const found = findField(path, schema, brackets);
  return typeof found === 'string' ? found : undefined;
}

/** The field, or what is wrong with the path. */
export function findField(path: string, root: SchemaToDeclare, brackets: boolean): FoundField | string {
  const tokens = path.match(/[.[\]]|'(?:[^'\\]|\\.)*'|[^.[\]']+|'/gs) ?? [];
  const names: string[] = [];
  let schema: SchemaToDeclare = root;
  let place = '';
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token !== '.' && token !== '[') return `expected [ or . but got: ${token}`;
    if (token === '[' && !brackets) return 'array notation is not allowed';
    const quoted = tokens[++at];
    if (quoted === undefined) return 'unexpected end of JSON path';
    let name = quoted;
    if (token === '[') {
      if (!/^'.*'$/s.test(quoted)) return `expected single quoted string but got ${quoted}`;
      name = quoted.slice(1, -1).replace(/\\(.)/gs, '$1');
    }
    const next = memberOf(schema, name);
    if (!next) return 'does not refer to a valid field';
    names.push(name);
    place = schema.properties ? child(place, name) : entry(place, name);
    schema = next;
    if (token === '.') continue;
    const close = tokens[++at];
    if (close === undefined) return 'unexpected end of JSON path';
    if (close !== ']') return `expected ] but got ${close}`;
  }
  return { names, path: place, schema };
}

function memberOf({ properties, additionalProperties }: SchemaToDeclare, name: string): SchemaToDeclare | undefined {
  if (properties) return Object.hasOwn(properties, name) ? properties[name] : undefined;
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
