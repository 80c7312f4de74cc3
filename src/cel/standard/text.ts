/** contains, startsWith, endsWith, matches and size. */

import { RE2JS } from 're2js';
import type { FunctionDeclaration, Overload } from '../environment.ts';
import { boolType, bytesType, intType, listType, mapType, parameterType, stringType } from '../types.ts';
import type { CelList, CelMap, Result } from '../values.ts';
import { CelError, codePoints } from '../values.ts';

/** Compiled patterns, so that a rule with a constant pattern compiles it once. The oldest go when there are too many, or when they are too long. */
const patterns = new Map<string, RE2JS | CelError>();
const maxPatterns = 1000;
/** Characters of all together: a compiled pattern has a hundred times its size. */
const maxPatternsLength = 100_000;
let patternsLength = 0;

/** The compiled pattern, or the error that evaluation gives for it. RE2: linear time whatever the pattern. */
export function compilePattern(pattern: string): RE2JS | CelError {
  const known = patterns.get(pattern);
  if (known) return known;
  let compiled: RE2JS | CelError;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    compiled = new CelError(error instanceof Error ? error.message : String(error));
  }
  if (pattern.length > maxPatternsLength) return compiled;
  patterns.set(pattern, compiled);
  patternsLength += pattern.length;
  for (const oldest of patterns.keys()) {
    if (patterns.size <= maxPatterns && patternsLength <= maxPatternsLength) break;
    patterns.delete(oldest);
    patternsLength -= oldest.length;
  }
  return compiled;
}

function matches(text: string, pattern: string): Result {
  const compiled = compilePattern(pattern);
  return compiled instanceof CelError ? compiled : compiled.test(text);
}

function onStrings(id: string, implementation: (text: string, other: string) => Result, member = true): Overload {
  return { id, member, parameters: [stringType, stringType], result: boolType, implementation };
}

const listOfA = listType(parameterType('A'));
const mapOfAB = mapType(parameterType('A'), parameterType('B'));

const sizeOfText = (text: string) => BigInt(codePoints(text));
const sizeOfBytes = (bytes: Uint8Array) => BigInt(bytes.length);
const sizeOf = (value: CelList | CelMap) => BigInt(value.size);

const size: readonly Overload[] = [
  { id: 'size_bytes', parameters: [bytesType], result: intType, implementation: sizeOfBytes },
  { id: 'bytes_size', member: true, parameters: [bytesType], result: intType, implementation: sizeOfBytes },
  { id: 'size_list', parameters: [listOfA], result: intType, implementation: sizeOf },
  { id: 'list_size', member: true, parameters: [listOfA], result: intType, implementation: sizeOf },
  { id: 'size_map', parameters: [mapOfAB], result: intType, implementation: sizeOf },
  { id: 'map_size', member: true, parameters: [mapOfAB], result: intType, implementation: sizeOf },
  { id: 'size_string', parameters: [stringType], result: intType, implementation: sizeOfText },
  { id: 'string_size', member: true, parameters: [stringType], result: intType, implementation: sizeOfText },
];

export const text: readonly FunctionDeclaration[] = [
  { name: 'contains', overloads: [onStrings('contains_string', (whole, part) => whole.includes(part))] },
  { name: 'startsWith', overloads: [onStrings('starts_with_string', (whole, part) => whole.startsWith(part))] },
  { name: 'endsWith', overloads: [onStrings('ends_with_string', (whole, part) => whole.endsWith(part))] },
  { name: 'matches', overloads: [onStrings('matches', matches, false), onStrings('matches_string', matches)] },
  { name: 'size', overloads: size },
];
