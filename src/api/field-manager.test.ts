import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConditions } from './condition-rules.ts';
import type { FieldError } from './field-error.ts';
import { checkFieldManager } from './field-manager.ts';

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['kubectl-client-side-apply', []],
  ['\u00fc'.repeat(64), []],
  ['\u00fc'.repeat(65), ['Too long: may not be more than 128 bytes']],
  ['\u00fc\u0007', ['Invalid value: "\u00fc\\a": invalid character U+0007 (at position 2)']],
];

for (const [manager, messages] of cases) {
  test(`checkFieldManager: ${JSON.stringify(manager).slice(0, 30)}`, () => {
    const errors: FieldError[] = [];
    checkFieldManager(manager, 'manager', errors);
    assert.deepEqual(
      errors.map(({ message }) => message),
      messages,
    );
  });
}

test('messages of conditions are as long as their bytes', () => {
  const condition = { type: 'Ready', status: 'True', reason: 'Yes', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const findings = (message: string): string[] => {
    const errors: FieldError[] = [];
    checkConditions([{ ...condition, message }], 'conditions', errors);
    return errors.map(({ field }) => field);
  };
  assert.deepEqual(findings('x'.repeat(32 * 1024)), []);
  assert.deepEqual(findings('\u00fc'.repeat(32 * 1024)), ['conditions[0].message']);
});
