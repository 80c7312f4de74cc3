/**
 * A default is a value somewhere inside of an object that is not there yet. Its surroundings make the smallest object that has it in its
 * place, and find it there again (apiextensions pkg/apiserver/schema/defaulting/surroundingobject.go).
 */

import { isTree, type Tree } from './schema.ts';

export interface Surroundings {
  /** The object around the value. */
  readonly around: (value: unknown) => unknown;
  /** The value in such an object; undefined when it is not there any more. */
  readonly inside: (object: unknown) => unknown;
}

/** Of an object as a whole. */
export const wholeObject: Surroundings = { around: (value) => value, inside: (object) => object };

export function memberOf({ around, inside }: Surroundings, key: string): Surroundings {
  return {
    around: (value) => around({ [key]: value } satisfies Tree),
    inside: (object) => {
      const tree = inside(object);
      return isTree(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
    },
  };
}

export function elementOf({ around, inside }: Surroundings): Surroundings {
  return {
    around: (value) => around([value]),
    inside: (object) => {
      const list = inside(object);
      return Array.isArray(list) ? list[0] : undefined;
    },
  };
}
