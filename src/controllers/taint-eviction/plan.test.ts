import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Taint, Toleration } from '#kinds/generated/core-v1.ts';
import { toleratedForMs } from './plan.ts';

const notReady: Taint = { key: 'not-ready', effect: 'NoExecute' };
const gpu: Taint = { key: 'gpu', value: 'old', effect: 'NoExecute' };

const cases: readonly {
  readonly name: string;
  readonly taints: readonly Taint[];
  readonly tolerations?: readonly Toleration[];
  readonly expected: number | undefined;
}[] = [
  { name: 'no taints', taints: [], expected: undefined },
  { name: 'only NoSchedule', taints: [{ key: 'x', effect: 'NoSchedule' }], expected: undefined },
  { name: 'not tolerated', taints: [notReady], expected: 0 },
  {
    name: 'tolerated for a time',
    taints: [notReady],
    tolerations: [{ key: 'not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    expected: 300_000,
  },
  { name: 'tolerated for ever', taints: [notReady], tolerations: [{ operator: 'Exists' }], expected: undefined },
  {
    name: 'the shortest time counts',
    taints: [notReady, gpu],
    tolerations: [
      { key: 'not-ready', operator: 'Exists', tolerationSeconds: 300 },
      { key: 'gpu', value: 'old', tolerationSeconds: -5 },
    ],
    expected: 0,
  },
  {
    name: 'one of two not tolerated',
    taints: [notReady, gpu],
    tolerations: [
      { key: 'gpu', value: 'new' },
      { key: 'not-ready', operator: 'Exists' },
    ],
    expected: 0,
  },
  {
    name: 'greater than',
    taints: [{ key: 'level', value: '10', effect: 'NoExecute' }],
    tolerations: [{ key: 'level', operator: 'Gt', value: '9' }],
    expected: undefined,
  },
];

for (const { name, taints, tolerations, expected } of cases) {
  test(`toleratedForMs: ${name}`, () => assert.equal(toleratedForMs(taints, tolerations), expected));
}
