import { metadataOf } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

type Tree = Record<string, unknown>;

/** Addresses and node ports are given: what is allocated differs from run to run. Ranges differ, so most services have no address. */
const service = (spec: Tree, metadata: Tree = {}): Tree => ({
  metadata: { name: 'a', ...metadata },
  spec: { clusterIP: 'None', ports: [{ port: 80 }], ...spec },
});
const create = (name: string, spec: Tree, metadata: Tree = {}): GoldenCase => ({
  name,
  method: 'POST',
  path: 'services',
  body: service(spec, metadata),
  dryRun: true,
});
const patch = (name: string, spec: Tree): GoldenCase => ({
  name,
  method: 'PATCH',
  path: 'services/a',
  body: { spec },
});

export const cases: readonly GoldenCase[] = [
  ...metadataOf('services', { spec: { ports: [{ port: 80 }] } }),
  create('headless', {}),
  create('headless without ports', { ports: [] }),
  create('name', {}, { name: 'a.b' }),
  create('name that starts with a digit', {}, { name: '1a' }),
  create('external name', {
    type: 'ExternalName',
    clusterIP: undefined,
    externalName: 'example.com.',
    ports: undefined,
  }),
  create('external name missing', { type: 'ExternalName', clusterIP: undefined, externalName: '' }),
  create('external name in capitals', { type: 'ExternalName', clusterIP: undefined, externalName: 'A_b' }),
  create('unknown type', { type: 'Odd' }),
  create('headless balancer', { type: 'LoadBalancer' }),
  create('headless with node ports', { type: 'NodePort' }),
  create('port names', {
    ports: [{ port: 80 }, { port: 81, name: 'A' }, { port: 82, name: 'b' }, { port: 83, name: 'b' }],
  }),
  create('port numbers', {
    ports: [
      { port: 0, name: 'a' },
      { port: 70000, name: 'b', targetPort: 'UPPER' },
    ],
  }),
  create('port protocol', { ports: [{ port: 80, protocol: 'ICMP', appProtocol: 'a b' }] }),
  create('port twice', {
    ports: [
      { port: 80, name: 'a' },
      { port: 80, name: 'b' },
    ],
  }),
  create('node port without type', { ports: [{ port: 80, nodePort: 30000 }] }),
  create('selector', { selector: { 'a b': 'c d' } }),
  create('session affinity', { sessionAffinity: 'Odd' }),
  create('session affinity timeout', {
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } },
  }),
  create('external addresses', { externalIPs: ['x', '127.0.0.1', '0.0.0.0', '169.254.1.1', '1.2.3.4'] }),
  create('source ranges', { loadBalancerSourceRanges: ['10.0.0.0/8'] }),
  create('traffic policies', { internalTrafficPolicy: 'Odd', externalTrafficPolicy: 'Local' }),
  create('traffic distribution', { trafficDistribution: 'Odd' }),
  create('deprecated traffic distribution', { trafficDistribution: 'PreferClose' }),
  create('balancer fields', {
    allocateLoadBalancerNodePorts: true,
    loadBalancerClass: 'a.b/c',
    healthCheckNodePort: 30001,
  }),
  create(
    'topology annotations',
    {},
    {
      annotations: { 'service.kubernetes.io/topology-aware-hints': 'auto', 'service.kubernetes.io/topology-mode': 'x' },
    },
  ),
  create('headless with what headless services ignore', { sessionAffinity: 'ClientIP', externalName: 'x' }),
  { name: 'create', method: 'POST', path: 'services', body: service({}) },
  patch('new selector', { selector: { a: 'b' } }),
  patch('no selector', { selector: null }),
  patch('new port', { ports: [{ port: 81 }] }),
  patch('invalid port', { ports: [{ port: -1 }] }),
  patch('to external name', {
    type: 'ExternalName',
    externalName: 'example.com',
    clusterIP: null,
    clusterIPs: null,
    ipFamilies: null,
    ipFamilyPolicy: null,
  }),
  patch('to an unknown type', { type: 'Odd' }),
  {
    name: 'status of no balancer',
    method: 'PATCH',
    path: 'services/a/status',
    body: { status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } },
  },
];
