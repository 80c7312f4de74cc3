import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagValues, mergedFlags } from './server-options.ts';

test('options are kept, changed, and taken back by an empty value', () => {
  const option = { flag: 'authorization-mode', kind: 'list', value: '', description: '' } as const;
  assert.deepEqual(flagValues(option, ['Node,RBAC', 'ABAC']), ['Node', 'RBAC', 'ABAC']);
  assert.deepEqual(flagValues({ ...option, kind: 'repeated' }, ['a=b,c', 'd=e']), ['a=b,c', 'd=e']);
  const former = { 'authorization-mode': ['RBAC'], 'oidc-client-id': ['x'] };
  assert.deepEqual(mergedFlags(former, { 'oidc-client-id': ['y'] }), { ...former, 'oidc-client-id': ['y'] });
  assert.deepEqual(mergedFlags(former, { 'authorization-mode': flagValues(option, ['']) }), {
    'oidc-client-id': ['x'],
  });
});
