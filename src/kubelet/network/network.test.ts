import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSpec } from '#kinds/generated/core-v1.ts';
import { samplePod } from '../pod/pod-samples.ts';
import { podHostname, sandboxHostname } from './hostname.ts';
import { hostNetworkHostsFile, podHostsFile } from './hosts-file.ts';
import { parseResolvConf, podResolver } from './resolver.ts';

const node = parseResolvConf(
  '# comment\nnameserver 1.1.1.1\nnameserver 8.8.8.8\nsearch old.example\nsearch example.com. .\noptions ndots:1 timeout:2\n',
);
const cluster = { clusterDNS: ['10.96.0.10'], clusterDomain: 'cluster.local' };
const clusterSearches = ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example.com'];

const cases: readonly { readonly name: string; readonly spec: Partial<PodSpec>; readonly config: object }[] = [
  {
    name: 'ClusterFirst',
    spec: {},
    config: { servers: ['10.96.0.10'], searches: clusterSearches, options: ['ndots:5'] },
  },
  {
    name: 'Default',
    spec: { dnsPolicy: 'Default' },
    config: { servers: ['1.1.1.1', '8.8.8.8'], searches: ['example.com'], options: ['ndots:1', 'timeout:2'] },
  },
  {
    name: 'ClusterFirst in the host network is Default',
    spec: { hostNetwork: true },
    config: { servers: ['1.1.1.1', '8.8.8.8'], searches: ['example.com'], options: ['ndots:1', 'timeout:2'] },
  },
  {
    name: 'ClusterFirstWithHostNet',
    spec: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    config: { servers: ['10.96.0.10'], searches: clusterSearches, options: ['ndots:5'] },
  },
  {
    name: 'None with its own',
    spec: {
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['9.9.9.9'],
        searches: ['a.b'],
        options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
      },
    },
    config: { servers: ['9.9.9.9'], searches: ['a.b'], options: ['ndots:2', 'edns0'] },
  },
  {
    name: 'its own are added, options of the same name replaced',
    spec: { dnsConfig: { nameservers: ['9.9.9.9'], searches: ['a.b'], options: [{ name: 'ndots', value: '2' }] } },
    config: { servers: ['10.96.0.10', '9.9.9.9'], searches: [...clusterSearches, 'a.b'], options: ['ndots:2'] },
  },
];

test('podResolver by policy', () => {
  const results = cases.map(({ name, spec }) => ({
    name,
    config: podResolver(samplePod({ ...spec, containers: [] }), node, cluster).config,
  }));
  assert.deepEqual(
    results,
    cases.map(({ name, config }) => ({ name, config })),
  );
});

test('podResolver keeps three nameservers and says so', () => {
  const pod = samplePod({
    containers: [],
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'] },
  });
  assert.deepEqual(podResolver(pod, node, cluster), {
    config: { servers: ['1.1.1.1', '2.2.2.2', '3.3.3.3'], searches: [], options: [] },
    warnings: [
      'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 1.1.1.1 2.2.2.2 3.3.3.3',
    ],
  });
});

test('hosts files', () => {
  const lines = podHostsFile(['10.0.0.1', 'fd00::1'], 'web', 'sub.shop.svc.cluster.local', [
    { ip: '1.2.3.4', hostnames: ['foo', 'bar'] },
  ]).split('\n');
  assert.equal(lines[0], '# Kubernetes-managed hosts file.');
  assert.deepEqual(lines.slice(7), [
    '10.0.0.1\tweb.sub.shop.svc.cluster.local\tweb',
    'fd00::1\tweb.sub.shop.svc.cluster.local\tweb',
    '',
    '# Entries added by HostAliases.',
    '1.2.3.4\tfoo\tbar',
    '',
  ]);
  assert.equal(hostNetworkHostsFile('127.0.0.1 x\n'), '# Kubernetes-managed hosts file (host network).\n127.0.0.1 x\n');
});

test('hostnames', () => {
  const named = samplePod({ containers: [], hostname: 'db-0', subdomain: 'db', setHostnameAsFQDN: true });
  const name = podHostname(named, 'cluster.local');
  assert.deepEqual(name, { hostname: 'db-0', domain: 'db.shop.svc.cluster.local' });
  assert.equal(sandboxHostname(named, name), 'db-0.db.shop.svc.cluster.local');
  const long = {
    ...samplePod({ containers: [] }),
    metadata: { name: `${'x'.repeat(62)}-y`, namespace: 'shop', uid: 'u1' },
  };
  assert.equal(podHostname(long, 'cluster.local').hostname, 'x'.repeat(62));
});
