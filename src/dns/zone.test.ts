import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '#kinds/generated/core-v1.ts';
import type { Endpoint, EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import { lookUp, type RecordType, type ZoneSource } from './zone.ts';

const zone = 'cluster.local';

function service(name: string, spec: Service['spec']): Service {
  return { metadata: { namespace: 'default', name }, spec };
}

function slice(owner: string, endpoints: readonly Endpoint[]): EndpointSlice {
  return {
    metadata: { namespace: 'default', name: `${owner}-1`, labels: { 'kubernetes.io/service-name': owner } },
    addressType: 'IPv4' as EndpointSlice['addressType'],
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
  };
}

const services = new Map<string, Service>(
  [
    service('web', { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'], ports: [{ name: 'http', port: 80 }] }),
    service('db', { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] }),
    service('empty', { clusterIP: 'None', ports: [] }),
    service('out', { type: 'ExternalName', externalName: 'Example.com.' }),
  ].map((item) => [`default/${item.metadata?.name}`, item]),
);

const slices = [
  slice('db', [
    { addresses: ['10.244.0.5'], hostname: 'db-0', conditions: { ready: true } },
    { addresses: ['10.244.0.6'], conditions: { ready: true } },
    { addresses: ['10.244.0.7'], conditions: { ready: false } },
  ]),
];

const source: ZoneSource = {
  service: (key) => services.get(key),
  slicesOf: (key) =>
    slices.filter((item) => `default/${item.metadata?.labels?.['kubernetes.io/service-name']}` === key),
  namespaceExists: (name) => name === 'default',
  serviceByIP: (ip) => [...services.values()].find((item) => item.spec?.clusterIPs?.includes(ip)),
  slicesByIP: (ip) => slices.filter((item) => item.endpoints?.some((endpoint) => endpoint.addresses.includes(ip))),
};

/** 'name type' -> status and data of the answers. */
const cases: readonly (readonly [string, RecordType, string])[] = [
  ['web.default.svc.cluster.local', 'A', 'known 10.96.0.7'],
  ['web.default.svc.cluster.local', 'AAAA', 'known'],
  ['_http._tcp.web.default.svc.cluster.local', 'SRV', 'known 0 100 80 web.default.svc.cluster.local'],
  ['_nope._tcp.web.default.svc.cluster.local', 'SRV', 'absent'],
  ['db.default.svc.cluster.local', 'A', 'known 10.244.0.5, 10.244.0.6'],
  ['db-0.db.default.svc.cluster.local', 'A', 'known 10.244.0.5'],
  ['10-244-0-6.db.default.svc.cluster.local', 'A', 'known 10.244.0.6'],
  ['10-244-0-7.db.default.svc.cluster.local', 'A', 'absent'],
  [
    '_http._tcp.db.default.svc.cluster.local',
    'SRV',
    'known 0 50 8080 db-0.db.default.svc.cluster.local, 0 50 8080 10-244-0-6.db.default.svc.cluster.local',
  ],
  ['empty.default.svc.cluster.local', 'A', 'absent'],
  ['out.default.svc.cluster.local', 'A', 'known example.com'],
  ['nope.default.svc.cluster.local', 'A', 'absent'],
  ['default.svc.cluster.local', 'A', 'known'],
  ['nope.svc.cluster.local', 'A', 'absent'],
  ['10-1-2-3.default.pod.cluster.local', 'A', 'known 10.1.2.3'],
  ['10-1-2-300.default.pod.cluster.local', 'A', 'absent'],
  ['10-1-2-3.nope.pod.cluster.local', 'A', 'absent'],
  ['7.0.96.10.in-addr.arpa', 'PTR', 'known web.default.svc.cluster.local'],
  ['5.0.244.10.in-addr.arpa', 'PTR', 'known db-0.db.default.svc.cluster.local'],
  ['1.1.1.1.in-addr.arpa', 'PTR', 'foreign'],
  ['dns-version.cluster.local', 'TXT', 'known 1.1.0'],
  ['example.com', 'A', 'foreign'],
  ['xcluster.local', 'A', 'foreign'],
];

for (const [name, type, expected] of cases) {
  test(`lookUp ${name} ${type}`, () => {
    const { status, answers } = lookUp(source, zone, name, type);
    const data = answers.map((record) =>
      typeof record.data === 'string' ? record.data : Object.values(record.data).join(' '),
    );
    assert.equal([status, data.join(', ')].filter((part) => part !== '').join(' '), expected);
  });
}
