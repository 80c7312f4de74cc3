import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import type { UserInfo } from '#api/request.ts';
import type { PolicyRule } from '#kinds/generated/rbac-v1.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import { authorizerChain } from './chain.ts';
import { createNodeAuthorizer } from './node.ts';
import { createRbacAuthorizer } from './rbac.ts';
import { ruleAllows, ruleText, uncovered } from './rbac-rules.ts';

/** Objects by collection; a change moves the version. */
function world(content: Readonly<Record<CollectionName, readonly KubeObject[]>>): LiveObjects & { version1: number } {
  const list = (collection: CollectionName, namespace?: string) =>
    (content[collection] ?? []).filter((object) => !namespace || object.metadata?.namespace === namespace);
  const get = (collection: CollectionName, namespace: string, name: string) =>
    list(collection).find(({ metadata }) => metadata?.name === name && (metadata.namespace ?? '') === namespace);
  return {
    version1: 1,
    load: () => undefined,
    get,
    list,
    version() {
      return this.version1;
    },
    getFresh: async (...target) => get(...target),
  };
}

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
  world({
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

const nodeCases: readonly (readonly [
  node: string,
  verb: string,
  what: Partial<AuthorizationAttributes>,
  decision: string,
])[] = [
  ['n1', 'get', { resource: 'secrets', name: 'env' }, 'allow'],
  ['n1', 'get', { resource: 'secrets', name: 'vol' }, 'allow'],
  ['n1', 'get', { resource: 'configmaps', name: 'cm' }, 'allow'],
  ['n1', 'get', { resource: 'secrets', name: 'other' }, 'no-opinion'],
  ['n2', 'get', { resource: 'secrets', name: 'env' }, 'no-opinion'],
  ['n1', 'list', { resource: 'secrets' }, 'no-opinion'],
  ['n1', 'delete', { resource: 'secrets', name: 'env' }, 'no-opinion'],
  ['n1', 'create', { resource: 'serviceaccounts', subresource: 'token', name: 'sa' }, 'allow'],
  ['n2', 'create', { resource: 'serviceaccounts', subresource: 'token', name: 'sa' }, 'no-opinion'],
  [
    'n1',
    'update',
    { apiGroup: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease', name: 'n1' },
    'allow',
  ],
  [
    'n1',
    'update',
    { apiGroup: 'coordination.k8s.io', resource: 'leases', namespace: 'kube-node-lease', name: 'n2' },
    'no-opinion',
  ],
];

for (const [node, verb, what, decision] of nodeCases) {
  test(`node ${node}: ${verb} ${JSON.stringify(what)} is ${decision}`, async () => {
    const authorize = createNodeAuthorizer(world({ '/pods': [pod] }));
    const user = { username: `system:node:${node}`, groups: ['system:nodes'] };
    assert.equal((await authorize(ask(user, verb, what))).decision, decision);
  });
}

test('the Node authorizer has no opinion about others', async () => {
  const authorize = createNodeAuthorizer(world({ '/pods': [pod] }));
  assert.equal(
    (await authorize(ask({ username: 'system:node:n1' }, 'get', { resource: 'secrets', name: 'env' }))).decision,
    'no-opinion',
  );
});
