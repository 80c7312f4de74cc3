import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '#kinds/generated/core-v1.ts';
import type { Endpoint, EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import { type Frontend, frontendsOf } from './service-map.ts';

function service(spec: Partial<NonNullable<Service['spec']>>, status?: Service['status']): Service {
  return {
    metadata: { namespace: 'default', name: 'web' },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.7',
      clusterIPs: ['10.96.0.7'],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      ...spec,
    },
    ...(status ? { status } : {}),
  };
}

function slice(...endpoints: readonly Endpoint[]): EndpointSlice {
  return {
    metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
  };
}

const here: Endpoint = { addresses: ['10.244.1.2'], nodeName: 'n1', conditions: { ready: true } };
const there: Endpoint = { addresses: ['10.244.2.2'], nodeName: 'n2', conditions: { ready: true } };
const ending: Endpoint = {
  addresses: ['10.244.2.3'],
  nodeName: 'n2',
  conditions: { ready: false, serving: true, terminating: true },
};

function summary(frontends: readonly Frontend[]): string[] {
  return frontends.map(({ match, backends, masquerade, whenEmpty }) => {
    const where = match.type === 'address' ? `${match.ip}:${match.port}` : `*:${match.port}`;
    const to = backends.map(({ ip, port }) => `${ip}:${port}`).join(' ') || whenEmpty;
    return `${where} -> ${to} (${masquerade})`;
  });
}

const cases: Readonly<Record<string, readonly [Service, readonly Endpoint[], readonly string[]]>> = {
  'ready endpoints, wherever they are': [
    service({}),
    [there, here],
    ['10.96.0.7:80 -> 10.244.1.2:8080 10.244.2.2:8080 (off-cluster)'],
  ],
  'terminating ones that serve when no other is left': [
    service({}),
    [ending],
    ['10.96.0.7:80 -> 10.244.2.3:8080 (off-cluster)'],
  ],
  'terminating ones are left out while there are ready ones': [
    service({}),
    [here, ending],
    ['10.96.0.7:80 -> 10.244.1.2:8080 (off-cluster)'],
  ],
  'none at all is refused': [service({}), [], ['10.96.0.7:80 -> reject (off-cluster)']],
  'an internal Local policy keeps to the node, and drops without': [
    service({ internalTrafficPolicy: 'Local' }),
    [there],
    ['10.96.0.7:80 -> drop (off-cluster)'],
  ],
  'node ports are masqueraded': [
    service({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30_001, protocol: 'TCP' }] }),
    [here],
    ['10.96.0.7:80 -> 10.244.1.2:8080 (off-cluster)', '*:30001 -> 10.244.1.2:8080 (always)'],
  ],
  'an external Local policy keeps the client address': [
    service({
      type: 'NodePort',
      externalTrafficPolicy: 'Local',
      ports: [{ name: 'http', port: 80, nodePort: 30_001, protocol: 'TCP' }],
    }),
    [here, there],
    ['10.96.0.7:80 -> 10.244.1.2:8080 10.244.2.2:8080 (off-cluster)', '*:30001 -> 10.244.1.2:8080 (never)'],
  ],
  'load balancer addresses, but not those that the balancer keeps': [
    service(
      { type: 'LoadBalancer' },
      { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { ip: '192.0.2.2', ipMode: 'Proxy' }] } },
    ),
    [here],
    ['10.96.0.7:80 -> 10.244.1.2:8080 (off-cluster)', '192.0.2.1:80 -> 10.244.1.2:8080 (always)'],
  ],
  'the same node where that is preferred': [
    service({ trafficDistribution: 'PreferSameNode' }),
    [here, there],
    ['10.96.0.7:80 -> 10.244.1.2:8080 (off-cluster)'],
  ],
  'headless and external names are not proxied': [service({ clusterIP: 'None', clusterIPs: ['None'] }), [here], []],
};

for (const [name, [object, endpoints, expected]] of Object.entries(cases)) {
  test(`frontendsOf: ${name}`, () => {
    assert.deepEqual(summary(frontendsOf(object, [slice(...endpoints)], 'n1', 'IPv4')), expected);
  });
}
