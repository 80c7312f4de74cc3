/** What test/golden/differential found in updates: a case for each fault, on objects that are stored first. */

import type { Tree } from '../case-builders.ts';
import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const services = 'services';
const events = `/apis/events.k8s.io/v1/namespaces/${goldenNamespace}/events`;

const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${goldenNamespace}/roles`;
const classes = '/apis/storage.k8s.io/v1/volumeattributesclasses';

const stored = (name: string, path: string, body: Tree): GoldenCase => ({
  name: `${name}: stored`,
  method: 'POST',
  path,
  body: { metadata: { name }, ...body },
});
const patch = (name: string, what: string, path: string, body: Tree): GoldenCase => ({
  name: `${name}: ${what}`,
  method: 'PATCH',
  path: `${path}/${name}`,
  body,
  dryRun: true,
});
const service = (name: string, what: string, spec: Tree): GoldenCase => patch(name, what, services, { spec });
const podSpec = {
  containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '1' } } }],
  automountServiceAccountToken: false,
};
const resize = (what: string, spec: Tree): GoldenCase => ({
  ...patch('golden-sized', what, 'pods', { spec }),
  path: 'pods/golden-sized/resize',
});
const event = (what: string, fields: Tree): GoldenCase => patch('golden-event', what, events, fields);

export const cases: readonly GoldenCase[] = [
  stored('golden-headless', services, {
    spec: { clusterIP: 'None', ipFamilyPolicy: 'RequireDualStack', ports: [{ port: 80 }] },
  }),
  service('golden-headless', 'an address that is none', { clusterIP: 'x', clusterIPs: ['x'] }),
  service('golden-headless', 'an address beside none', { clusterIPs: ['::1'] }),
  service('golden-headless', 'an odd policy of a name', {
    type: 'ExternalName',
    externalName: 'a.b',
    internalTrafficPolicy: 'Odd',
    clusterIP: null,
    clusterIPs: null,
  }),
  service('golden-headless', 'an address', { clusterIP: '10.96.0.77', clusterIPs: ['10.96.0.77'] }),
  service('golden-headless', 'one family less', { ipFamilies: ['IPv4'] }),
  service('golden-headless', 'another family', { ipFamilies: ['IPv6'] }),
  service('golden-headless', 'a family that is none', { ipFamilies: ['IPv5', 'IPv6'] }),
  service('golden-headless', 'a family twice', { ipFamilies: ['IPv4', 'IPv4'] }),
  service('golden-headless', 'a policy that is none', { ipFamilyPolicy: 'Odd' }),
  service('golden-headless', 'one stack', { ipFamilyPolicy: 'SingleStack' }),
  stored('golden-addressed', services, { spec: { clusterIP: '10.96.0.78', ports: [{ port: 80 }] } }),
  service('golden-addressed', 'another address', { clusterIP: '10.96.0.79', clusterIPs: ['10.96.0.79'] }),
  service('golden-addressed', 'an address of elsewhere', { clusterIP: '1.2.3.4', clusterIPs: ['1.2.3.4'] }),
  service('golden-addressed', 'an address of another family', { clusterIP: 'fd00::1', clusterIPs: ['fd00::1'] }),
  service('golden-addressed', 'three addresses', { clusterIPs: ['10.96.0.78', 'fd00::1', '10.96.0.80'] }),
  service('golden-addressed', 'two addresses of one family', { clusterIPs: ['10.96.0.78', '10.96.0.80'] }),
  service('golden-addressed', 'headless', { clusterIP: 'None', clusterIPs: ['None'] }),

  stored('golden-template', 'podtemplates', {
    template: { spec: { ...podSpec, volumes: [{ name: 'v', projected: { sources: [] } }] } },
  }),
  patch('golden-template', 'a label', 'podtemplates', { metadata: { labels: { a: 'b' } } }),
  patch('golden-template', 'another image', 'podtemplates', {
    template: { spec: { containers: [{ name: 'c', image: 'y' }] } },
  }),

  stored('golden-scaled', 'replicationcontrollers', {
    spec: { selector: { a: 'b' }, template: { metadata: { labels: { a: 'b' } }, spec: podSpec } },
  }),
  {
    ...patch('golden-scaled', 'metadata of a Scale', 'replicationcontrollers', {
      metadata: { labels: { 'a b': 'c d' }, finalizers: ['x'], generateName: 'A_' },
      spec: { replicas: -1 },
    }),
    path: 'replicationcontrollers/golden-scaled/scale',
  },

  stored('golden-sized', 'pods', { spec: podSpec }),
  resize('resources of the pod that say nothing', { resources: {} }),
  resize('limits of the pod', { resources: { limits: { cpu: '2' } } }),
  resize('limits of the pod beyond what can be resized', {
    resources: { limits: { cpu: '2', 'hugepages-2Mi': '2Mi' } },
  }),
  resize('claims of the pod', { resources: { claims: [{ name: 'x' }] } }),

  stored('golden-event', events, {
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'a.b/c',
    reportingInstance: 'i',
    action: 'x',
    reason: 'y',
    type: 'Normal',
    regarding: { kind: 'Pod', namespace: goldenNamespace, name: 'p' },
  }),
  event('another object', { regarding: { name: 'q' } }),
  event('a related object', { related: { kind: 'Pod' } }),
  event('no action', { action: null }),
  event('another source', { deprecatedSource: { component: 'c' } }),

  ...(
    [
      ['services', { spec: { clusterIP: 'None' } }],
      ['configmaps', {}],
      [roles, {}],
      [classes, { driverName: 'a.b', parameters: { a: 'b' } }],
    ] as const
  ).flatMap(([path, body]) => [
    { ...stored('golden-named', path, body), name: `golden-named: stored in ${path}` },
    ...['G_', '..', 'a/b', 'g-'].map((generateName) =>
      patch('golden-named', `${path.split('/').at(-1)} from ${generateName}`, path, { metadata: { generateName } }),
    ),
  ]),
  patch('golden-named', 'another driver', classes, { driverName: 'c__', parameters: null }),
];

export const cleanup = [
  'pods/golden-sized',
  'services/golden-named',
  'configmaps/golden-named',
  `${roles}/golden-named`,
  `${classes}/golden-named`,
  'replicationcontrollers/golden-scaled',
  'podtemplates/golden-template',
  `${services}/golden-headless`,
  `${services}/golden-addressed`,
  `${events}/golden-event`,
];
