import type { GoldenCase } from '../golden-case.ts';

const zone = 'topology.kubernetes.io/zone';
const node = 'golden-topology';
const spec = {
  automountServiceAccountToken: false,
  containers: [{ name: 'c', image: 'x:1', resources: { requests: { cpu: '100m', memory: '1Mi' } } }],
};
const pod = (name: string, labels: Readonly<Record<string, string>>, nodeName?: string): GoldenCase => ({
  name,
  method: 'POST',
  path: 'pods',
  dryRun: true,
  body: { metadata: { name: 'a', labels }, spec: { nodeName, ...spec } },
});

export const cases: readonly GoldenCase[] = [
  {
    name: 'node',
    method: 'POST',
    path: '/api/v1/nodes',
    body: { metadata: { name: node, labels: { [zone]: 'z', 'topology.kubernetes.io/region': 'r', other: 'o' } } },
  },
  {
    name: 'pod to bind',
    method: 'POST',
    path: 'pods',
    body: { metadata: { name: 'b' }, spec },
  },
  pod('pod of no node', { [zone]: 'own' }),
  pod('pod of a node', { [zone]: 'own' }, node),
  pod('pod of a node that is not there', { [zone]: 'own' }, 'golden-nowhere'),
  {
    name: 'binding',
    method: 'POST',
    path: 'pods/b/binding',
    body: { metadata: { name: 'b' }, target: { kind: 'Node', name: node } },
  },
  { name: 'bound pod', method: 'GET', path: 'pods/b' },
  {
    name: 'resize beyond the node',
    method: 'PATCH',
    path: 'pods/b/resize',
    body: { spec: { containers: [{ name: 'c', image: 'x:1', resources: { requests: { cpu: '1', memory: '1Gi' } } }] } },
  },
];
