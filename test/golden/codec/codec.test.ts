/**
 * Our JSON and YAML codecs against upstream's, case by case: what objects become, the words of every error and finding, how text is
 * written. cases.jsonl holds inputs with what upstream made of them; oracle/ made it.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DecodeError } from '#api/codec/decode-error.ts';
import { decodeJson } from '#api/codec/json-decode.ts';
import { encodeJson, encodeTree } from '#api/codec/json-encode.ts';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { encodeYaml } from '#api/codec/yaml-encode.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinTables } from '#kinds/schemas.ts';

interface Case {
  readonly op: 'decode' | 'toYaml' | 'fromYaml';
  readonly kind?: string;
  readonly text: string;
  readonly output?: string;
  readonly error?: string;
  readonly strict?: readonly string[];
}

/** Where we differ, knowingly. */
const differences: ReadonlyMap<string, string> = new Map([
  ['{"data":{"c":null}}', 'a null value of a byte map is empty text to us, so that readers need not expect null'],
  ['{"data":{"a":1,"a":2}}', 'a raw value keeps one of two duplicate keys: it is parsed, not kept as text'],
  ['{"metadata":{"generation":1e3}}', 'a whole number is taken in any notation'],
  ['{"spec":{"activeDeadlineSeconds":9007199254740993}}', 'integers beyond 2^53 lose their last digits'],
  ['{"k":"\u0085"}', 'upstream reads JSON as YAML here, to which a next-line character is white space'],
  ['1: a\ntrue: b\n1.5: c\nnull: d', 'names the kind of key in JSON words'],
  ['? [a]\n: b', 'does not print the key'],
  ['a: &x {b: 1, c: 2}\nd:\n  b: 3\n  <<: *x', 'merged keys are no duplicates'],
  ['<<: [{a: 1},{a: 2, c: 3}]\nb: 2', 'merged keys are no duplicates'],
  ['a: [', "the parser's own words for a syntax error"],
  ['a: b: c', "the parser's own words for a syntax error"],
  ['\ta: b', "the parser's own words for a syntax error"],
  ['a:\n- b\n c: d', "the parser's own words for a syntax error"],
]);

const isDifferent = ({ text }: Case): boolean =>
  differences.has(text) ||
  text.includes('\u{1f600}":"4"') ||
  (text.startsWith('["a","","yes"') && text.includes('\u0085'));

const registry = new SchemaRegistry(builtinTables);

function run({ op, kind = 'Pod', text }: Case): Pick<Case, 'output' | 'error' | 'strict'> {
  try {
    switch (op) {
      case 'decode': {
        const schema = registry.kind('', 'v1', kind) ?? registry.kind('apps', 'v1', kind);
        assert(schema);
        const { object, strictErrors } = decodeJson(schema, text);
        return { output: encodeJson(schema, object), strict: strictErrors };
      }
      case 'toYaml':
        return { output: encodeYaml(JSON.parse(text)), strict: [] };
      case 'fromYaml': {
        const { value, strictErrors } = decodeYaml(text);
        return { output: encodeTree(value), strict: strictErrors };
      }
    }
  } catch (error) {
    if (error instanceof DecodeError) return { error: error.message };
    throw error;
  }
}

const cases = readFileSync(new URL('cases.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

for (const [i, entry] of cases.entries()) {
  const name = `${entry.op} ${entry.kind ?? ''} ${JSON.stringify(entry.text).slice(0, 90)} (${i})`;
  const { output = '', error = '', strict = [] } = entry;
  if (isDifferent(entry)) {
    test(`${name} differs from upstream, as noted`, () => {
      const got = run(entry);
      assert.notDeepEqual({ output: '', error: '', strict: [], ...got }, { output, error, strict });
    });
  } else {
    test(`${name} is as upstream has it`, () => {
      assert.deepEqual({ output: '', error: '', strict: [], ...run(entry) }, { output, error, strict });
    });
  }
}
