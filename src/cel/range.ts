/** Ranges of sizes and costs. Arithmetic ends at maxCost, which stands for "unbounded", as cel-go's does at 2^64-1. */

import type { Range } from './environment.ts';

export const maxCost = 2 ** 64;

export function exactly(value: number): Range {
  return { min: value, max: value };
}

export function addRanges(left: Range, right: Range): Range {
  return { min: saturate(left.min + right.min), max: saturate(left.max + right.max) };
}

export function multiplyRanges(left: Range, right: Range): Range {
  return { min: saturate(left.min * right.min), max: saturate(left.max * right.max) };
}

/** Rounded up, as cel-go does it. */
export function scaleRange(range: Range, factor: number): Range {
  return { min: saturate(Math.ceil(range.min * factor)), max: saturate(Math.ceil(range.max * factor)) };
}

function saturate(value: number): number {
  return Math.min(value, maxCost);
}

/** The smallest range with both in it. */
export function unionOfRanges(left: Range, right: Range): Range {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };
}
