import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StatusError } from '#api/errors.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import { allowed, noOpinion } from '#apiserver/authorizer.ts';
import type { PolicyRule } from '#kinds/generated/rbac-v1.ts';
import { rbacEscalation } from './rbac-escalation.ts';

const held: readonly PolicyRule[] = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
const group = 'rbac.authorization.k8s.io';

/** The message of the refusal; undefined when the write is admitted. `may` is what the user is explicitly authorized to. */
async function refusal(resource: string, object: object, may = '', groups = ['a', 'b']): Promise<string | undefined> {
  const plugin = rbacEscalation({
    rbac: {
      rulesFor: () => Promise.resolve([...held]),
      rulesOf: (_kind, name) =>
        Promise.resolve(
          name === 'missing' ? undefined : [{ verbs: ['list', 'get'], apiGroups: [''], resources: ['pods'] }],
        ),
    },
    authorize: ({ verb }) => (verb === may ? allowed : noOpinion),
  });
  const context = {
    operation: 'CREATE',
    resource: { group, version: 'v1', resource },
    namespace: 'ns',
    name: 'x',
    object: { metadata: { name: 'x' }, ...object },
    user: { username: 'me', groups },
  } as unknown as AdmissionContext;
  try {
    await plugin.inspect?.(context);
    return undefined;
  } catch (error) {
    assert(error instanceof StatusError);
    return error.message;
  }
}

const rules = (...verbs: string[]) => ({ rules: [{ verbs, apiGroups: ['', 'apps'], resources: ['pods'] }] });
const binding = (name: string) => ({ roleRef: { apiGroup: group, kind: 'ClusterRole', name } });

test('a role may hold what its writer holds', async () => {
  assert.equal(await refusal('roles', { rules: held }), undefined);
});

test('a role with more is refused, rules of one resource joined and sorted', async () => {
  assert.equal(
    await refusal('roles', rules('get', 'list')),
    'roles.rbac.authorization.k8s.io "x" is forbidden: user "me" (groups=["a" "b"]) is attempting to grant RBAC permissions not currently held:\n' +
      '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}\n' +
      '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list"]}',
  );
});

test('who may escalate or is a superuser may write any role', async () => {
  assert.equal(await refusal('clusterroles', rules('*'), 'escalate'), undefined);
  assert.equal(await refusal('clusterroles', rules('*'), '', ['system:masters']), undefined);
});

test('a binding needs the rules of its role, or to be allowed to bind it', async () => {
  assert.match((await refusal('rolebindings', binding('view'))) ?? '', /not currently held:\n.*Verbs:\["list"\]}$/);
  assert.equal(await refusal('rolebindings', binding('view'), 'bind'), undefined);
  assert.equal(
    await refusal('rolebindings', binding('missing')),
    'rolebindings.rbac.authorization.k8s.io "missing" not found',
  );
});

test('aggregation gathers anything, so it needs everything', async () => {
  assert.equal(
    await refusal('clusterroles', { rules: held, aggregationRule: { clusterRoleSelectors: [{}] } }),
    'clusterroles.rbac.authorization.k8s.io "x" is forbidden: must have cluster-admin privileges to use the aggregationRule',
  );
});
