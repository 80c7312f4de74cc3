/** Sequences that were thought of, or cut out of random ones, each for one rule. */

import { gadgets } from '../apply/definitions.ts';
import { group } from '../apply/kinds.ts';
import type { Step } from './exchange.ts';

const types = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  operations: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};
const table = 'application/json;as=Table;g=meta.k8s.io;v=v1';
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const apps = '/apis/apps/v1/namespaces/<namespace>';
const ingresses = '/apis/networking.k8s.io/v1/namespaces/<namespace>/ingresses';
const events = '/apis/events.k8s.io/v1/namespaces/<namespace>/events';
const jobs = '/apis/batch/v1/namespaces/<namespace>/jobs';
const widgets = `/apis/${group}/v1/namespaces/<namespace>/widgets`;
const gadgetPath = `/apis/${gadgets.spec.group}/v1/namespaces/<namespace>/gadgets`;

const get = (path: string, more: Partial<Step> = {}): Step => ({ method: 'GET', path, ...more });
const post = (path: string, body: unknown, more: Partial<Step> = {}): Step => ({ method: 'POST', path, body, ...more });
const put = (path: string, body: unknown, more: Partial<Step> = {}): Step => ({ method: 'PUT', path, body, ...more });
const remove = (path: string, body?: unknown, more: Partial<Step> = {}): Step => ({
  method: 'DELETE',
  path,
  ...(body === undefined ? {} : { body }),
  ...more,
});
const patch = (contentType: string, path: string, body: unknown, more: Partial<Step> = {}): Step => ({
  method: 'PATCH',
  path,
  contentType,
  body,
  ...more,
});
const named = (name: string, more: object = {}, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  ...more,
});

const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' };
const entry = {
  manager: 'x',
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:metadata': { 'f:labels': {} } },
};
const pods = { containers: [{ name: 'a', image: 'i' }] };
const job = { spec: { template: { spec: { ...pods, restartPolicy: 'Never' } } } };
const deployment = {
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: pods },
  },
};
const event = {
  type: 'Normal',
  action: 'Bound',
  reason: 'R',
  eventTime: '2026-01-01T00:00:00.000001Z',
  reportingController: 'example.com/c',
  reportingInstance: 'i',
  regarding: { kind: 'Pod', name: 'a', namespace: '<namespace>' },
};
const sizedContainer = { name: 'a', image: 'i', resources: { requests: { cpu: '100m' } } };
const sized = { containers: [sizedContainer] };
const ending = { deletionTimestamp: '2020-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 };
const leases = '/apis/coordination.k8s.io/v1/namespaces/<namespace>/leases';
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const oneSecond = 'timeoutSeconds=1';

export const written: Readonly<Record<string, readonly Step[]>> = {
  creates: [
    post('configmaps', named('a', {}, { deletionTimestamp: '2020-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 })),
    post('configmaps', named('b', {}, { managedFields: [entry] })),
    post('configmaps', named('c', {}, { managedFields: [{}] })),
    post('configmaps', named('d', {}, { ownerReferences: [owner, owner, { ...owner, uid: 'v' }] })),
    post('configmaps', named('e', {}, { resourceVersion: 'x' })),
    post('configmaps', named('f', {}, { resourceVersion: '0' })),
    post('configmaps?dryRun=All', named('g', {}, { resourceVersion: '<version of configmaps/a>' })),
    post('configmaps', named('a', {}, { generateName: 'g-' })),
    post('configmaps', { metadata: { generateName: 'g-' } }),
    post('configmaps', { metadata: { generateName: 'G_' } }),
    post('configmaps', named('A_B', {}, { resourceVersion: '5' })),
    get('configmaps/<generated>'),
  ],
  updates: [
    post('configmaps', named('a', { data: { x: 'MQ==' } }, { finalizers: ['example.com/a'] })),
    put('configmaps/a', undefined, {
      edit: { of: 'configmaps/a', merge: { metadata: { ownerReferences: [owner, owner] } } },
    }),
    patch(types.merge, 'configmaps/a', { metadata: { ownerReferences: [owner, owner] } }),
    put('configmaps/a', named('a', {}, { uid: 'other' })),
    put('configmaps/a', named('a', {}, { resourceVersion: '<old version of configmaps/a>' })),
    patch(types.merge, 'configmaps/none', 'x'),
    patch(types.merge, 'configmaps/a', { kind: null }),
    patch(types.merge, 'configmaps/a', { kind: 'Secret' }),
    patch(types.merge, 'configmaps/a', { apiVersion: 'v9' }),
    patch(types.operations, 'configmaps/a', [{ op: 'replace', path: '/kind', value: 'Foo' }]),
    patch(types.operations, 'configmaps/a', [{ op: 'replace', path: '/data', value: 'x' }]),
    patch(types.strategic, 'configmaps/a', { kind: 'Secret' }),
    patch(types.strategic, 'configmaps/a', { metadata: { $retainKeys: ['name'], labels: { a: 'b' } } }),
    patch(types.apply, 'configmaps/none?fieldManager=a', { ...configMap, ...named('none', {}, { uid: 'x' }) }),
    patch(types.apply, `${apps}/deployments/none/status?fieldManager=a`, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      unknown: 1,
    }),
    remove('configmaps/a'),
    patch(types.merge, 'configmaps/a', { metadata: { finalizers: null } }),
    put('/apis/coordination.k8s.io/v1/namespaces/<namespace>/leases/none', named('none', {}, { uid: 'x' })),
  ],
  deletes: [
    post('serviceaccounts', named('a')),
    remove('serviceaccounts/a', '{"propagationPolicy":""}'),
    remove('serviceaccounts/a', '{"apiVersion":"v0",}'),
    remove('serviceaccounts/a', '{"gracePeriodSeconds":"x"}'),
    remove('serviceaccounts/a?dryRun=All', { propagationPolicy: 'Foreground', dryRun: ['All'] }),
    remove('serviceaccounts/a'),
    post('serviceaccounts', named('b', {}, { finalizers: ['example.com/a'] })),
    remove('serviceaccounts/b'),
    patch(types.merge, 'serviceaccounts/b', { metadata: { finalizers: [] } }),
    remove('serviceaccounts?fieldSelector=metadata.name', { dryRun: ['None'] }),
    remove('serviceaccounts?fieldSelector=spec.none%3Da', { dryRun: ['None'] }),
    remove('serviceaccounts?labelSelector=none'),
  ],
  namespaces: [
    post('/api/v1/namespaces', named('<namespace>-a', {}, { labels: { sequence: '<namespace>' } })),
    remove('/api/v1/namespaces/<namespace>-a', { preconditions: { uid: 'x' } }),
    remove('/api/v1/namespaces/<namespace>-a', { preconditions: { resourceVersion: '1' } }),
    put('/api/v1/namespaces/<namespace>-a/finalize', named('<namespace>-a', { spec: { finalizers: [] } })),
    remove('/api/v1/namespaces/<namespace>-a'),
    remove('/api/v1/namespaces/<namespace>-a'),
    get('/api/v1/namespaces/<namespace>-a'),
  ],
  lists: [
    post('configmaps', named('a', {}, { labels: { x: '1' } })),
    post(events, named('a', event)),
    get('configmaps'),
    get('configmaps', { accept: 'application/yaml' }),
    get('configmaps', { accept: 'application/vnd.kubernetes.protobuf' }),
    get('configmaps', { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }),
    get(events),
    get(events, { accept: table }),
    get('events'),
    get(`${widgets}?limit=1`),
    get('configmaps?labelSelector=a%20b&limit=x'),
    get('configmaps?limit=x&timeoutSeconds=y'),
    get(`${gadgetPath}?fieldSelector=spec.none%3Da`),
    remove('configmaps'),
  ],
  watches: [
    post('services', named('a', { spec: { clusterIP: 'None', ports: [{ port: 80 }] } })),
    get(`services?watch=1&${oneSecond}`, { accept: table }),
    get(`services?watch=1&${oneSecond}`, { accept: 'application/yaml' }),
    get(`services?watch=1&${oneSecond}&allowWatchBookmarks=true`),
    get(`services?watch=1&${oneSecond}&allowWatchBookmarks=true&resourceVersion=0`),
    get(`services?watch=1&${oneSecond}&allowWatchBookmarks=true&resourceVersion=<version of services/a>`),
    get(`services?watch=1&${oneSecond}&continue=x`),
    get(`services?watch=1&${oneSecond}&continue=x&resourceVersion=<version of services/a>`),
    get(`services?watch=1&${oneSecond}&resourceVersionMatch=Exact&sendInitialEvents=true&continue=x`),
    get(`services?watch=1&${oneSecond}&resourceVersionMatch=Exact&continue=x`),
    get(`/api/v1/watch/namespaces/<namespace>/services?${oneSecond}&sendInitialEvents=true`),
    get(`services?watch=1&${oneSecond}&allowWatchBookmarks=true`, { accept: 'application/vnd.kubernetes.protobuf' }),
    patch(types.merge, 'services/a', { metadata: { labels: { x: '1' } } }),
    patch(types.merge, 'services/a', { metadata: { labels: { x: '2' } } }),
    remove('services/a'),
    get(`services?watch=1&${oneSecond}&labelSelector=x%3D1&resourceVersion=<first version>`),
    get(`services?watch=1&${oneSecond}&resourceVersion=<first version>`, { accept: metadataOnly }),
  ],
  forms: [
    post(`${apps}/deployments`, named('a', deployment)),
    get(`${apps}/deployments/a/scale`, { accept: table }),
    get(`${apps}/deployments/a/status`, { accept: table }),
    post('pods', named('a', { spec: pods }), { accept: `${table},application/json` }),
    get('pods/a/ephemeralcontainers', { accept: `${table},application/json` }),
    get('pods/a/ephemeralcontainers', { accept: table }),
    post('serviceaccounts/default/token', { spec: {} }, { accept: table }),
    get(gadgetPath, { accept: 'application/xml' }),
    get(gadgetPath, { accept: metadataOnly }),
    get('pods', { accept: metadataOnly }),
    post(gadgetPath, { apiVersion: `${gadgets.spec.group}/v1`, kind: 'Gadget', metadata: { name: 'a' } }),
    get(`${gadgetPath}/a/status`),
    get(`${gadgetPath}/none/scale`),
    patch(types.strategic, `${gadgetPath}/none`, {}),
    patch('application/json', `${gadgetPath}/a`, {}),
  ],
  kinds: [
    post('/api/v1/nodes', named('<namespace>-a', { spec: { podCIDR: '10.1.0.0/24' } })),
    post('/api/v1/nodes', named('<namespace>-b', { spec: { podCIDRs: ['10.1.0.0/24'] } })),
    post('/api/v1/nodes', named('<namespace>-c', { spec: { podCIDR: '10.2.0.0/24', podCIDRs: ['10.1.0.0/24'] } })),
    post(jobs, named('a', job)),
    post(jobs, { ...job, metadata: { labels: { x: '1' } } }),
    patch(types.apply, `${jobs}/b?fieldManager=a`, { apiVersion: 'batch/v1', kind: 'Job', ...named('b', job) }),
    remove(`${jobs}/a`),
    remove(`${jobs}/b`, { propagationPolicy: 'Background' }),
    remove(jobs),
    post('/apis/autoscaling/v2/namespaces/<namespace>/horizontalpodautoscalers', {
      ...named('a'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 2,
        behavior: { scaleDown: { stabilizationWindowSeconds: 5 } },
      },
    }),
    get('/apis/autoscaling/v1/namespaces/<namespace>/horizontalpodautoscalers/a'),
    remove('/apis/autoscaling/v2/namespaces/<namespace>/horizontalpodautoscalers/a'),
    remove('/api/v1/nodes/<namespace>-a'),
    remove('/api/v1/nodes/<namespace>-b'),
    remove('/api/v1/nodes/<namespace>-c'),
  ],
  more: [
    post('configmaps', named('a')),
    remove('configmaps/a', { preconditions: { uid: '' } }),
    remove('configmaps/a', { preconditions: { resourceVersion: '' } }),
    remove('configmaps/a'),
    get('configmaps', { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }),
    get('configmaps?continue=x&resourceVersion=<list version>'),
    get('/api/v1/persistentvolumes?fieldSelector=metadata.namespace%3Dnone'),
    post('events', named('A_B', { involvedObject: { kind: 'Pod', name: 'a' } })),
    post(events, { apiVersion: 'events.k8s.io/v1', kind: 'Event', ...named('a', event) }),
    post(events, { apiVersion: 'events.k8s.io/v1', kind: 'Event', ...named('a', event, { generateName: 'g-' }) }),
    get(events, { accept: metadataOnly }),
    post(`${apps}/deployments`, named('a', deployment, { labels: { y: '2' } })),
    patch(types.merge, `${apps}/deployments/a/status`, { metadata: { labels: { y: '3' } }, status: { replicas: 1 } }),
    patch(types.merge, `${apps}/deployments/a/status`, { metadata: { deletionTimestamp: '2020-01-01T00:00:00Z' } }),
    post(`${apps}/deployments?dryRun=All`, named('b', deployment), { accept: table }),
    post(widgets, { apiVersion: `${group}/v1`, kind: 'Widget', ...named('a', { spec: { replicas: 1 } }) }),
    put(`${widgets}/a`, { apiVersion: `${group}/v1`, kind: 'Widget', ...named('a', {}, { uid: 'x' }) }),
    put(`${widgets}/a/scale`, { ...named('a'), spec: { replicas: 2 } }),
    patch(types.apply, `${gadgetPath}/b?fieldManager=a`, {
      apiVersion: `${gadgets.spec.group}/v1`,
      kind: 'Gadget',
      metadata: { name: 'b' },
    }),
    post('/apis/autoscaling/v2/namespaces/<namespace>/horizontalpodautoscalers', {
      ...named('a'),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 2,
        behavior: { scaleDown: { stabilizationWindowSeconds: 5 } },
      },
    }),
    put('/apis/autoscaling/v1/namespaces/<namespace>/horizontalpodautoscalers/a/status', {
      ...named('a'),
      status: { currentReplicas: 1, desiredReplicas: 1 },
    }),
  ],
  managers: [
    post(`${apps}/deployments?fieldManager=u`, named('a', deployment)),
    patch(types.merge, `${apps}/deployments/a/scale?fieldManager=s`, { spec: { replicas: 0 } }),
    get(`${apps}/deployments/a`),
    patch(types.merge, `${apps}/deployments/a/scale?fieldManager=s`, { spec: { replicas: 1 } }),
    get(`${apps}/deployments/a`),
    post('/apis/policy/v1/namespaces/<namespace>/poddisruptionbudgets', named('a', { spec: { minAvailable: 1 } })),
    patch(types.merge, '/apis/policy/v1/namespaces/<namespace>/poddisruptionbudgets/a/status?fieldManager=s', {
      status: { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
    }),
    post(`${events}?fieldManager=u`, named('a', event, { labels: { y: '1' } })),
    patch(types.apply, 'events/a?fieldManager=k', {
      apiVersion: 'v1',
      kind: 'Event',
      ...named('a', {}, { labels: { x: '1' } }),
    }),
    patch(types.merge, 'events/a?fieldManager=w', { metadata: { labels: { z: '1' } } }),
  ],
  resizes: [
    post('pods?fieldManager=u', named('a', { spec: sized })),
    patch(types.merge, 'pods/a/resize?fieldManager=q', {
      metadata: { annotations: { c: 'd' }, finalizers: ['example.com/a'] },
      spec: {
        nodeName: 'n',
        containers: [{ ...sizedContainer, image: 'j', resources: { requests: { cpu: '150m' } } }],
      },
    }),
    patch(types.merge, 'pods/a/resize?fieldManager=q', { status: { phase: 'Failed' } }),
    patch(types.apply, 'pods/a/resize?fieldManager=k&force=true', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', labels: { f: 'g' } },
      spec: { containers: [{ name: 'a', image: 'z', resources: { requests: { cpu: '350m' } } }] },
    }),
    patch(types.strategic, 'pods/a/ephemeralcontainers?fieldManager=e', {
      metadata: { labels: { z: '1' } },
      spec: { ephemeralContainers: [{ name: 'e', image: 'j' }] },
    }),
    get('pods/a'),
  ],
  tokens: [
    post('serviceaccounts/default/token?fieldManager=u', { spec: {} }),
    post('serviceaccounts/default/token', {
      metadata: { labels: { a: 'b' }, managedFields: [{}] },
      spec: { audiences: [] },
    }),
    post(
      'serviceaccounts/default/token',
      { spec: { audiences: ['x'] }, status: { token: 'x' } },
      { accept: 'application/yaml' },
    ),
  ],
  unacceptable: [
    post('configmaps', named('a')),
    ...['configmaps/a', 'configmaps/a/none', 'none/a', 'configmaps/a/b/c', 'pods/none/log'].map((path) =>
      get(path, { accept: 'application/xml' }),
    ),
    put('configmaps', {}, { accept: 'application/xml' }),
    get(`${gadgetPath}/a/none`, { accept: 'application/xml' }),
    get(`${gadgetPath}/a`, { accept: 'application/xml' }),
  ],
  'creates-by-updates': [
    put(`${leases}/a`, named('a', {}, ending)),
    patch(types.apply, 'configmaps/a?fieldManager=a', {
      ...configMap,
      ...named('a', {}, { ...ending, selfLink: 'x' }),
    }),
    patch(types.apply, 'configmaps/b?fieldManager=a', {
      ...configMap,
      ...named('b', {}, { deletionGracePeriodSeconds: 5, finalizers: ['example.com/a'] }),
    }),
    remove('configmaps/b'),
    get('configmaps'),
    put(
      'services/a/status',
      named('a', { spec: { ports: [{ port: 80 }] }, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } }),
    ),
    get('services/a'),
    put('services/b/status', named('b')),
    patch(types.merge, 'services/b/status', { status: {} }),
    patch(types.apply, 'services/b/status?fieldManager=a', {
      apiVersion: 'v1',
      kind: 'Service',
      ...named('b', { spec: { ports: [{ port: 80, protocol: 'TCP' }] } }, { labels: { x: '1' } }),
    }),
    remove('services/a'),
  ],
  paths: [
    ...[
      '/none',
      '/api/v2',
      '/apis/none',
      '/apis/apps/v9',
      '/apis/none/v1/x',
      '/api/v1/none',
      `${apps}/deployments/x/scale/y`,
    ].map((path) => get(path)),
    ...['/api/v1', '/apis/apps/v1', '/api/v2', '/apis/none'].map((path) => post(path, {})),
    get(`/apis/${gadgets.spec.group}/v7/gadgets`),
    get(`/apis/${gadgets.spec.group}/v1/gadgets/x`),
    post('configmaps', named('a')),
    ...['*', 'application/*', 'APPLICATION/JSON', 'text/*'].flatMap((accept) => [
      get('configmaps/a', { accept }),
      get(gadgetPath, { accept }),
    ]),
    post(gadgetPath, '{}', { contentType: 'text/plain' }),
    get('configmaps/a?export=true'),
    get('configmaps?limit='),
    get('configmaps?timeoutSeconds='),
    remove('configmaps/a?uid=x'),
    remove('configmaps/a?resourceVersion=0'),
    remove('configmaps?resourceVersion=0&resourceVersionMatch=NotOlderThan'),
    remove('configmaps/a', '{"apiVersion":"v1","kind":"Pod"}'),
    remove('configmaps/a?uid=<uid of configmaps/a>&resourceVersion=<version of configmaps/a>'),
  ],
  tables: [
    post(events, named('a', { ...event, series: { count: 3, lastObservedTime: '2026-01-01T00:00:00.000001Z' } })),
    post(events, named('b', event)),
    get('events', { accept: table }),
    post(ingresses, named('a', { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } })),
    patch(types.merge, `${ingresses}/a/status`, {
      status: { loadBalancer: { ingress: [{ hostname: 'balancer.example.com' }, { ip: '192.0.2.1' }] } },
    }),
    get(`${ingresses}/a`, { accept: table }),
  ],
};
