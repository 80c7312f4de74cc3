/**
 * JSONPath as CustomResourceDefinitions use it (client-go util/jsonpath): members, indexes and slices, wildcards, unions, everything below,
 * filters. A path is parsed once. Wherever upstream gives up at an object, as at an index that a list does not have, there are no values.
 */

import { isTree, type Tree } from '#api/structural/schema.ts';

type Step =
  | { readonly type: 'member'; readonly name: string }
  | { readonly type: 'all' }
  | { readonly type: 'below' }
  | { readonly type: 'slice'; readonly from: number; readonly to: number | undefined; readonly by: number }
  | { readonly type: 'union'; readonly paths: readonly JsonPath[] }
  | { readonly type: 'literal'; readonly value: unknown }
  /** A word, which nothing here has a meaning for. */
  | { readonly type: 'word' }
  | { readonly type: 'present'; readonly path: JsonPath }
  | { readonly type: 'compared'; readonly left: JsonPath; readonly operator: Operator; readonly right: JsonPath };

export type JsonPath = readonly Step[];

const operators = ['==', '!=', '<', '<=', '>', '>='] as const;
type Operator = (typeof operators)[number];

const memberPattern = /^(?:\\.|[^\\\s.,[\]$@{}])*/s;
const filterPattern = /^\[\?\((?<text>(?:[^"')]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*)\)\]/s;
const comparisonPattern = /^(?<left>[^!<>=]+)(?<operator>[!<>=]+)(?<right>.+)$/s;
const slicePattern = /^(?<from>-?\d*)(?<to>:-?\d*)?(?<by>:-?\d*)?$/;
const quotedPattern = /^(?:"(?<double>(?:\\.|[^"\\])*)"|'(?<single>(?:\\.|[^'\\])*)')/s;
const literalPattern = /^(?:(?<number>[+-]?\d[\d.]*)|(?<truth>true|false)(?![^\s.,[\]$@{}]))/;

const wordPattern = /^[\p{L}_][^\s.,[\]$@{}]*/u;

/** Undefined for what is no path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    const step = nextStep(rest);
    if (!step) return undefined;
    const [found, length] = step;
    if (found) steps.push(found);
    rest = rest.slice(length);
  }
  return steps;
}

/** The step that a text begins with and its length; a blank, `$` and `@` are none. */
function nextStep(text: string): readonly [Step | undefined, length: number] | undefined {
  if (/^[ $@]/.test(text)) return [undefined, 1];
  if (text.startsWith('[?(')) return filterStep(text);
  if (text.startsWith('..')) return belowStep(text);
  if (text.startsWith('.')) {
    const [name = ''] = memberPattern.exec(text.slice(1)) ?? [];
    return [memberOf(name), name.length + 1];
  }
  if (text.startsWith('[')) return bracketStep(text);
  const quoted = quotedPattern.exec(text);
  if (quoted) {
    const value = quoted.groups?.double ?? quoted.groups?.single ?? '';
    return [{ type: 'literal', value: value.replace(/\\(.)/gs, '$1') }, quoted[0].length];
  }
  const literal = literalPattern.exec(text);
  if (!literal) {
    const word = wordPattern.exec(text);
    return word ? [{ type: 'word' }, word[0].length] : undefined;
  }
  const { number, truth } = literal.groups ?? {};
  const value = number === undefined ? truth === 'true' : Number(number);
  return Number.isNaN(value) ? undefined : [{ type: 'literal', value }, literal[0].length];
}

function memberOf(name: string): Step {
  return name === '*' ? { type: 'all' } : { type: 'member', name: name.replaceAll('\\', '') };
}

/** What follows the dots, when it is a name, is looked for everywhere below. */
function belowStep(text: string): readonly [Step, number] | undefined {
  if (text.startsWith('...')) return undefined;
  return [{ type: 'below' }, /^\.\.[\p{L}\p{N}_]/u.test(text) ? 1 : 2];
}

function bracketStep(text: string): readonly [Step, number] | undefined {
  const end = text.indexOf(']');
  if (end < 0) return undefined;
  const inside = text.slice(1, end);
  const parts = inside.split(',');
  if (parts.length === 1) {
    const step = elementOf(inside);
    return step && [step, end + 1];
  }
  const paths = parts.map((part) => parseJsonPath(`[${part.trim()}]`));
  return paths.every((path) => path !== undefined) ? [{ type: 'union', paths }, end + 1] : undefined;
}

function elementOf(inside: string): Step | undefined {
  if (inside === '*') return { type: 'slice', from: 0, to: undefined, by: 1 };
  const [, key] = /^'([^']*)'$/.exec(inside) ?? [];
  if (key !== undefined) return memberOf(key);
  const groups = slicePattern.exec(inside)?.groups;
  if (!groups) return undefined;
  const from = Number(groups.from);
  // Without a colon it is one element; of the last one (-1) the next has no number.
  const next = from === -1 ? undefined : from + 1;
  const to = groups.to === undefined ? next : groups.to === ':' ? undefined : Number(groups.to.slice(1));
  const by = (groups.by ?? ':') === ':' ? 1 : Number(groups.by?.slice(1));
  return Number.isNaN(from) || Number.isNaN(to ?? 0) || Number.isNaN(by) ? undefined : { type: 'slice', from, to, by };
}

function filterStep(text: string): readonly [Step, number] | undefined {
  const match = filterPattern.exec(text);
  if (!match) return undefined;
  const condition = match.groups?.text ?? '';
  const comparison = comparisonPattern.exec(condition)?.groups;
  if (!comparison) {
    const path = parseJsonPath(condition);
    return path && [{ type: 'present', path }, match[0].length];
  }
  const [left, right] = [parseJsonPath(comparison.left ?? ''), parseJsonPath(comparison.right ?? '')];
  const operator = operators.find((each) => each === comparison.operator);
  return left && right && operator && [{ type: 'compared', left, operator, right }, match[0].length];
}

/** All values that the path leads to, in order; none where it does not fit what is there. */
export function valuesAt(root: unknown, path: JsonPath): readonly unknown[] {
  return walk([root], path) ?? [];
}

/** Undefined where the path does not fit. */
function walk(roots: readonly unknown[], path: JsonPath): readonly unknown[] | undefined {
  let values: readonly unknown[] = roots;
  for (const step of path) {
    const next: unknown[] = [];
    if (step.type === 'union') {
      for (const each of step.paths) {
        const found = walk(values, each);
        if (!found) return undefined;
        next.push(...found);
      }
    } else {
      for (const value of values) {
        const found = follow(value, step);
        if (!found) return undefined;
        next.push(...found);
      }
    }
    values = next;
  }
  return values;
}

function follow(value: unknown, step: Exclude<Step, { readonly type: 'union' }>): readonly unknown[] | undefined {
  switch (step.type) {
    case 'member':
      return isTree(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'all':
      return childrenOf(value);
    case 'below':
      return allBelow(value);
    case 'literal':
      return [step.value];
    case 'word':
      return undefined;
    case 'slice':
      return value === null ? [] : Array.isArray(value) ? sliceOf(value, step) : undefined;
    case 'present':
      return Array.isArray(value) ? value.filter((item) => (walk([item], step.path)?.length ?? 0) > 0) : undefined;
    case 'compared':
      return Array.isArray(value) ? comparedOf(value, step) : undefined;
  }
}

function childrenOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : isTree(value) ? Object.values(value) : [];
}

/** The value and everything in it that has something in itself. */
function allBelow(value: unknown): readonly unknown[] {
  const children = childrenOf(value);
  return children.length === 0 ? [] : [value, ...children.flatMap(allBelow)];
}

function sliceOf(
  list: readonly unknown[],
  { from, to, by }: Extract<Step, { readonly type: 'slice' }>,
): readonly unknown[] | undefined {
  const begin = from < 0 ? from + list.length : from;
  const end = to === undefined ? list.length : to < 0 ? to + list.length : to;
  if (begin === end) return [];
  if (begin < 0 || begin >= list.length || end < 0 || end > list.length || begin > end || by <= 0) return undefined;
  return list.slice(begin, end).filter((_, position) => position % by === 0);
}

function comparedOf(
  list: readonly unknown[],
  { left, operator, right }: Extract<Step, { readonly type: 'compared' }>,
): readonly unknown[] | undefined {
  const kept: unknown[] = [];
  for (const item of list) {
    const [lefts, rights] = [walk([item], left), walk([item], right)];
    if (!lefts || !rights || lefts.length > 1 || rights.length > 1) return undefined;
    if (lefts.length === 0 || rights.length === 0) continue;
    const passes = compare(lefts[0], operator, rights[0]);
    if (passes === undefined) return undefined;
    if (passes) kept.push(item);
  }
  return kept;
}

/** Undefined for what cannot be compared: values of two types, lists, objects. */
function compare(left: unknown, operator: Operator, right: unknown): boolean | undefined {
  if (typeof left === 'boolean' && typeof right === 'boolean') {
    if (operator === '==') return left === right;
    return operator === '!=' ? left !== right : undefined;
  }
  const isText = typeof left === 'string' && typeof right === 'string';
  if (!isText && !(typeof left === 'number' && typeof right === 'number')) return undefined;
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
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
