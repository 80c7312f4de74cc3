import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { claimCases, exactly, request } from './claim-cases.ts';

const { create, store, patch, patchStatus, metadata } = caseBuilders(
  'resource.k8s.io/v1/namespaces/NAMESPACE/resourceclaims',
  {
    metadata: { name: 'golden' },
    spec: { devices: { requests: [request] } },
  },
);
const result = { request: 'a', driver: 'golden.example.com', pool: 'p', device: 'd' };
const device = { driver: 'golden.example.com', pool: 'p', device: 'd' };
const consumer = { resource: 'pods', name: 'a', uid: 'u' };
const allocated = (name: string, fields: Tree): GoldenCase =>
  patchStatus(name, { allocation: { devices: { results: [{ ...result, ...fields }] } } });
const reported = (name: string, fields: Tree): GoldenCase => patchStatus(name, { devices: [{ ...device, ...fields }] });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  create('name', { metadata: { name: 'A_' } }),
  ...claimCases((name, spec) => create(name, { spec })),
  store(),
  patch('spec is immutable', { spec: { devices: { requests: [{ name: 'b', exactly }] } } }),
  patch('labels may change', { metadata: { labels: { a: 'b' } } }),
  patchStatus('reserved without allocation', { reservedFor: [consumer] }),
  allocated('result of no request', { request: 'z' }),
  allocated('result names', { driver: 'A_', pool: 'a//b', device: 'A' }),
  allocated('result empty', { driver: '', pool: '', device: '' }),
  allocated('share', { shareID: 'x' }),
  allocated('share in capitals', { shareID: '11111111-2222-3333-4444-AAAAAAAAAAAA' }),
  allocated('binding conditions alone', { bindingConditions: ['a'] }),
  allocated('binding conditions', { bindingConditions: ['a', 'a', 'b c'], bindingFailureConditions: ['a'] }),
  patchStatus('allocated configuration', {
    allocation: { devices: { results: [result], config: [{ source: 'Nowhere', requests: ['z'] }] } },
  }),
  patchStatus('allocated nodes', { allocation: { nodeSelector: { nodeSelectorTerms: [] } } }),
  allocated('allocated', {}),
  patchStatus('allocation is immutable', { allocation: { devices: { results: [{ ...result, device: 'e' }] } } }),
  patchStatus('reserved', { reservedFor: [consumer] }),
  patchStatus('reserved twice', { reservedFor: [consumer, consumer] }),
  patchStatus('reserved for nobody', { reservedFor: [{ resource: '', name: '', uid: '' }] }),
  reported('device that is not allocated', { device: 'z' }),
  reported('device', { data: { a: 1 }, networkData: { interfaceName: 'eth0', ips: ['10.0.0.1/24'] } }),
  patchStatus('device reported twice', {
    devices: [1, 2].map(() => ({
      driver: 'a.b',
      pool: 'p',
      device: 'd',
      shareID: '11111111-2222-3333-4444-aaaaaaaaaaaa',
    })),
  }),
  reported('device data', { data: [1] }),
  reported('device network', {
    networkData: {
      interfaceName: 'a'.repeat(257),
      hardwareAddress: 'a'.repeat(129),
      ips: ['10.0.0.1', '010.0.0.1/24', '::ffff:10.0.0.1/120', '2001:DB8::1/64', '10.0.0.2/24', '10.0.0.2/24'],
    },
  }),
  reported('device condition', { conditions: [{ type: 'a b', status: 'Maybe' }] }),
  patchStatus('deallocated', { allocation: null, reservedFor: null }),
];
