import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const backend = { service: { name: 's', port: { number: 80 } } };
const { create, spec, store, patchStatus, metadata, patch } = caseBuilders(
  'networking.k8s.io/v1/namespaces/NAMESPACE/ingresses',
  {
    metadata: { name: 'a' },
    spec: { defaultBackend: backend },
  },
);
const withBackend = (name: string, defaultBackend: object): GoldenCase => spec(name, { defaultBackend });
const path = (name: string, fields: object): GoldenCase =>
  spec(name, { rules: [{ http: { paths: [{ backend, ...fields }] } }] });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  spec('full', {
    ingressClassName: 'c',
    rules: [
      {
        host: 'a.example.com',
        http: {
          paths: [
            { path: '/a', pathType: 'Prefix', backend },
            { path: '/b', pathType: 'Exact', backend: { resource: { kind: 'K', name: 'n' } } },
          ],
        },
      },
    ],
    tls: [{ hosts: ['a.example.com'], secretName: 's' }],
  }),
  path('path twice the slash', { path: '/a//b', pathType: 'Prefix' }),
  path('empty path of a prefix', { path: '', pathType: 'Prefix' }),
  path('backend of a path', { path: '/', pathType: 'Prefix', backend: { service: { name: 's' } } }),
  spec('wildcards', { rules: [{ host: '*' }, { host: '*.*.a' }, { host: 'a..b' }, { host: '*.example.com' }] }),
  spec('rules without paths', { rules: [{}] }),
  create('valid'),
  create('nothing', { spec: {} }),
  withBackend('empty backend', {}),
  withBackend('two backends', { ...backend, resource: { kind: 'a', name: 'b' } }),
  withBackend('resource', { resource: { apiGroup: 'A', kind: 'a/b', name: '' } }),
  withBackend('service', { service: { name: 'A', port: { name: 'a_b' } } }),
  withBackend('two ports', { service: { name: '', port: { name: 'a', number: 1 } } }),
  withBackend('no port', { service: { name: 's' } }),
  withBackend('bad port', { service: { name: 's', port: { number: 70_000 } } }),
  spec('hosts', { rules: [{ host: '1.2.3.4' }, { host: '*.a' }, { host: 'a.*' }, { host: 'A' }] }),
  spec('no paths', { rules: [{ http: { paths: [] } }] }),
  path('no path type', { path: '/' }),
  path('path type', { path: '/', pathType: 'Regex' }),
  path('relative path', { path: 'a', pathType: 'ImplementationSpecific' }),
  path('bad path', { path: 'a//b/./../c%2f/..', pathType: 'Exact' }),
  spec('tls', { tls: [{ hosts: ['*.a', '*', 'A'], secretName: 'A' }] }),
  spec('class', { ingressClassName: 'A' }),
  create('class and annotation', {
    metadata: { name: 'a', annotations: { 'kubernetes.io/ingress.class': 'x' } },
    spec: { defaultBackend: backend, ingressClassName: 'y' },
  }),
  store(),
  patchStatus('status', { loadBalancer: { ingress: [{ ip: 'x', hostname: 'A' }, { hostname: '1.2.3.4' }] } }),
  patchStatus('status ports', {
    loadBalancer: {
      ingress: [
        {
          ip: '10.0.0.1',
          ports: [
            { port: 0, protocol: 'X', error: 'a b' },
            { port: 80, protocol: 'TCP' },
          ],
        },
      ],
    },
  }),
  patchStatus('status full', {
    loadBalancer: { ingress: [{ ip: '10.0.0.1', hostname: 'a.b', ports: [{ port: 80, protocol: 'TCP' }] }] },
  }),
  patch('class may change', { spec: { ingressClassName: 'd' } }),
  patch('class and then the annotation', { metadata: { annotations: { 'kubernetes.io/ingress.class': 'x' } } }),
  patch('backend goes', { spec: { defaultBackend: null } }),
];
