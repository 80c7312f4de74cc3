import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, metadata, store, patch } = caseBuilders(
  'networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies',
  {
    metadata: { name: 'a' },
    spec: { podSelector: {} },
  },
);
const port = (name: string, fields: object): GoldenCase => spec(name, { ingress: [{ ports: [fields] }] });
const peer = (name: string, fields: object): GoldenCase => spec(name, { egress: [{ to: [fields] }] });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  spec('full', {
    podSelector: { matchLabels: { a: 'b' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [{ namespaceSelector: {}, podSelector: {} }],
        ports: [{ port: 'http' }, { protocol: 'UDP', port: 1, endPort: 2 }],
      },
    ],
    egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
  }),
  spec('no types but rules of egress', { egress: [{}] }),
  spec('selector operators', {
    podSelector: {
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'b', operator: 'Exists', values: ['c'] },
        { key: '', operator: 'Near' },
      ],
    },
  }),
  port('names of ports', { port: '' }),
  port('port of letters only in capitals', { port: 'HTTP' }),
  port('SCTP', { protocol: 'SCTP', port: 1 }),
  peer('namespace selector', { namespaceSelector: { matchLabels: { a: 'b c' } } }),
  peer('block of the sixth version', { ipBlock: { cidr: '2001:db8::/32', except: ['10.0.0.0/8', '2001:db8::/33'] } }),
  peer('block with leading zeros', { ipBlock: { cidr: '010.0.0.0/8' } }),
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
  store(),
  patch('everything may change', { spec: { podSelector: { matchLabels: { a: 'b' } }, policyTypes: ['Egress'] } }),
  patch('to something bad', { spec: { policyTypes: ['Sideways'] } }),
];
