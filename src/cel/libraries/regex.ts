/** find and findAll: what a pattern matches in a text. */

import type { Library } from '../environment.ts';
import { compilePattern } from '../standard/text.ts';
import { intType, listType, stringType } from '../types.ts';
import type { Result } from '../values.ts';
import { ArrayList, CelError } from '../values.ts';
import { patternSearch } from './costs.ts';
import { member } from './declare.ts';

function find(text: string, pattern: string): Result {
  const found = search(text, pattern, 1);
  return found instanceof CelError ? found : (found[0] ?? '');
}

function findAll(text: string, pattern: string, limit = -1n): Result {
  const found = search(text, pattern, limit < 0n ? Number.POSITIVE_INFINITY : Number(limit));
  return found instanceof CelError ? found : new ArrayList(found);
}

/** Go's FindAllString: an empty match right behind a match does not count. */
function search(text: string, pattern: string, limit: number): readonly string[] | CelError {
  const compiled = compilePattern(pattern);
  if (compiled instanceof CelError) return new CelError(`Illegal regex: ${compiled.message}`);
  const matcher = compiled.matcher(text);
  const found: string[] = [];
  let end = -1;
  while (found.length < limit && matcher.find()) {
    if (matcher.start() === matcher.end() && matcher.start() === end) continue;
    found.push(matcher.group() ?? '');
    end = matcher.end();
  }
  return found;
}

export const regexLibrary: Library = {
  functions: [
    {
      name: 'find',
      overloads: [member('string_find_string', [stringType, stringType], stringType, find, patternSearch)],
    },
    {
      name: 'findAll',
      overloads: [
        member('string_find_all_string', [stringType, stringType], listType(stringType), findAll, patternSearch),
        member(
          'string_find_all_string_int',
          [stringType, stringType, intType],
          listType(stringType),
          findAll,
          patternSearch,
        ),
      ],
    },
  ],
};
