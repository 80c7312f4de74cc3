/** Servers with plugins that are off by default, and what they are asked: recorded by tools/record-golden/admission-plugins.ts. */

import { answered, type GoldenCase, goldenNamespace } from '../validation/golden-case.ts';

export interface PluginSet {
  readonly name: string;
  readonly enable: readonly string[];
  readonly disable?: readonly string[];
  /** Of --admission-control-config-file, by plugin. */
  readonly configurations?: Readonly<Record<string, object>>;
  readonly cases: readonly GoldenCase[];
  /** Paths of what recording leaves. */
  readonly cleanup?: readonly string[];
}

const namespaces = '/api/v1/namespaces';
const own = `${namespaces}/${goldenNamespace}`;
const node = `${namespaces}/selected`;

function pod(name: string, spec: object = {}, container: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'registry.example/c', ...container }],
      ...spec,
    },
  };
}

const create = (name: string, body: object, path = 'pods'): GoldenCase => ({
  name,
  method: 'POST',
  path,
  body,
  dryRun: true,
});

function antiAffinity(topologyKey: string): object {
  const requiredDuringSchedulingIgnoredDuringExecution = [{ topologyKey, labelSelector: { matchLabels: { a: 'b' } } }];
  return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution } } };
}

function namespace(name: string, annotations: Readonly<Record<string, string>>): GoldenCase[] {
  return [
    {
      name: `namespace ${name}`,
      method: 'POST',
      path: namespaces,
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } },
    },
    {
      name: `account of ${name}`,
      method: 'POST',
      path: `${namespaces}/${name}/serviceaccounts`,
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
    },
  ];
}

const selector = 'scheduler.alpha.kubernetes.io/node-selector';
const defaults = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const whitelist = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const tolerates = (key: string, more: object = {}) => ({ key, operator: 'Exists', effect: 'NoSchedule', ...more });
const inNamespace = (name: string) => `${namespaces}/${name}/pods`;

const event = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: goldenNamespace },
  involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'p', namespace: goldenNamespace, uid: 'u' },
  source: { component: 'tester', host: 'h' },
  reason: 'Tested',
  type: 'Normal',
  ...more,
});

const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: answered('owner', 'uid') };
const map = (name: string, ownerReferences: readonly object[]) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ownerReferences },
});
const writer = { user: 'writer' };
/** Who recorded, by name: it is a key of a limit. */
const admin = { user: 'admin', groups: ['system:masters'] };
const writes = (name: string, rules: readonly object[]): GoldenCase[] => [
  {
    name: `role ${name}`,
    method: 'POST',
    path: `/apis/rbac.authorization.k8s.io/v1/namespaces/${goldenNamespace}/roles`,
    body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules },
  },
  {
    name: `binding ${name}`,
    method: 'POST',
    path: `/apis/rbac.authorization.k8s.io/v1/namespaces/${goldenNamespace}/rolebindings`,
    body: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: writer.user }],
    },
  },
];

export const pluginSets: readonly PluginSet[] = [
  {
    name: 'pods',
    enable: [
      'AlwaysPullImages',
      'ExtendedResourceToleration',
      'LimitPodHardAntiAffinityTopology',
      'NamespaceAutoProvision',
      'PodNodeSelector',
      'PodTolerationRestriction',
    ],
    configurations: {
      PodNodeSelector: {
        podNodeSelectorPluginConfig: { clusterDefaultNodeSelector: 'zone=default', limited: 'disk=ssd, zone=default' },
      },
      PodTolerationRestriction: {
        apiVersion: 'podtolerationrestriction.admission.k8s.io/v1alpha1',
        kind: 'Configuration',
        default: [tolerates('cluster-default')],
        whitelist: [
          tolerates('cluster-default'),
          tolerates('example.com/device'),
          tolerates('node.kubernetes.io/memory-pressure'),
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
          { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
          { key: 'covered', operator: 'Equal', value: 'v' },
        ],
      },
    },
    cases: [
      create('pulled and given defaults', pod('a')),
      create('pull policies are overridden', {
        ...pod('a', {
          initContainers: [{ name: 'i', image: 'registry.example/i', imagePullPolicy: 'Never' }],
          volumes: [{ name: 'v', image: { reference: 'registry.example/v', pullPolicy: 'IfNotPresent' } }],
        }),
      }),
      { name: 'stored', method: 'POST', path: 'pods', body: pod('kept', {}, { imagePullPolicy: 'IfNotPresent' }) },
      {
        name: 'the same image on an update',
        method: 'PATCH',
        path: 'pods/kept',
        body: { metadata: { labels: { a: 'b' } } },
        dryRun: true,
      },
      {
        name: 'another image on an update',
        method: 'PATCH',
        path: 'pods/kept',
        contentType: 'application/strategic-merge-patch+json',
        body: { spec: { containers: [{ name: 'c', image: 'registry.example/other' }] } },
        dryRun: true,
      },
      create('anti-affinity by host', pod('a', antiAffinity('kubernetes.io/hostname'))),
      create('anti-affinity by zone', pod('a', antiAffinity('topology.kubernetes.io/zone'))),
      create('extended resources', pod('a', {}, { resources: { limits: { 'example.com/device': '1' } } })),
      create(
        'extended resources that are tolerated already',
        pod(
          'a',
          { tolerations: [tolerates('example.com/device')] },
          { resources: { limits: { 'example.com/device': '1' } } },
        ),
      ),
      create(
        'memory pressure is tolerated by pods that ask for memory',
        pod('a', {}, { resources: { requests: { memory: '1Mi' } } }),
      ),
      create('a toleration outside of the whitelist', pod('a', { tolerations: [tolerates('stranger')] })),
      create(
        'a toleration that the whitelist covers',
        pod('a', {
          tolerations: [{ key: 'covered', operator: 'Equal', value: 'v', effect: 'NoSchedule' }],
        }),
      ),
      create(
        'a toleration of another value',
        pod('a', {
          tolerations: [{ key: 'covered', operator: 'Equal', value: 'w', effect: 'NoSchedule' }],
        }),
      ),
      create('the selector of the namespace conflicts', pod('a', { nodeSelector: { zone: 'other' } })),
      create('more selectors', pod('a', { nodeSelector: { other: 'x' } })),
      ...namespace('selected', {
        [selector]: 'zone=own, arch=x',
        [defaults]: JSON.stringify([tolerates('own'), tolerates('own', { value: '' })]),
        [whitelist]: '[{"operator":"Exists"}]',
      }),
      create(
        'selector and tolerations of the namespace',
        pod('a', { tolerations: [tolerates('stranger')] }),
        `${node}/pods`,
      ),
      create(
        'conflict with the selector of the namespace',
        pod('a', { nodeSelector: { zone: 'default' } }),
        `${node}/pods`,
      ),
      ...namespace('limited', { [whitelist]: JSON.stringify([tolerates('x')]) }),
      create('labels that the namespace may use', pod('a', { nodeSelector: { disk: 'ssd' } }), inNamespace('limited')),
      create(
        'labels that the namespace may not use',
        pod('a', { nodeSelector: { disk: 'hdd' } }),
        inNamespace('limited'),
      ),
      ...namespace('empty', { [selector]: '', [defaults]: '', [whitelist]: '' }),
      create('annotations without anything', pod('a'), inNamespace('empty')),
      ...namespace('broken', { [selector]: 'zone' }),
      create('an annotation that is no selector', pod('a'), inNamespace('broken')),
      ...namespace('broken-key', { [selector]: '-a=b' }),
      create('an annotation with a key that is none', pod('a'), inNamespace('broken-key')),
      {
        name: 'a namespace comes with its first object',
        method: 'POST',
        path: `${namespaces}/provided/configmaps`,
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'first' } },
      },
      { name: 'the namespace that came', method: 'GET', path: `${namespaces}/provided` },
      {
        name: 'a dry run brings no namespace',
        method: 'POST',
        path: `${namespaces}/missing/configmaps`,
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'first' } },
        dryRun: true,
      },
      {
        name: 'a name that is none',
        method: 'POST',
        path: `${namespaces}/Not_a_name/configmaps`,
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'first' } },
      },
    ],
    cleanup: ['selected', 'limited', 'empty', 'broken', 'broken-key', 'provided'].map(
      (name) => `${namespaces}/${name}`,
    ),
  },
  {
    name: 'owners',
    enable: ['EventRateLimit', 'OwnerReferencesPermissionEnforcement'],
    configurations: {
      EventRateLimit: {
        apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1',
        kind: 'Configuration',
        limits: [
          { type: 'SourceAndObject', qps: 1, burst: 1, cacheSize: 2 },
          { type: 'User', qps: 1, burst: 4 },
          { type: 'Namespace', qps: 1, burst: 4 },
        ],
      },
    },
    cases: [
      { name: 'first event', method: 'POST', path: 'events', body: event('e1'), as: admin },
      { ...create('dry runs are not counted', event('e2'), 'events'), as: admin },
      { name: 'second event of its source', method: 'POST', path: 'events', body: event('e2'), as: admin },
      {
        name: 'event of another source',
        method: 'POST',
        path: 'events',
        body: event('e3', { source: { component: 'other' } }),
        as: admin,
      },
      {
        name: 'event of a third source',
        method: 'POST',
        path: 'events',
        body: event('e4', { source: { component: 'third' } }),
        as: admin,
      },
      {
        name: 'event beyond all limits',
        method: 'POST',
        path: 'events',
        body: event('e5', { source: { component: 'third' } }),
        as: admin,
      },
      ...writes('writer', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'update', 'patch'] }]),
      { name: 'owner', method: 'POST', path: 'configmaps', body: map('owner', []) },
      {
        name: 'an owner from the start',
        method: 'POST',
        path: 'configmaps',
        body: map('owned', [owner]),
        as: writer,
        awaits: 201,
      },
      {
        name: 'an owner that must not go before',
        method: 'POST',
        path: 'configmaps',
        body: map('blocking', [{ ...owner, blockOwnerDeletion: true }]),
        as: writer,
      },
      {
        name: 'an owner of an unknown kind that must not go before',
        method: 'POST',
        path: 'configmaps',
        body: map('blocking', [{ ...owner, apiVersion: 'example.com/v1', kind: 'Strange', blockOwnerDeletion: true }]),
        as: writer,
      },
      {
        name: 'an owner of the cluster that must not go before',
        method: 'POST',
        path: 'configmaps',
        body: map('blocking', [{ ...owner, kind: 'Node', blockOwnerDeletion: true }]),
        as: writer,
      },
      {
        name: 'owners of what one cannot delete',
        method: 'PATCH',
        path: 'configmaps/owned',
        body: { metadata: { ownerReferences: [] } },
        as: writer,
      },
      {
        name: 'owners that stay as they are',
        method: 'PATCH',
        path: 'configmaps/owned',
        body: { metadata: { labels: { a: 'b' } } },
        as: writer,
      },
      ...writes('deleter', [
        { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] },
        { apiGroups: [''], resources: ['configmaps/finalizers'], verbs: ['update'] },
      ]),
      {
        name: 'owners of what one can delete',
        method: 'PATCH',
        path: 'configmaps/owned',
        body: { metadata: { ownerReferences: [{ ...owner, blockOwnerDeletion: true }] } },
        as: writer,
        awaits: 200,
      },
      {
        name: 'a superuser needs no more',
        method: 'POST',
        path: 'configmaps',
        body: map('blocking', [{ ...owner, apiVersion: 'example.com/v1', kind: 'Strange', blockOwnerDeletion: true }]),
      },
    ],
    cleanup: [
      ...['owner', 'owned', 'blocking'].map((name) => `${own}/configmaps/${name}`),
      ...['e1', 'e2', 'e3', 'e4', 'e5'].map((name) => `${own}/events/${name}`),
      ...['writer', 'deleter'].flatMap((name) => [
        `/apis/rbac.authorization.k8s.io/v1/namespaces/${goldenNamespace}/rolebindings/${name}`,
        `/apis/rbac.authorization.k8s.io/v1/namespaces/${goldenNamespace}/roles/${name}`,
      ]),
    ],
  },
  {
    name: 'namespaces',
    enable: ['NamespaceExists', 'AlwaysAdmit'],
    disable: ['NamespaceLifecycle', 'ServiceAccount'],
    cases: [
      create('in a namespace that is there', map('a', []), 'configmaps'),
      create('in a namespace that is not there', map('a', []), `${namespaces}/missing/configmaps`),
      { name: 'deleting where nothing is', method: 'DELETE', path: `${namespaces}/missing/configmaps/a` },
    ],
  },
  {
    name: 'images',
    enable: ['ImagePolicyWebhook'],
    configurations: {
      ImagePolicyWebhook: { imagePolicy: { defaultAllow: true, retryBackoff: 1, allowTTL: -1, denyTTL: 5 } },
    },
    cases: [create('nobody answers, and images may run', pod('a'))],
  },
];

/** A kubeconfig of a webhook where nobody listens. */
export const nobodyKubeconfig = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:9/images' } }],
  users: [{ name: 'u', user: {} }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
};

/** The content of --admission-control-config-file. */
export function configurationOf({ configurations = {} }: PluginSet, kubeConfigFile: string): object {
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AdmissionConfiguration',
    plugins: Object.entries(configurations).map(([name, configuration]) => ({
      name,
      configuration:
        'imagePolicy' in configuration
          ? { imagePolicy: { ...(configuration.imagePolicy as object), kubeConfigFile } }
          : configuration,
    })),
  };
}
