/** Sequences that were thought of, each for one rule of server-side apply. */

import { goldenNamespace } from '../validation/golden-case.ts';
import { group } from './kinds.ts';
import type { Step } from './steps.ts';

const core = `/api/v1/namespaces/${goldenNamespace}`;
const apps = `/apis/apps/v1/namespaces/${goldenNamespace}`;
const apply = 'application/apply-patch+yaml';
const merge = 'application/merge-patch+json';

const configMap = (name: string, more: object = {}): object => {
  const { metadata, ...rest } = more as { readonly metadata?: object };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, ...rest };
};

const applied = (path: string, query: string, body: unknown): Step => ({
  method: 'PATCH',
  path: `${path}?${query}`,
  contentType: apply,
  body,
});

const merged = (path: string, query: string, body: unknown): Step => ({
  method: 'PATCH',
  path: `${path}?${query}`,
  contentType: merge,
  body,
});

function manyUpdaters(): Step[] {
  const path = `${core}/configmaps/managers`;
  const first = { method: 'POST' as const, path: `${core}/configmaps?fieldManager=m0`, body: configMap('managers') };
  const writes = Array.from({ length: 14 }, (_, index) =>
    merged(path, `fieldManager=m${index + 1}`, { data: { [`k${index + 1}`]: '1' } }),
  );
  return [
    first,
    ...writes,
    applied(path, 'fieldManager=a', configMap('managers', { data: { k1: '2' } })),
    applied(path, 'fieldManager=a&force=true', configMap('managers', { data: { k1: '2', k14: '2' } })),
    merged(path, 'fieldManager=m3', { data: { k3: '3' } }),
  ];
}

function requests(): Step[] {
  const path = `${core}/configmaps/requests`;
  const one = (more: object = {}): object => configMap('requests', more);
  return [
    applied(path, '', one()),
    applied(path, 'fieldManager=%07', one()),
    applied(path, `fieldManager=${'x'.repeat(129)}`, one()),
    applied(path, 'fieldManager=a&force=perhaps', one()),
    merged(path, 'fieldManager=a&force=true', {}),
    applied(path, 'fieldManager=a', one({ metadata: { managedFields: [] } })),
    applied(path, 'fieldManager=a', one({ metadata: { managedFields: [{}] } })),
    applied(path, 'fieldManager=a', one({ metadata: { managedFields: null } })),
    applied(path, 'fieldManager=a', one({ metadata: { resourceVersion: '1' } })),
    applied(path, 'fieldManager=a', one({ metadata: { uid: 'none' } })),
    applied(path, 'fieldManager=a', one({ metadata: { name: 'other' } })),
    applied(path, 'fieldManager=a', one({ metadata: { namespace: 'other' } })),
    applied(path, 'fieldManager=a', one({ apiVersion: 'v2' })),
    applied(path, 'fieldManager=a', one({ kind: 'Secret' })),
    applied(path, 'fieldManager=a', one({ apiVersion: 'apps/v1', kind: 'Deployment' })),
    applied(path, 'fieldManager=a', { metadata: { name: 'requests' } }),
    applied(path, 'fieldManager=a', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } }),
    applied(path, 'fieldManager=a', []),
    applied(path, 'fieldManager=a', 'x'),
    applied(path, 'fieldManager=a', ''),
    applied(path, 'fieldManager=a', 'apiVersion: v1\nkind: [\n'),
    applied(path, 'fieldManager=a', one({ metadata: { resourceVersion: '1' } })),
    applied(path, 'fieldManager=a', one({ metadata: { uid: 'none' } })),
    applied(path, 'fieldManager=a', one({ metadata: { name: 'other' } })),
    applied(path, 'fieldManager=a', one({ spec: 1 })),
    applied(path, 'fieldManager=a&fieldValidation=Ignore', one({ spec: 1 })),
    applied(path, 'fieldManager=a', one({ data: { a: 1 } })),
    applied(path, 'fieldManager=a', one({ data: { a: { b: 1 } } })),
    applied(path, 'fieldManager=a', one({ data: 'x' })),
    applied(path, 'fieldManager=a', one({ data: ['x'] })),
    applied(path, 'fieldManager=a', one({ immutable: 'x', metadata: { labels: { a: true }, finalizers: 'x' } })),
    applied(path, 'fieldManager=a', one({ binaryData: { x: '?' } })),
    applied(path, 'fieldManager=a', one({ metadata: { finalizers: ['x/a', 'x/a'] } })),
    applied(path, 'fieldManager=a', one({ metadata: { ownerReferences: [{ name: 'x' }] } })),
    applied(path, 'fieldManager=a', one({ metadata: { labels: null } })),
    applied(path, 'fieldManager=a', one({ metadata: { foo: 1 } })),
    applied(path, 'fieldManager=a', one({ metadata: { labels: null } })),
    applied(path, 'fieldManager=a', one({ metadata: { annotations: {} }, data: {}, binaryData: null })),
    applied(path, 'fieldManager=a', one({ metadata: { creationTimestamp: null } })),
    applied(path, 'fieldManager=a', one({ metadata: { creationTimestamp: '2020-01-01T00:00:00Z', generation: 5 } })),
    applied(
      path,
      'fieldManager=a',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: requests}\ndata: {a: "1", a: "2"}\n',
    ),
    applied(
      path,
      'fieldManager=a&fieldValidation=Strict',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: requests}\ndata: {a: "1", a: "2"}\n',
    ),
    applied(
      path,
      'fieldManager=a&fieldValidation=Ignore',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: requests}\ndata: {a: "1", a: "2"}\n',
    ),
    applied(path, 'fieldManager=a&fieldValidation=Strict', one({ foo: 1 })),
    applied(`${core}/configmaps`, 'fieldManager=a', one()),
    { method: 'PATCH', path: `${path}?fieldManager=a`, contentType: 'application/apply-patch+json', body: one() },
    applied(`${core}/configmaps/Not_A_Name`, 'fieldManager=a', configMap('Not_A_Name')),
    applied(`/api/v1/namespaces/nowhere/configmaps/x`, 'fieldManager=a', configMap('x')),
  ];
}

function entriesOfClients(): Step[] {
  const path = `${core}/configmaps/entries`;
  const entry = (more: object): object => ({
    manager: 'x',
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:data': { 'f:a': {} } },
    ...more,
  });
  const put = (entries: unknown, data: object = { a: '1', b: '1' }): Step => ({
    method: 'PUT',
    path: `${path}?fieldManager=u`,
    body: configMap('entries', { metadata: { managedFields: entries }, data }),
  });
  return [
    {
      method: 'POST',
      path: `${core}/configmaps?fieldManager=u`,
      body: configMap('entries', { metadata: { managedFields: [entry({})] }, data: { a: '1', b: '1' } }),
    },
    put([entry({})]),
    put([entry({ manager: '' })]),
    put([entry({ operation: 'Apply', time: '2020-01-01T00:00:00Z' })]),
    put([entry({ operation: 'Replace' })]),
    put([entry({ operation: undefined })]),
    put([entry({ apiVersion: '' })]),
    put([entry({ apiVersion: 'v9' })]),
    put([entry({ fieldsType: 'FieldsV2' })]),
    put([entry({ fieldsType: undefined })]),
    put([entry({ fieldsV1: undefined })]),
    put([entry({ fieldsV1: {} })]),
    put([entry({ fieldsV1: { 'f:data': {} } })]),
    put([entry({ fieldsV1: { nonsense: {} } })]),
    put([entry({ fieldsV1: { 'x:data': {} } })]),
    put([entry({ fieldsV1: { 'k:data': {} } })]),
    put([entry({ fieldsV1: { 'k:{"a":1}': {} } })]),
    put([entry({ fieldsV1: { 'v:"data"': {} } })]),
    put([entry({ fieldsV1: { 'v:': {} } })]),
    put([entry({ fieldsV1: { 'i:x': {} } })]),
    put([entry({ fieldsV1: { 'i:1': {} } })]),
    put([entry({ fieldsV1: { 'f:data': { 'f:gone': {}, 'f:a': {} } } })]),
    put([entry({ fieldsV1: { 'f:data': 5 } })]),
    put([entry({ fieldsV1: { 'f:data': { 'f:a': { '.': {}, 'f:deep': {} } } } })]),
    put([entry({ fieldsV1: 'text' })]),
    put([entry({ fieldsV1: [] })]),
    put([entry({ subresource: 'status' })]),
    put([entry({ subresource: 'status' }), entry({}), entry({})]),
    put([entry({ manager: 'y'.repeat(200) })]),
    put([]),
    put([{}]),
    put([{}], { a: '2' }),
    put(undefined, { a: '3' }),
    applied(path, 'fieldManager=a', configMap('entries', { data: { a: '3' } })),
    applied(path, 'fieldManager=b', configMap('entries', { data: { a: '4' } })),
    applied(path, 'fieldManager=b&force=true', configMap('entries', { data: { a: '4', c: '1' } })),
    put([{}, {}]),
    put([entry({}), {}]),
  ];
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

function clientSideApply(): Step[] {
  const path = `${core}/configmaps/migrated`;
  const configuration = configMap('migrated', { metadata: { namespace: goldenNamespace }, data: { a: '1', b: '1' } });
  const annotation = (text: string): object => ({
    metadata: { annotations: { [lastApplied]: text } },
    data: { a: '1', b: '1' },
  });
  const text = JSON.stringify(configuration);
  return [
    {
      method: 'POST',
      path: `${core}/configmaps?fieldManager=kubectl-client-side-apply`,
      body: configMap('migrated', annotation(text)),
    },
    applied(path, 'fieldManager=other', configMap('migrated', { data: { a: '2' } })),
    applied(path, 'fieldManager=kubectl', configMap('migrated', { data: { a: '2', b: '1' } })),
    merged(path, 'fieldManager=someone', { data: { a: '9' } }),
    applied(path, 'fieldManager=kubectl', configMap('migrated', { data: { a: '3' } })),
    applied(path, 'fieldManager=kubectl&force=true', configMap('migrated', { data: { a: '3' } })),
    merged(path, 'fieldManager=kubectl-client-side-apply', annotation('nonsense')),
    applied(path, 'fieldManager=kubectl', configMap('migrated', { data: { a: '4' } })),
    merged(path, 'fieldManager=kubectl-client-side-apply', { metadata: { annotations: { [lastApplied]: null } } }),
    applied(path, 'fieldManager=kubectl', configMap('migrated', { data: { a: '5' } })),
  ];
}

function scales(): Step[] {
  const path = `${apps}/deployments/scaled`;
  const deployment = (spec: object): object => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'scaled' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      ...spec,
    },
  });
  const scale = (spec: object): object => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'scaled', namespace: goldenNamespace },
    spec,
  });
  return [
    applied(path, 'fieldManager=a', deployment({ replicas: 1 })),
    { method: 'GET', path: `${path}/scale` },
    { method: 'PUT', path: `${path}/scale?fieldManager=u`, body: scale({ replicas: 1 }) },
    { method: 'GET', path },
    { method: 'PUT', path: `${path}/scale?fieldManager=u`, body: scale({ replicas: 2 }) },
    { method: 'GET', path },
    merged(`${path}/scale`, 'fieldManager=u', { spec: { replicas: 3 } }),
    merged(`${path}/scale`, 'fieldManager=v', { spec: { replicas: 4 } }),
    { method: 'GET', path },
    applied(path, 'fieldManager=a', deployment({ replicas: 1 })),
    applied(`${path}/scale`, 'fieldManager=b', scale({ replicas: 5 })),
    applied(`${path}/scale`, 'fieldManager=b&force=true', scale({ replicas: 5 })),
    { method: 'GET', path },
    { method: 'GET', path: `${path}/scale` },
    applied(`${path}/scale`, 'fieldManager=b', scale({})),
    { method: 'GET', path },
    applied(path, 'fieldManager=a&force=true', deployment({ replicas: 1 })),
    merged(path, 'fieldManager=u', { spec: { replicas: 6, paused: true } }),
    merged(`${path}/scale`, 'fieldManager=u', { spec: { replicas: 6 } }),
    { method: 'GET', path },
    merged(`${path}/scale`, 'fieldManager=u', { metadata: { managedFields: [{}] }, spec: { replicas: 7 } }),
    { method: 'GET', path },
  ];
}

function emptied(): Step[] {
  const path = `/apis/${group}/v1/namespaces/${goldenNamespace}/widgets/emptied`;
  const states = (spec: object): Step =>
    applied(path, 'fieldManager=a', {
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: { name: 'emptied' },
      spec,
    });
  return [
    states({ set: ['x'], map: { a: '1' }, rows: [{ name: 'r' }] }),
    states({ set: [], map: {}, rows: [] }),
    states({ set: [], map: {}, rows: [] }),
    states({ set: null, map: null, rows: null }),
    states({}),
  ];
}

function widgetScales(): Step[] {
  const path = `/apis/${group}/v1/namespaces/${goldenNamespace}/widgets/scaled`;
  const widget = (spec: object): object => ({
    apiVersion: `${group}/v1`,
    kind: 'Widget',
    metadata: { name: 'scaled' },
    spec,
  });
  return [
    applied(path, 'fieldManager=a', widget({ replicas: 1, map: { a: '1' } })),
    merged(`${path}/scale`, 'fieldManager=u', { spec: { replicas: 3 } }),
    { method: 'GET', path },
    applied(path, 'fieldManager=a', widget({ replicas: 1 })),
    applied(path.replace('/v1/', '/v1beta1/'), 'fieldManager=a', {
      ...widget({ replicas: 3 }),
      apiVersion: `${group}/v1beta1`,
    }),
    merged(`${path}/scale`, 'fieldManager=u', { spec: { replicas: 4 } }),
    { method: 'GET', path },
  ];
}

function versions(): Step[] {
  const path = (version: string): string => `/apis/${group}/${version}/namespaces/${goldenNamespace}/widgets/versions`;
  const widget = (version: string, spec: object): object => ({
    apiVersion: `${group}/${version}`,
    kind: 'Widget',
    metadata: { name: 'versions' },
    spec,
  });
  return [
    applied(path('v1'), 'fieldManager=a', widget('v1', { replicas: 1, map: { a: '1', b: '1' }, set: ['x'] })),
    applied(path('v1beta1'), 'fieldManager=a', widget('v1beta1', { map: { a: '1' }, set: ['x', 'y'] })),
    merged(path('v1beta1'), 'fieldManager=u', { spec: { map: { b: '2' } } }),
    merged(path('v1'), 'fieldManager=u', { spec: { map: { c: '2' } } }),
    applied(path('v1'), 'fieldManager=b', widget('v1', { map: { b: '3', c: '3' } })),
    applied(path('v1'), 'fieldManager=b&force=true', widget('v1', { map: { b: '3', c: '3' } })),
    applied(path('v1'), 'fieldManager=a', widget('v1', { set: ['y'] })),
    applied(path('v1'), 'fieldManager=a', widget('v1beta1', { set: ['y'] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { foo: 1 })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { rows: [{ name: 'x', bar: 1 }] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { rows: [{ name: 'x' }, { name: 'x', port: 80 }] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { rows: [{ value: 'x' }] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { rows: [null] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { rows: ['x'] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { set: ['a', 'a'] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { set: [null] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { set: [{}] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { set: [[]] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { set: 'x', replicas: 'x', map: 5, rows: {}, list: 5 })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { replicas: '1' })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { set: [5] })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { quantity: {}, maybe: 5 })),
    applied(path('v1'), 'fieldManager=b', widget('v1', { list: [5, true] })),
    merged(path('v1'), 'fieldManager=u', { spec: { rows: [{ name: 'd' }, { name: 'd' }] } }),
    merged(path('v1'), 'fieldManager=u', { spec: { set: ['d', 'd', 'e'] } }),
  ];
}

function ownStatus(): Step[] {
  const path = `${core}/pods/ours`;
  const pod = (more: object): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'ours', labels: { a: '1' } },
    ...more,
  });
  const spec = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'a', image: 'i' }],
  };
  return [
    applied(path, 'fieldManager=a', pod({ spec, status: { phase: 'Running' } })),
    applied(`${path}/status`, 'fieldManager=a', pod({ spec, status: { phase: 'Running', message: 'x' } })),
    applied(`${path}/status`, 'fieldManager=k', pod({ status: { phase: 'Failed' } })),
    applied(`${path}/status`, 'fieldManager=k&force=true', pod({ status: { phase: 'Failed' } })),
    merged(`${path}/status`, 'fieldManager=u', { metadata: { labels: { b: '2' } }, status: { reason: 'x' } }),
    applied(`${path}/status`, 'fieldManager=a', pod({ status: {} })),
    merged(`${path}/resize`, 'fieldManager=u', {
      spec: { containers: [{ name: 'a', image: 'i', resources: { limits: { cpu: '1' } } }] },
    }),
    merged(`${path}/ephemeralcontainers`, 'fieldManager=u', {
      spec: { ephemeralContainers: [{ name: 'e', image: 'i', terminationMessagePolicy: 'File' }] },
    }),
    applied(
      `${path}/ephemeralcontainers`,
      'fieldManager=a',
      pod({ spec: { ephemeralContainers: [{ name: 'f', image: 'i' }] } }),
    ),
    {
      method: 'POST',
      path: `${path}/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'ours' } },
    },
    applied(`${path}/status`, 'fieldManager=a', pod({ status: {} })),
  ];
}

function autoscalers(): Step[] {
  const path = (version: string): string =>
    `/apis/autoscaling/${version}/namespaces/${goldenNamespace}/horizontalpodautoscalers/scaler`;
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const scaler = (version: string, spec: object): object => ({
    apiVersion: `autoscaling/${version}`,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'scaler' },
    spec,
  });
  const utilization = (value: number): object => ({
    metrics: [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: value } } },
    ],
  });
  return [
    applied(
      path('v1'),
      'fieldManager=a',
      scaler('v1', { scaleTargetRef: target, maxReplicas: 3, targetCPUUtilizationPercentage: 50 }),
    ),
    applied(path('v2'), 'fieldManager=b', scaler('v2', utilization(60))),
    applied(path('v2'), 'fieldManager=b&force=true', scaler('v2', utilization(60))),
    { method: 'GET', path: path('v1') },
    merged(path('v2'), 'fieldManager=u', { spec: { maxReplicas: 4 } }),
    merged(path('v1'), 'fieldManager=u', { spec: { maxReplicas: 5, minReplicas: 2 } }),
    applied(path('v1'), 'fieldManager=a', scaler('v1', { scaleTargetRef: target, maxReplicas: 3 })),
    applied(path('v2'), 'fieldManager=a&force=true', scaler('v2', { scaleTargetRef: target, maxReplicas: 3 })),
    { method: 'GET', path: path('v2') },
  ];
}

export const written: Readonly<Record<string, readonly Step[]>> = {
  managers: manyUpdaters(),
  requests: requests(),
  entries: entriesOfClients(),
  migrated: clientSideApply(),
  scaled: scales(),
  emptied: emptied(),
  widgetScaled: widgetScales(),
  versions: versions(),
  ours: ownStatus(),
  autoscalers: autoscalers(),
};
