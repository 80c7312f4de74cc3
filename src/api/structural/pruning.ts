/**
 * Pruning: fields that a structural schema does not declare are dropped, and named for strict validation (apiextensions
 * pkg/apiserver/schema/pruning). The tree is changed in place.
 */

import { index } from '../field-error.ts';
import { isTree, type JsonSchema, memberSchema, type Tree } from './schema.ts';

/** Members of an embedded resource that are always known; metadata is checked by its own schema. */
const typeMembers = new Set(['apiVersion', 'kind', 'metadata']);

/** Most characters of paths that are told: with a long key above them, few fields make many. Upstream tells them all. */
const maxToldLength = 1024 * 1024;

/** Prunes a whole custom resource; answers the paths of what was dropped, sorted. */
export function prune(object: Tree, schema: JsonSchema): readonly string[] {
  const pruner = new Pruner();
  pruner.object(object, schema, true);
  return pruner.dropped.sort();
}

/** Prunes a value inside of one; answers whether anything was dropped. */
export function prunePart(value: unknown, schema: JsonSchema): boolean {
  const pruner = new Pruner();
  pruner.value(value, schema);
  return pruner.dropped.length > 0;
}

class Pruner {
  readonly dropped: string[] = [];
  private toldLength = 0;
  /** From the root: names of members and positions of items. Most objects lose nothing, and nobody asks. */
  private readonly path: (string | number)[] = [];

  value(value: unknown, schema: JsonSchema | undefined): void {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) this.below(i, value[i], schema?.items);
    } else if (isTree(value)) {
      this.object(value, schema ?? {}, schema?.['x-kubernetes-embedded-resource'] ?? false);
    }
  }

  object(object: Tree, schema: JsonSchema, isResource: boolean): void {
    const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true;
    for (const key in object) {
      if (isResource && typeMembers.has(key)) continue;
      const member = memberSchema(schema, key);
      if (member) this.below(key, object[key], member);
      else if (keepsUnknown) continue;
      // Any member may be there, and what is inside of it is not declared.
      else if (schema.additionalProperties === true) this.below(key, object[key], undefined);
      else {
        delete object[key];
        this.tell(key);
      }
    }
  }

  private tell(key: string): void {
    if (this.toldLength > maxToldLength) return;
    const text = pathText([...this.path, key]);
    this.toldLength += text.length;
    this.dropped.push(text);
  }

  private below(step: string | number, value: unknown, schema: JsonSchema | undefined): void {
    if (typeof value !== 'object') return;
    this.path.push(step);
    this.value(value, schema);
    this.path.pop();
  }
}

/** 'spec.items[1].name' */
function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? index(text, step) : text === '' ? step : `${text}.${step}`),
    '',
  );
}
