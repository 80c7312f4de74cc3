import { metadataOf } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

type Tree = Record<string, unknown>;

const name = 'golden-node';
const create = (title: string, object: Tree): GoldenCase => ({
  name: title,
  method: 'POST',
  path: '/api/v1/nodes',
  body: { metadata: { name }, ...object },
  dryRun: true,
});
const patch = (title: string, body: Tree, subresource = ''): GoldenCase => ({
  name: title,
  method: 'PATCH',
  path: `/api/v1/nodes/${name}${subresource}`,
  body,
});

export const cases: readonly GoldenCase[] = [
  ...metadataOf('nodes', {}),
  create('minimal', {}),
  create('name', { metadata: { name: 'A b' } }),
  create('taints', {
    spec: {
      taints: [
        { key: 'a b', value: 'c d', effect: 'Odd' },
        { key: 'a', effect: '' },
        { key: 'b', effect: 'NoSchedule' },
      ],
    },
  }),
  create('taint twice', {
    spec: {
      taints: [
        { key: 'b', effect: 'NoSchedule' },
        { key: 'b', effect: 'NoSchedule', value: 'x' },
      ],
    },
  }),
  create('pod CIDRs', { spec: { podCIDRs: ['x'] } }),
  create('pod CIDRs of one family', { spec: { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'] } }),
  create('pod CIDR with host bits', { spec: { podCIDRs: ['10.0.0.1/24'] } }),
  create('capacity', { status: { capacity: { cpu: '-1', pods: '1.5', 'a.b/c': '500m' } } }),
  create('deprecated fields', { spec: { externalID: 'x' } }),
  create('declared features', { status: { declaredFeatures: ['B', 'A', 'A', 'lower'] } }),
  {
    name: 'create',
    method: 'POST',
    path: '/api/v1/nodes',
    body: { metadata: { name }, spec: { podCIDRs: ['10.0.0.0/24'], podCIDR: '10.0.0.0/24', providerID: 'p' } },
  },
  patch('unschedulable', { spec: { unschedulable: true } }),
  patch('other pod CIDR', { spec: { podCIDR: '10.0.1.0/24', podCIDRs: ['10.0.1.0/24'] } }),
  patch('other provider', { spec: { providerID: 'q' } }),
  patch('external ID', { spec: { externalID: 'x' } }),
  patch(
    'address twice',
    {
      status: {
        addresses: [
          { type: 'InternalIP', address: '1.1.1.1' },
          { type: 'InternalIP', address: '1.1.1.1' },
        ],
      },
    },
    '/status',
  ),
  patch('negative capacity', { status: { capacity: { cpu: '-1' } } }, '/status'),
];
