import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import type { Pod, ResourceQuota } from '#kinds/generated/core-v1.ts';
import { countQuota } from './plan.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');

function pod(cpu: string, phase: 'Running' | 'Succeeded' = 'Running', deadline?: number): Pod {
  return {
    spec: {
      containers: [{ name: 'c', resources: { requests: { cpu } } }],
      ...(deadline === undefined ? {} : { activeDeadlineSeconds: deadline }),
    },
    status: { phase },
  };
}

const hard = { pods: '5', 'requests.cpu': '2', 'count/configmaps': '10', 'services.nodeports': '3' };
const objects = new Map<string, readonly KubeObject[]>([
  ['pods', [pod('500m'), pod('700m'), pod('4', 'Succeeded'), pod('100m', 'Running', 60)]],
  ['configmaps', [{ metadata: { name: 'a' } }]],
]);

test('countQuota counts what runs, and zero for what is not there', () => {
  const quota: ResourceQuota = { spec: { hard } };
  const used = { pods: '3', 'requests.cpu': '1300m', 'count/configmaps': '1', 'services.nodeports': '0' };
  assert.deepEqual(countQuota(quota, objects, nowMs), { hard, used });
});

test('countQuota counts only pods of its scopes', () => {
  const quota: ResourceQuota = { spec: { hard: { pods: '5' }, scopes: ['Terminating'] } };
  assert.deepEqual(countQuota(quota, objects, nowMs).used, { pods: '1' });
});
