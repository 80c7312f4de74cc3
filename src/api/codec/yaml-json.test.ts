import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeYaml } from './yaml-decode.ts';
import { plainJson } from './yaml-json.ts';

/** A space keeps the text from the short way. */
const asYaml = (text: string) => decodeYaml(` ${text}`);

test('JSON that says the same in YAML is read the short way, to the same tree', () => {
  const texts = [
    '{}',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"x":"1"}},"data":{"k":"line\\nline\\t\\"q\\" \\\\"}}',
    '{\n  "a": [1, -2, 9007199254740991, true, false, null, "yes", "1e3", "0x1f", "~", "<<"],\n  "b": {"c": []}\n}\r\n',
    '{"<<":{"a":"b"},"yes":"no","1":"x","":"empty","a: b # c":"- x"}',
    '{"number":1.0,"hundred":1e2}',
    '{"2024-01-01":"2024-01-01T00:00:00Z","__proto__":{"a":1}}',
  ];
  for (const text of texts) {
    const read = plainJson(text);
    assert.ok(read, text);
    assert.deepEqual({ value: read, strictErrors: [] }, asYaml(text), text);
    assert.deepEqual(Object.entries(read), Object.entries(asYaml(text).value as object), text);
  }
});

test('what YAML reads otherwise, or not at all, is left to its reader', () => {
  const texts = [
    '[1]',
    'a: b',
    '{a: b}',
    '{"a":1,"a":2}',
    '{"a":{"b":1,"b":1}}',
    '{"a":1.5}',
    '{"a":-0}',
    '{"a":9007199254740993}',
    '{"a":1e400}',
    '{"a":"\\u0041"}',
    '{"a":"\\/"}',
    '{"a":"\u00e9"}',
    '{"a":"\u007f"}',
    '{"a":"\t"}',
    `{"${'k'.repeat(1100)}":1}`,
    `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`,
    '{"a":1}{"b":2}',
    '{"a":1} # comment',
    '{"a":01}',
    '{"a":1,}',
    ' {"a":1}',
    `{"a":"${'x'.repeat(300 * 1024)}"}`,
  ];
  for (const text of texts) assert.equal(plainJson(text), undefined, text.slice(0, 40));
});
