import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoints } from '#kinds/generated/core-v1.ts';
import { planMirror, shouldMirror } from './plan.ts';

const endpoints: Endpoints = {
  metadata: {
    name: 'db',
    namespace: 'default',
    uid: 'e',
    labels: { a: 'b' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  },
  subsets: [
    {
      addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }],
      notReadyAddresses: [{ ip: '192.0.2.2' }],
      ports: [{ port: 5432 }],
    },
  ],
};

test('planMirror: a slice per family, with readiness', () => {
  const { create } = planMirror(endpoints, []);
  assert.deepEqual(
    create.map(({ addressType, endpoints: list, ports }) => [
      addressType,
      list?.map(({ addresses, conditions }) => [...addresses, conditions?.ready]),
      ports,
    ]),
    [
      [
        'IPv4',
        [
          ['192.0.2.1', true],
          ['192.0.2.2', false],
        ],
        [{ name: '', port: 5432, protocol: 'TCP' }],
      ],
      ['IPv6', [['2001:db8::1', true]], [{ name: '', port: 5432, protocol: 'TCP' }]],
    ],
  );
  assert.deepEqual(create[0]?.metadata, {
    generateName: 'db-',
    namespace: 'default',
    labels: {
      a: 'b',
      'kubernetes.io/service-name': 'db',
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
    },
    ownerReferences: [
      { apiVersion: 'v1', kind: 'Endpoints', name: 'db', uid: 'e', controller: true, blockOwnerDeletion: true },
    ],
  });
  const named = create.map((slice, index) => ({ ...slice, metadata: { ...slice.metadata, name: `db-${index}` } }));
  assert.deepEqual(planMirror(endpoints, named), { create: [], update: [], delete: [] });
});

test('planMirror: changed ports take over the slice', () => {
  const one = { ...endpoints, subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }] };
  const slices = planMirror(one, []).create.map((slice) => ({
    ...slice,
    metadata: { ...slice.metadata, name: 'db-0' },
  }));
  const moved = planMirror({ ...one, subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 81 }] }] }, slices);
  assert.deepEqual(
    [moved.create.length, moved.update[0]?.metadata?.name, moved.update[0]?.ports?.[0]?.port, moved.delete.length],
    [0, 'db-0', 81, 0],
  );
});

test('shouldMirror: only Services without a selector, and not when told', () => {
  assert.equal(shouldMirror(endpoints, { spec: {} }), true);
  assert.equal(shouldMirror(endpoints, { spec: { selector: {} } }), false);
  assert.equal(shouldMirror(endpoints, undefined), false);
  const skipped = { ...endpoints, metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } } };
  assert.equal(shouldMirror(skipped, { spec: {} }), false);
});
