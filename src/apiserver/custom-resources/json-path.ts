/**
 * JSONPath as CRDs use it (client-go util/jsonpath, the part that printer columns, selectable fields and scale paths may have): members,
 * indexes, [*], ['quoted'] and filters that compare one member with a literal. A path is parsed once.
 */

import { isTree, type Tree } from '#api/structural/schema.ts';

type Step =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'index'; readonly at: number }
  | { readonly type: 'all' }
  | { readonly type: 'filter'; readonly path: JsonPath; readonly equal: boolean; readonly value: unknown };

export type JsonPath = readonly Step[];

const stepPattern =
  /\.?\[\?\(\s*@(?<path>[^=!<>\s]+)\s*(?:(?<operator>==|!=)\s*(?<value>"[^"]*"|'[^']*'|[^)\s]+)\s*)?\)\]|\.?\[(?<index>-?\d+)\]|\.?\[['"](?<quoted>[^'"]*)['"]\]|\.?\[\*\]|\.\*|\.(?<name>(?:\\.|[^.[\]\\])+)/y;

/** Undefined for a path that this grammar does not have. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const source = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const steps: Step[] = [];
  stepPattern.lastIndex = 0;
  while (stepPattern.lastIndex < source.length) {
    const groups = stepPattern.exec(source)?.groups;
    if (!groups) return undefined;
    const step = stepOf(groups);
    if (!step) return undefined;
    steps.push(step);
  }
  return steps;
}

function stepOf(groups: Readonly<Record<string, string | undefined>>): Step | undefined {
  if (groups.name !== undefined) return { type: 'member', name: groups.name.replace(/\\(.)/g, '$1') };
  if (groups.quoted !== undefined) return { type: 'member', name: groups.quoted };
  if (groups.index !== undefined) return { type: 'index', at: Number(groups.index) };
  if (groups.path === undefined) return { type: 'all' };
  const path = parseJsonPath(groups.path);
  if (!path) return undefined;
  const { operator, value } = groups;
  return { type: 'filter', path, equal: operator !== '!=', value: value === undefined ? undefined : literal(value) };
}

function literal(text: string): unknown {
  if (text.startsWith('"') || text.startsWith("'")) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** All values that the path leads to, in order. */
export function valuesAt(root: unknown, path: JsonPath): readonly unknown[] {
  let values: unknown[] = [root];
  for (const step of path) values = values.flatMap((value) => follow(value, step));
  return values;
}

function follow(value: unknown, step: Step): unknown[] {
  switch (step.type) {
    case 'member':
      return isTree(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'index': {
      const item: unknown = Array.isArray(value) ? value.at(step.at) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'all':
      return Array.isArray(value) ? value : isTree(value) ? Object.values(value) : [];
    case 'filter': {
      const items: readonly unknown[] = Array.isArray(value) ? value : [];
      return items.filter((item) => {
        const found = valuesAt(item, step.path);
        if (step.value === undefined) return found.length > 0;
        return found.length > 0 && (found[0] === step.value) === step.equal;
      });
    }
  }
}

/** Sets what a path of plain members leads to; objects on the way are made. */
export function setAt(root: Tree, path: JsonPath, value: unknown): void {
  let place = root;
  path.forEach((step, position) => {
    if (step.type !== 'member') return;
    if (position === path.length - 1) {
      place[step.name] = value;
      return;
    }
    const next = place[step.name];
    if (isTree(next)) place = next;
    else {
      const made: Tree = {};
      place[step.name] = made;
      place = made;
    }
  });
}
