import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonPath, valuesAt } from './json-path.ts';

const object = {
  spec: {
    http: [
      { hosts: ['a', 'b'], port: 80 },
      { hosts: ['c'], port: 443 },
    ],
    'a.b/c': 'x',
    none: null,
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', weight: 1 },
      { type: 'Synced', status: 'False', weight: 2, message: 'late' },
    ],
  },
};

const cases: readonly (readonly [path: string, values: readonly unknown[]])[] = [
  ['.spec.http[0].port', [80]],
  ['.spec.http[-1].port', [443]],
  ['.spec.http[-2].port', [80]],
  ['.spec.http[].port', [80]],
  ['.spec.http[1:].port', [443]],
  ['.spec.http[:].port', [80, 443]],
  ['.spec.http[0:2:2].port', [80]],
  ['.spec.http[*].hosts[*]', ['a', 'b', 'c']],
  ['.spec.http[0,1].port', [80, 443]],
  ['.spec.http[2].port', []],
  ['.spec.http[*].hosts[1]', []],
  ['.spec.http.port', []],
  ['.spec.a\\.b/c', ['x']],
  [".spec['a\\.b/c']", ['x']],
  ['.spec.none', [null]],
  ['.spec.none.more', []],
  ["$.status.conditions[?(@.type=='Ready')].status", ['True']],
  ['.status.conditions[?(@.type == "Synced")].status', ['False']],
  [".status.conditions[?(@.type!='Ready')].status", ['False']],
  ['.status.conditions[?(@.weight>=2)].type', ['Synced']],
  ['.status.conditions[?(@.message)].type', ['Synced']],
  ["$.status.conditions[?(@.weight=='1')].type", []],
  ["$.status[?(@.type=='Ready')].status", []],
  [".status.conditions[?(@.status=='True')]['type','status']", ['Ready', 'True']],
  ['.status.conditions[?(@.type==Ready)].status', []],
  ['..weight', [1, 2]],
  ['.status..type', ['Ready', 'Synced']],
];
for (const [path, values] of cases) {
  test(`${path} leads to ${JSON.stringify(values)}`, () => {
    const parsed = parseJsonPath(path);
    assert.ok(parsed);
    assert.deepEqual(valuesAt(object, parsed), values);
  });
}

for (const path of ['.spec[', '.spec[a]', '...a', '.a[?(@.b==)', '.a[?(@.b=~"c")]', '.a}']) {
  test(`${path} is no path`, () => assert.equal(parseJsonPath(path), undefined));
}

test('filters of every length end', () => {
  // The inner path is as long as where the outer one is: a place kept for both would go round for ever.
  for (let length = 1; length < 40; length++) {
    assert.ok(parseJsonPath(`.${'s'.repeat(length)}[?(@.type=='${'x'.repeat(length)}')].status[?(@.a.b.c.d)].e`));
  }
});
