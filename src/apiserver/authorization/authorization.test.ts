import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import type { UserInfo } from '#api/request.ts';
import type { PolicyRule } from '#kinds/generated/rbac-v1.ts';
import { liveObjects, type World } from '#testing/live-objects.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';
import { authorizerChain } from './chain.ts';
import { createNodeAuthorizer } from './node.ts';
import { createRbacAuthorizer } from './rbac.ts';
import { ruleAllows, ruleText, uncovered } from './rbac-rules.ts';

function ask(
  user: Partial<UserInfo>,
  verb: string,
  what: Partial<AuthorizationAttributes> = {},
): AuthorizationAttributes {
  return {
    user: { username: 'u', groups: [], ...user },
    verb,
    isResourceRequest: true,
    apiGroup: '',
    apiVersion: 'v1',
    resource: 'pods',
    subresource: '',
    namespace: 'default',
    name: '',
    path: '',
    ...what,
  };
}

const ruleCases: readonly (readonly [rule: PolicyRule, what: Partial<AuthorizationAttributes>, allowed: boolean])[] = [
  [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }, {}, true],
  [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }, { subresource: 'log' }, false],
  [{ verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }, { subresource: 'log' }, true],
  [{ verbs: ['get'], apiGroups: [''], resources: ['*/log'] }, { subresource: 'log' }, true],
  [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { apiGroup: 'apps', resource: 'deployments', subresource: 'scale' },
    true,
  ],
  [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }, {}, false],
  [{ verbs: ['get'], apiGroups: ['apps'], resources: ['pods'] }, {}, false],
  [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }, { name: 'a' }, true],
  [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }, { name: 'b' }, false],
  [{ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, { isResourceRequest: false, path: '/healthz/ping' }, true],
  [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }, { isResourceRequest: false, path: '/healthzy' }, false],
];

for (const [rule, what, allowed] of ruleCases) {
  test(`${ruleText(rule)} ${allowed ? 'allows' : 'does not allow'} get of ${JSON.stringify(what)}`, () => {
    assert.equal(ruleAllows(rule, ask({}, 'get', what)), allowed);
  });
}

test('uncovered finds what nobody holding the rules may hand out', () => {
  const held: PolicyRule[] = [
    { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] },
    { verbs: ['*'], apiGroups: ['apps'], resources: ['*'] },
  ];
  assert.deepEqual(
    uncovered(held, [{ verbs: ['get'], apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'] }]),
    [],
  );
  assert.deepEqual(uncovered(held, [{ verbs: ['get', 'delete'], apiGroups: [''], resources: ['pods'] }]), [
    { verbs: ['delete'], apiGroups: [''], resources: ['pods'] },
  ]);
});

const rbac = 'rbac.authorization.k8s.io';
const bindings = () =>
  liveObjects({
    [`${rbac}/clusterroles`]: [
      { metadata: { name: 'view' }, rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] } as KubeObject,
    ],
    [`${rbac}/roles`]: [
      {
        metadata: { name: 'edit', namespace: 'a' },
        rules: [{ verbs: ['update'], apiGroups: [''], resources: ['pods'] }],
      } as KubeObject,
    ],
    [`${rbac}/clusterrolebindings`]: [
      {
        metadata: { name: 'b' },
        roleRef: { kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'Group', name: 'readers' }],
      } as KubeObject,
    ],
    [`${rbac}/rolebindings`]: [
      {
        metadata: { name: 'b', namespace: 'a' },
        roleRef: { kind: 'Role', name: 'edit' },
        subjects: [{ kind: 'ServiceAccount', name: 'sa' }],
      } as KubeObject,
    ],
  });

test('RBAC: groups by cluster role binding everywhere, service accounts by role binding in their namespace only', async () => {
  const { authorize } = createRbacAuthorizer(bindings());
  const decision = async (attributes: AuthorizationAttributes) => (await authorize(attributes)).decision;
  assert.equal(await decision(ask({ groups: ['readers'] }, 'get', { namespace: 'x' })), 'allow');
  assert.equal(await decision(ask({ groups: ['others'] }, 'get')), 'no-opinion');
  const account = { username: 'system:serviceaccount:a:sa' };
  assert.equal(await decision(ask(account, 'update', { namespace: 'a' })), 'allow');
  assert.equal(await decision(ask(account, 'update', { namespace: 'b' })), 'no-opinion');
});

test('the chain lets the superuser group do everything and keeps reasons of the others', async () => {
  const chain = authorizerChain(
    () => ({ decision: 'no-opinion', reason: 'one' }),
    async () => ({ decision: 'no-opinion', reason: 'two' }),
  );
  assert.equal((await chain(ask({ groups: ['system:masters'] }, 'delete'))).decision, 'allow');
  assert.deepEqual(await chain(ask({}, 'get')), { decision: 'no-opinion', reason: 'one\ntwo' });
});

const pod = {
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    nodeName: 'n1',
    serviceAccountName: 'sa',
    containers: [{ name: 'c', env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } }] }],
    volumes: [
      { name: 's', secret: { secretName: 'vol' } },
      { name: 'p', projected: { sources: [{ configMap: { name: 'cm' } }] } },
    ],
  },
} as KubeObject;

const environment = (secret: string) => ({ containers: [{ name: 'c', envFrom: [{ secretRef: { name: secret } }] }] });
const nodeWorld: World = {
  '/pods': [
    pod,
    // A node can make these by itself.
    {
      metadata: { name: 'mirror', namespace: 'default', annotations: { 'kubernetes.io/config.mirror': 'x' } },
      spec: { nodeName: 'n1', serviceAccountName: 'admin', ...environment('stolen'), volumes: [claimed('stolen')] },
    },
    {
      metadata: { name: 'data', namespace: 'default' },
      spec: { nodeName: 'n1', containers: [], volumes: [claimed('claim'), claimed('intruder')] },
    },
    { metadata: { name: 'elsewhere', namespace: 'default' }, spec: { nodeName: 'n2', ...environment('other') } },
    {
      metadata: { name: 'devices', namespace: 'default' },
      spec: {
        nodeName: 'n1',
        containers: [],
        resourceClaims: [
          { name: 'named', resourceClaimName: 'gpu' },
          { name: 'made', resourceClaimTemplateName: 'template' },
        ],
      },
      status: {
        resourceClaimStatuses: [
          { name: 'made', resourceClaimName: 'devices-made' },
          { name: 'stray', resourceClaimName: 'stray' },
        ],
        extendedResourceClaimStatus: { resourceClaimName: 'extended', requestMappings: [] },
      },
    },
  ],
  '/persistentvolumes': [
    {
      metadata: { name: 'v' },
      spec: {
        claimRef: { namespace: 'default', name: 'claim' },
        csi: {
          nodeStageSecretRef: { namespace: 'disks', name: 'node' },
          controllerExpandSecretRef: { namespace: 'disks', name: 'controller' },
        },
      },
    },
    { metadata: { name: 'foreign' }, spec: { claimRef: { namespace: 'other', name: 'intruder' } } },
  ],
  // It names a volume that is somebody else's.
  '/persistentvolumeclaims': [
    { metadata: { name: 'intruder', namespace: 'default' }, spec: { volumeName: 'foreign' } },
  ],
  'storage.k8s.io/volumeattachments': [
    { metadata: { name: 'a1' }, spec: { nodeName: 'n1' } },
    { metadata: { name: 'a2' }, spec: { nodeName: 'n2' } },
  ],
  'resource.k8s.io/resourceslices': [
    { metadata: { name: 's1' }, spec: { nodeName: 'n1' } },
    { metadata: { name: 's2' }, spec: { nodeName: 'n2' } },
  ],
};

function claimed(claimName: string): object {
  return { name: claimName, persistentVolumeClaim: { claimName } };
}

const onNode = (node: string) => ({ requirements: [{ field: 'spec.nodeName', operator: '=', value: node }] }) as const;
const notOnNode = { requirements: [{ field: 'spec.nodeName', operator: '!=', value: 'n1' }] } as const;
const lease = { apiGroup: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease' };
const attachment = { apiGroup: 'storage.k8s.io', resource: 'volumeattachments', namespace: '' };
const csiNode = { apiGroup: 'storage.k8s.io', resource: 'csinodes', namespace: '' };
const deviceClaim = { apiGroup: 'resource.k8s.io', resource: 'resourceclaims' };
const slice = { apiGroup: 'resource.k8s.io', resource: 'resourceslices', namespace: '' };
const yes = 'allow';
const no = 'no-opinion';

const nodeCases: readonly (readonly [
  node: string,
  verb: string,
  what: Partial<AuthorizationAttributes>,
  decision: string,
])[] = [
  ['n1', 'get', { resource: 'secrets', name: 'env' }, yes],
  ['n1', 'get', { resource: 'secrets', name: 'vol' }, yes],
  ['n1', 'watch', { resource: 'secrets', name: 'vol' }, yes],
  ['n1', 'get', { resource: 'configmaps', name: 'cm' }, yes],
  ['n1', 'get', { resource: 'secrets', name: 'other' }, no],
  ['n1', 'get', { resource: 'secrets', name: 'stolen' }, no],
  ['n1', 'get', { resource: 'secrets', name: 'env', namespace: 'kube-system' }, no],
  ['n1', 'get', { resource: 'secrets', name: 'node', namespace: 'disks' }, yes],
  ['n1', 'get', { resource: 'secrets', name: 'controller', namespace: 'disks' }, no],
  ['n1', 'get', { resource: 'secrets', subresource: 'x', name: 'env' }, no],
  ['n2', 'get', { resource: 'secrets', name: 'env' }, no],
  ['n1', 'list', { resource: 'secrets' }, no],
  ['n1', 'list', { resource: 'secrets', namespace: '', name: 'env' }, no],
  ['n1', 'delete', { resource: 'secrets', name: 'env' }, no],
  ['n1', 'get', { resource: 'persistentvolumeclaims', name: 'claim' }, yes],
  ['n1', 'get', { resource: 'persistentvolumeclaims', name: 'stolen' }, no],
  ['n1', 'list', { resource: 'persistentvolumeclaims' }, no],
  ['n1', 'patch', { resource: 'persistentvolumeclaims', subresource: 'status', name: 'claim' }, yes],
  ['n1', 'patch', { resource: 'persistentvolumeclaims', subresource: 'status', name: 'stolen' }, no],
  ['n1', 'patch', { resource: 'persistentvolumeclaims', name: 'claim' }, no],
  ['n1', 'get', { resource: 'persistentvolumes', namespace: '', name: 'v' }, yes],
  ['n1', 'get', { resource: 'persistentvolumes', namespace: '', name: 'foreign' }, no],
  ['n2', 'get', { resource: 'persistentvolumes', namespace: '', name: 'v' }, no],
  ['n1', 'get', { ...attachment, name: 'a1' }, yes],
  ['n1', 'get', { ...attachment, name: 'a2' }, no],
  ['n1', 'list', attachment, no],
  ['n1', 'get', { ...deviceClaim, name: 'gpu' }, yes],
  ['n1', 'get', { ...deviceClaim, name: 'devices-made' }, yes],
  ['n1', 'get', { ...deviceClaim, name: 'extended' }, yes],
  ['n1', 'get', { ...deviceClaim, name: 'stray' }, no],
  ['n1', 'get', { ...deviceClaim, name: 'gpu', namespace: 'other' }, no],
  ['n1', 'list', deviceClaim, no],
  ['n1', 'update', { ...deviceClaim, name: 'gpu' }, no],
  ['n2', 'get', { ...deviceClaim, name: 'gpu' }, no],
  ['n1', 'create', slice, yes],
  ['n1', 'update', { ...slice, name: 's1' }, yes],
  ['n1', 'delete', { ...slice, name: 's2' }, no],
  ['n1', 'get', { ...slice, name: 's3' }, no],
  ['n1', 'watch', { ...slice, fieldSelector: onNode('n1') }, yes],
  ['n1', 'deletecollection', { ...slice, fieldSelector: onNode('n1') }, yes],
  ['n1', 'deletecollection', { ...slice, fieldSelector: onNode('n2') }, no],
  ['n1', 'list', slice, no],
  ['n1', 'create', { resource: 'serviceaccounts', subresource: 'token', name: 'sa' }, yes],
  ['n1', 'create', { resource: 'serviceaccounts', subresource: 'token', name: 'admin' }, no],
  ['n2', 'create', { resource: 'serviceaccounts', subresource: 'token', name: 'sa' }, no],
  ['n1', 'get', { resource: 'serviceaccounts', name: 'sa' }, yes],
  ['n1', 'list', { resource: 'serviceaccounts' }, no],
  ['n1', 'update', { ...lease, name: 'n1' }, yes],
  ['n1', 'update', { ...lease, name: 'n2' }, no],
  ['n1', 'update', { ...lease, namespace: 'kube-system', name: 'n1' }, no],
  ['n1', 'list', lease, no],
  ['n1', 'update', { ...csiNode, name: 'n1' }, yes],
  ['n1', 'update', { ...csiNode, name: 'n2' }, no],
  ['n1', 'get', { resource: 'nodes', namespace: '', name: 'n1' }, yes],
  ['n1', 'get', { resource: 'nodes', namespace: '', name: 'n2' }, no],
  ['n1', 'list', { resource: 'nodes', namespace: '' }, no],
  ['n1', 'watch', { resource: 'nodes', namespace: '', name: 'n1' }, yes],
  ['n1', 'delete', { resource: 'nodes', namespace: '', name: 'n1' }, no],
  ['n1', 'get', { resource: 'nodes', subresource: 'proxy', namespace: '', name: 'n1' }, no],
  ['n1', 'get', { resource: 'pods', name: 'web' }, yes],
  ['n1', 'get', { resource: 'pods', name: 'elsewhere' }, no],
  ['n1', 'list', { resource: 'pods', namespace: '' }, no],
  ['n1', 'list', { resource: 'pods', namespace: '', fieldSelector: onNode('n1') }, yes],
  ['n1', 'watch', { resource: 'pods', namespace: '', fieldSelector: onNode('n2') }, no],
  ['n1', 'watch', { resource: 'pods', namespace: '', fieldSelector: notOnNode }, no],
  ['n1', 'watch', { resource: 'pods', name: 'web' }, yes],
  ['n1', 'deletecollection', { resource: 'pods', fieldSelector: onNode('n1') }, no],
  ['n1', 'create', { resource: 'pods', subresource: 'binding', name: 'web' }, no],
  ['n1', 'create', { resource: 'pods', subresource: 'exec', name: 'web' }, no],
  ['n1', 'update', { resource: 'pods', subresource: 'ephemeralcontainers', name: 'web' }, no],
  ['n1', 'create', { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests', namespace: '' }, yes],
  [
    'n1',
    'update',
    { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests', subresource: 'approval', namespace: '' },
    no,
  ],
  ['', 'create', { resource: 'pods' }, no],
];

for (const [node, verb, what, decision] of nodeCases) {
  test(`node ${node}: ${verb} ${JSON.stringify(what)} is ${decision}`, async () => {
    const authorize = createNodeAuthorizer(liveObjects(nodeWorld));
    const user = { username: `system:node:${node}`, groups: ['system:nodes'] };
    assert.equal((await authorize(ask(user, verb, what))).decision, decision);
  });
}

test('the Node authorizer has no opinion about others', async () => {
  const authorize = createNodeAuthorizer(liveObjects({ '/pods': [pod] }));
  assert.equal(
    (await authorize(ask({ username: 'system:node:n1' }, 'get', { resource: 'secrets', name: 'env' }))).decision,
    'no-opinion',
  );
});
