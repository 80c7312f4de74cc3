import assert from 'node:assert/strict';
import { test } from 'node:test';
import { negotiate } from './accept.ts';

test('negotiate takes the first that the server has, by quality', () => {
  const table: Record<string, string> = {
    '': 'json',
    '*/*': 'json',
    'application/json': 'json',
    'application/yaml': 'yaml',
    'text/html': 'refused',
    'text/html,application/json;q=0.5': 'json',
    'application/json;q=0.5,application/vnd.kubernetes.protobuf': 'protobuf',
    'application/vnd.kubernetes.protobuf,application/json': 'protobuf',
    'application/cbor,application/json': 'json',
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json': 'json as Table v1',
    'application/json;as=Nothing;v=v1;g=meta.k8s.io,application/json': 'json',
    'application/json;as=Table;v=v9;g=meta.k8s.io': 'refused',
    'application/json;stream=watch': 'json',
    'application/json;q=0': 'json',
    'text/html;q=1,*/*;q=0': 'json',
  };
  for (const [accept, expected] of Object.entries(table)) {
    const result = negotiate(accept, true);
    const as = result?.as ? ` as ${result.as.kind} ${result.as.version}` : '';
    assert.equal(result ? result.encoding + as : 'refused', expected, accept);
  }
});
