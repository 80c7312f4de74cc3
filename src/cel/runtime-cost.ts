/** What calls of standard functions cost when they run: cel-go's interpreter/runtimecost.go. */

import type { Value } from './values.ts';
import { sizeForCost } from './values.ts';

/** Of a string's length, for each time that it is gone through. */
export const stringTraversalFactor = 0.1;
/** Of a pattern's length: how many expressions there are in it. */
export const regexLengthFactor = 0.25;

export const listCreateCost = 10;
export const mapCreateCost = 30;
export const structCreateCost = 40;

type Rule = (args: readonly Value[]) => number;

function size(args: readonly Value[], index: number): number {
  return sizeForCost(args[index] ?? null);
}

const traversal: Rule = (args) => Math.ceil(size(args, 0) * stringTraversalFactor);
const smaller: Rule = (args) => Math.ceil(Math.min(size(args, 0), size(args, 1)) * stringTraversalFactor);
const both: Rule = (args) => Math.ceil((size(args, 0) + size(args, 1)) * stringTraversalFactor);

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...[
    'starts_with_string',
    'ends_with_string',
    'string_to_bytes',
    'bytes_to_string',
    'strings_quote',
    'string_format',
  ].map((id) => [id, traversal] as const),
  ...['less', 'greater', 'less_equals', 'greater_equals'].flatMap((order) => [
    [`${order}_string`, smaller] as const,
    [`${order}_bytes`, smaller] as const,
  ]),
  ['equals', smaller],
  ['not_equals', smaller],
  ['add_string', both],
  ['add_bytes', both],
  ['in_list', (args) => size(args, 1)],
  [
    'matches_string',
    (args) => Math.ceil((1 + size(args, 0)) * stringTraversalFactor) * Math.ceil(size(args, 1) * regexLengthFactor),
  ],
  [
    'contains_string',
    (args) => Math.ceil(size(args, 0) * stringTraversalFactor) * Math.ceil(size(args, 1) * stringTraversalFactor),
  ],
]);

/** The rule for an overload, or undefined for those that cost 1. */
export function runtimeCost(overload: string): Rule | undefined {
  return rules.get(overload);
}
