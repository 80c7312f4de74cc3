import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepValidManagers } from './managed.ts';
import type { MutableObject } from './write.ts';

test('what admission makes of the managers stays if it can be read, and is put back with a warning if not', () => {
  const fieldsV1 = { 'f:data': {} };
  const valid = { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 };
  const before = [valid];
  for (const [entries, warning] of [
    [[{ ...valid, manager: 'y' }], undefined],
    [[{ ...valid, operation: 'Replace' }], 'operation must be `Apply` or `Update`'],
    [[{ ...valid, apiVersion: '' }], 'apiVersion must not be empty'],
    [[{ ...valid, fieldsType: 'FieldsV2' }], 'invalid fieldsType "FieldsV2" in managed fields entry 0'],
  ] as const) {
    const draft = { metadata: { managedFields: entries } } as unknown as MutableObject;
    const warnings: string[] = [];
    keepValidManagers({ warnings }, draft, before);
    assert.deepEqual(draft.metadata.managedFields, warning === undefined ? entries : before);
    assert.equal(warnings.length, warning === undefined ? 0 : 1);
    if (warning !== undefined) assert(warnings[0]?.endsWith(`please fix your requests: ${warning}`));
  }
});
