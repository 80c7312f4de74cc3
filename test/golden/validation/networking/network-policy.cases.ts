import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec } = caseBuilders('networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies', {
  metadata: { name: 'a' },
  spec: { podSelector: {} },
});
const port = (name: string, fields: object): GoldenCase => spec(name, { ingress: [{ ports: [fields] }] });
const peer = (name: string, fields: object): GoldenCase => spec(name, { egress: [{ to: [fields] }] });

export const cases: readonly GoldenCase[] = [
  create('valid'),
  spec('selector', { podSelector: { matchLabels: { 'a b': 'c' } } }),
  port('port', { protocol: 'ICMP', port: 0, endPort: 70_000 }),
  port('end before port', { port: 80, endPort: 79 }),
  port('named port with end', { port: 'a_b', endPort: 80 }),
  port('end alone', { endPort: 80 }),
  peer('no peer', {}),
  peer('block and selector', { ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }),
  peer('empty block', { ipBlock: { cidr: '' } }),
  peer('bad block', { ipBlock: { cidr: '10.0.0.1/8', except: ['x', '10.0.0.0/8', '11.0.0.0/9', '10.1.0.0/16'] } }),
  spec('policy types', { policyTypes: ['Egress', 'Sideways'] }),
  spec('three policy types', { policyTypes: ['Egress', 'Ingress', 'Egress'] }),
];
