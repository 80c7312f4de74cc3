import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, ServicePort } from '#kinds/generated/core-v1.ts';
import { familiesOf, hostnameIn, isAddressable, targetPortOf } from './service-pods.ts';

const pod: Pod = {
  spec: {
    containers: [
      {
        name: 'c',
        ports: [
          { name: 'http', containerPort: 8080, protocol: 'TCP' },
          { name: 'http', containerPort: 8053, protocol: 'UDP' },
        ],
      },
    ],
    initContainers: [
      { name: 'proxy', restartPolicy: 'Always', ports: [{ name: 'admin', containerPort: 15000 }] },
      { name: 'setup', ports: [{ name: 'setup', containerPort: 1 }] },
    ],
  },
};

const ports: readonly (readonly [name: string, port: ServicePort, expected: number | undefined])[] = [
  ['a number', { port: 80, targetPort: 8000 }, 8000],
  ['the port itself', { port: 80 }, 80],
  ['a name', { port: 80, targetPort: 'http' }, 8080],
  ['a name of the protocol', { port: 53, protocol: 'UDP', targetPort: 'http' }, 8053],
  ['of a sidecar', { port: 80, targetPort: 'admin' }, 15_000],
  ['of an init container that has ended', { port: 80, targetPort: 'setup' }, undefined],
];

for (const [name, port, expected] of ports) {
  test(`targetPortOf: ${name}`, () => assert.equal(targetPortOf(pod, port), expected));
}

test('familiesOf: the field, else the address, else both', () => {
  assert.deepEqual(familiesOf({ spec: { ipFamilies: ['IPv6', 'IPv4'] } }), ['IPv6', 'IPv4']);
  assert.deepEqual(familiesOf({ spec: { clusterIP: 'fd00::1' } }), ['IPv6']);
  assert.deepEqual(familiesOf({ spec: { clusterIP: 'None' } }), ['IPv4', 'IPv6']);
});

test("hostnameIn only for the pod's own Service", () => {
  const named: Pod = { spec: { containers: [], hostname: 'db-0', subdomain: 'db' } };
  assert.equal(hostnameIn({ metadata: { name: 'db' } }, named), 'db-0');
  assert.equal(hostnameIn({ metadata: { name: 'web' } }, named), undefined);
});

test('isAddressable: an address, and not ended', () => {
  assert.equal(isAddressable({ status: { podIP: '10.0.0.1', phase: 'Running' } }), true);
  assert.equal(isAddressable({ status: { podIP: '10.0.0.1', phase: 'Succeeded' } }), false);
  assert.equal(isAddressable({ status: { phase: 'Pending' } }), false);
});
