import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newInvalid } from './errors.ts';
import { required } from './field-error.ts';

test('newInvalid names a thousand findings at most, and fewer where they are long', () => {
  const kind = { group: 'apps', kind: 'Deployment' };
  const many = newInvalid(
    kind,
    'web',
    Array.from({ length: 1500 }, (_, index) => required(`f${index}`)),
  );
  assert.equal(many.status.details?.causes?.length, 1000);
  assert.match(many.message, / and 500 more]$/);
  const path = 'k'.repeat(1_000_000);
  const long = newInvalid(
    kind,
    'web',
    Array.from({ length: 900 }, (_, index) => required(`${path}${index}`)),
  );
  assert.equal(long.status.details?.causes?.length, 4);
  assert.match(long.message, / and 896 more]$/);
  assert.equal(newInvalid(kind, 'web', [required('k'.repeat(5_000_000))]).status.details?.causes?.length, 1);
});
