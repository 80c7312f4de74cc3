/**
 * Costs of the libraries' functions, estimated and actual, by the figures of upstream (k8s.io/apiserver/pkg/cel/library/cost.go and
 * cel-go's ext). An estimate decides which rules a CustomResourceDefinition may have: a changed figure is a changed API.
 */

import type { CallToEstimate, NodeToEstimate, Range } from '../environment.ts';
import { addRanges, exactly, multiplyRanges, scaleRange } from '../range.ts';
import { regexLengthFactor, stringTraversalFactor } from '../runtime-cost.ts';
import type { CelType } from '../types.ts';
import type { Value } from '../values.ts';
import { bytesOf, CelList, CelMap, sizeForCost } from '../values.ts';
import type { Costs } from './declare.ts';

/** Accessors and comparisons of one machine word or so. */
export const nominal: Costs = { actualCost: () => 1, estimateCost: () => exactly(1) };

export function subjectOf(call: CallToEstimate): NodeToEstimate | undefined {
  return call.target ?? call.args[0];
}

function subjectSize(call: CallToEstimate): Range | undefined {
  const subject = subjectOf(call);
  return subject && call.sizeOf(subject);
}

export function traversed(value: Value, passes = 1): number {
  return Math.ceil(sizeForCost(value) * passes * stringTraversalFactor);
}

/** The text that is the target, or the first argument, is gone through; the result is as long, where it is a text. */
export function traversal(passes = 1, resultIsText = false): Costs {
  return {
    actualCost: ([text = null]) => traversed(text, passes),
    estimateCost(call) {
      const size = subjectSize(call);
      if (!size) return undefined;
      const cost = scaleRange(size, passes * stringTraversalFactor);
      return resultIsText ? { ...cost, resultSize: size } : cost;
    },
  };
}

/** A pattern on a text: the text's length times the pattern's. One is added to the text, so that an empty one is not free. */
export function actualPatternCost(text: Value, patternLength: number): number {
  return Math.ceil((1 + sizeForCost(text)) * stringTraversalFactor) * Math.ceil(patternLength * regexLengthFactor);
}

export const patternSearch: Costs = {
  actualCost: ([text = null, pattern = null]) => actualPatternCost(text, sizeForCost(pattern)),
  estimateCost(call) {
    const size = subjectSize(call);
    const [pattern] = call.args;
    if (!size || !pattern) return undefined;
    const text = scaleRange(addRanges(size, exactly(1)), stringTraversalFactor);
    const cost = multiplyRanges(text, scaleRange(call.sizeOf(pattern), regexLengthFactor));
    return { ...cost, resultSize: { min: 0, max: size.max } };
  },
};

/** What a list's element is to the cost rules; undefined for what is no list. */
export function elementOf(node: NodeToEstimate): NodeToEstimate | undefined {
  const { type } = node;
  if (type.kind !== 'list') return undefined;
  return {
    expr: node.expr,
    type: type.element,
    path: node.path && [...node.path, '@items'],
    computedSize: undefined,
  };
}

function isTextual(type: CelType): boolean {
  return type.kind === 'string' || type.kind === 'bytes';
}

/** isSorted, sum, min, max, indexOf, lastIndexOf: every element is looked at once, texts as far as they are long. */
export const everyElement: Costs = {
  actualCost: ([list = null]) => deepTraversal(list),
  estimateCost(call) {
    const { target } = call;
    if (!target) return undefined;
    const element = elementOf(target);
    if (!element) return scaleRange(call.sizeOf(target), stringTraversalFactor);
    const each = isTextual(element.type)
      ? addRanges(exactly(1), scaleRange(call.sizeOf(element), stringTraversalFactor))
      : exactly(1);
    return multiplyRanges(call.sizeOf(target), each);
  },
};

function deepTraversal(value: Value): number {
  if (typeof value === 'string') return Math.floor(bytesOf(value).length * stringTraversalFactor);
  if (value instanceof Uint8Array) return Math.floor(value.length * stringTraversalFactor);
  let cost = 0;
  if (value instanceof CelList) {
    for (const item of value) cost += deepTraversal(item);
    return cost;
  }
  if (value instanceof CelMap) {
    for (const key of value.keys()) cost += deepTraversal(key) + deepTraversal(value.get(key) ?? null);
    return cost;
  }
  return 1;
}
