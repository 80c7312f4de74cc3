import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { store, patch, create, metadata } = caseBuilders('discovery.k8s.io/v1/namespaces/NAMESPACE/endpointslices', {
  metadata: { name: 'a' },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'] }],
  ports: [{ name: 'p', port: 80 }],
});
const addresses = (name: string, addressType: string, list: readonly string[]): GoldenCase =>
  create(name, { addressType, endpoints: list.map((address) => ({ addresses: [address] })) });
const endpoint = (name: string, fields: object): GoldenCase =>
  create(name, { endpoints: [{ addresses: ['10.0.0.1'], ...fields }] });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', {
    endpoints: [
      {
        addresses: ['10.0.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        hostname: 'h',
        nodeName: 'n',
        zone: 'z',
        hints: { forZones: [{ name: 'z' }], forNodes: [{ name: 'n' }] },
        targetRef: { kind: 'Pod', name: 'p' },
      },
    ],
    ports: [
      { name: '', port: 80 },
      { name: 'b', protocol: 'UDP' },
      { name: 'c', port: 0, appProtocol: 'kubernetes.io/h2c' },
    ],
  }),
  create('minimal', { endpoints: [], ports: undefined }),
  create('too many ports', { ports: Array.from({ length: 101 }, (_, i) => ({ name: `p${i}`, port: i + 1 })) }),
  create('too many endpoints', { endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) }),
  endpoint('too many addresses', { addresses: Array.from({ length: 101 }, (_, i) => `10.0.0.${i}`) }),
  endpoint('deprecated topology', { deprecatedTopology: { 'a b': 'c' } }),
  endpoint('host names', { hostname: 'A' }),
  create('valid'),
  create('no address type', { addressType: '' }),
  create('address type', { addressType: 'IPv5' }),
  addresses('IPv4', 'IPv4', ['x', '0.0.0.0', '127.0.0.1', '169.254.1.1', '224.0.0.5', '2001:db8::1', '10.0.0.01']),
  addresses('IPv6', 'IPv6', ['x', '::', '::1', 'fe80::1', 'ff02::1', '10.0.0.1', '2001:DB8::1']),
  addresses('FQDN', 'FQDN', ['', 'a', 'A.b', 'a.b.', `${'a'.repeat(64)}.b`]),
  endpoint('no addresses', { addresses: [] }),
  endpoint('node name', { nodeName: 'A b' }),
  endpoint('hostname', { hostname: 'a.b' }),
  endpoint('hints', { hints: { forZones: [{ name: 'a' }, { name: 'a' }, { name: 'a b' }] } }),
  endpoint('too many hints', { hints: { forZones: Array.from({ length: 9 }, (_, i) => ({ name: `z${i}` })) } }),
  endpoint('node hints', { hints: { forNodes: [{ name: 'a' }, { name: 'a' }, { name: 'A' }] } }),
  create('ports', {
    ports: [
      { name: 'a', port: 1 },
      { name: 'a', port: 2 },
      { name: 'A_', port: 3, protocol: 'ICMP', appProtocol: 'a b' },
    ],
  }),
  store(),
  patch('address type is immutable', { addressType: 'FQDN', endpoints: [] }),
  patch('endpoints may change', { endpoints: [{ addresses: ['10.0.0.2'] }], ports: [] }),
  patch('endpoints become bad', { endpoints: [{ addresses: ['x'] }] }),
];
