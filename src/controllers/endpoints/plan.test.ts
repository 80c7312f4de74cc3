import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, Service } from '#kinds/generated/core-v1.ts';
import { maxCapacity, planEndpoints } from './plan.ts';

const service: Service = {
  metadata: { name: 'web', namespace: 'default', labels: { tier: 'front' } },
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.96.0.10',
    ipFamilies: ['IPv4'],
    ports: [
      { name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' },
      { name: 'admin', port: 81, targetPort: 'admin', protocol: 'TCP' },
    ],
  },
};

function pod(name: string, ip: string, ready: boolean, admin?: number): Pod {
  const ports = admin ? [{ name: 'admin', containerPort: admin, protocol: 'TCP' as const }] : [];
  return {
    metadata: { name, namespace: 'default', uid: name },
    spec: { nodeName: 'n1', containers: [{ name: 'c', ports }] },
    status: { phase: 'Running', podIPs: [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

const address = (name: string, ip: string) => ({
  ip,
  nodeName: 'n1',
  targetRef: { kind: 'Pod', namespace: 'default', name, uid: name },
});

test('ports of the same addresses share a subset; ready and not ready are apart', () => {
  const pods = [pod('b', '10.0.0.2', true, 9090), pod('a', '10.0.0.1', true, 9090), pod('c', '10.0.0.3', false)];
  const planned = planEndpoints(service, pods, undefined);
  assert.deepEqual(planned, {
    metadata: {
      name: 'web',
      namespace: 'default',
      labels: { tier: 'front', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
      annotations: undefined,
    },
    subsets: [
      {
        addresses: [address('a', '10.0.0.1'), address('b', '10.0.0.2')],
        ports: [{ name: 'admin', port: 9090, protocol: 'TCP' }],
      },
      {
        addresses: [address('a', '10.0.0.1'), address('b', '10.0.0.2')],
        notReadyAddresses: [address('c', '10.0.0.3')],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    ],
  });
  assert.equal(planEndpoints(service, pods.toReversed(), planned), undefined);
});

test('no pods: an object without subsets', () => {
  assert.equal(planEndpoints(service, [], undefined)?.subsets, undefined);
});

test('more than the capacity is cut and annotated; the annotation goes when they fit', () => {
  const many = Array.from({ length: maxCapacity + 5 }, (_, index) =>
    pod(`p${index}`, `10.${Math.floor(index / 65536)}.${Math.floor(index / 256) % 256}.${index % 256}`, index > 3),
  );
  const one: Service = { ...service, spec: { ...service.spec, ports: service.spec?.ports?.slice(0, 1) } };
  const cut = planEndpoints(one, many, undefined);
  assert.equal(cut?.subsets?.[0]?.addresses?.length, maxCapacity);
  assert.equal(cut?.subsets?.[0]?.notReadyAddresses, undefined);
  assert.equal(cut?.metadata?.annotations?.['endpoints.kubernetes.io/over-capacity'], 'truncated');
  assert.equal(planEndpoints(one, many.slice(0, 10), cut)?.metadata?.annotations, undefined);
});

test('the time of the change that is written is annotated, and is no reason to write', () => {
  const key = 'endpoints.kubernetes.io/last-change-trigger-time';
  const pods = [pod('a', '10.0.0.1', true)];
  const first = planEndpoints(service, pods, undefined, '2026-01-01T00:00:00Z');
  assert.deepEqual(first?.metadata?.annotations, { [key]: '2026-01-01T00:00:00Z' });
  assert.equal(planEndpoints(service, pods, first, '2026-01-01T00:00:09Z'), undefined);
  assert.equal(planEndpoints(service, [], first, undefined)?.metadata?.annotations, undefined);
});
