import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest, UserInfo } from '#api/request.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';
import { createImpersonation } from './impersonation.ts';
import { ImpersonationMetrics } from './impersonation-metrics.ts';

const caller: UserInfo = { username: 'admin', groups: [] };

function request(headers: Record<string, string>, rawHeaders?: readonly string[]): ApiRequest {
  const { signal } = new AbortController();
  const line = { method: 'GET', path: '/api/v1/namespaces/x/pods', query: new URLSearchParams() } as const;
  return { ...line, headers, peer: { address: '' }, signal, ...(rawHeaders ? { rawHeaders } : {}) };
}

function textOf({ verb, apiGroup, resource, subresource, namespace, name }: AuthorizationAttributes): string {
  return `${verb} ${apiGroup}/${resource}${subresource ? `/${subresource}` : ''} ${namespace}/${name}`;
}

/** Allows what `rights` lists and notes everything that was asked. */
function rightsTo(...rights: readonly string[]) {
  const asked: string[] = [];
  const authorize = (attributes: AuthorizationAttributes) => {
    asked.push(textOf(attributes));
    const allowed = rights.some((right) => textOf(attributes).startsWith(right));
    return { decision: allowed ? ('allow' as const) : ('no-opinion' as const), reason: '' };
  };
  const clock = createSimEnv().clock;
  const registry = new MetricsRegistry();
  const impersonate = createImpersonation({ authorize, clock, metrics: new ImpersonationMetrics(registry, clock) });
  /** Who the request goes on as; `ask` has the parts of what is asked for. */
  const as = async (headers: Record<string, string>, user = caller, path = '/api/v1/namespaces/x/pods') =>
    (await impersonate({ ...request(headers), path }, user))?.user ?? user;
  return { as, asked, authorize, clock, registry };
}

test('without headers nobody is asked', async () => {
  const { as, asked } = rightsTo();
  assert.equal(await as({}), caller);
  assert.deepEqual(asked, []);
});

test('the old mode takes on every part that may be impersonated', async () => {
  const { as, asked } = rightsTo('impersonate ');
  assert.deepEqual(await as({ 'impersonate-user': 'jane', 'impersonate-group': 'dev, ops', 'impersonate-uid': '7' }), {
    username: 'jane',
    uid: '7',
    groups: ['dev', 'ops', 'system:authenticated'],
  });
  assert.deepEqual(asked, [
    'impersonate-on:user-info:list /pods x/',
    'impersonate /users /jane',
    'impersonate authentication.k8s.io/uids /7',
    'impersonate /groups /dev',
    'impersonate /groups /ops',
  ]);
});

test('a group with a comma in its name is one group, and not two', async () => {
  const { authorize, asked } = rightsTo('impersonate ');
  const raw = ['Impersonate-User', 'jane', 'Impersonate-Group', 'dev, system:masters'];
  const headers = { 'impersonate-user': 'jane', 'impersonate-group': 'dev, system:masters' };
  const { clock } = createSimEnv();
  const impersonate = createImpersonation({ authorize, clock });
  const user = (await impersonate(request(headers, raw), caller))?.user;
  assert.deepEqual(user?.groups, ['dev, system:masters', 'system:authenticated']);
  assert.ok(asked.includes('impersonate /groups /dev, system:masters'));
});

test('a constrained impersonator does only what it may do so, as whom it may', async () => {
  const rights = ['impersonate-on:user-info:list /pods', 'impersonate:user-info authentication.k8s.io/users /jane'];
  const { as } = rightsTo(...rights);
  assert.deepEqual(await as({ 'impersonate-user': 'jane' }), { username: 'jane', groups: ['system:authenticated'] });
  await assert.rejects(as({ 'impersonate-user': 'root' }), {
    message:
      'users.authentication.k8s.io "root" is forbidden: User "admin" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
  });
});

test('no constrained impersonator becomes a superuser', async () => {
  const { as } = rightsTo('impersonate-on:', 'impersonate:');
  await assert.rejects(as({ 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' }), {
    message: /impersonating the system:masters group is not allowed$/,
  });
  await assert.rejects(as({ 'impersonate-user': 'jane', 'impersonate-extra-plain': 'x' }), {
    message: /impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "plain"/,
  });
});

test('who may nothing is told of the first mode that applies', async () => {
  const { as } = rightsTo();
  await assert.rejects(as({ 'impersonate-user': 'bob' }), {
    message:
      'pods is forbidden: User "admin" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "x"',
  });
  await assert.rejects(as({ 'impersonate-user': 'system:serviceaccount:a:b' }), {
    message: /cannot impersonate-on:serviceaccount:list /,
  });
  await assert.rejects(as({ 'impersonate-user': 'system:node:n1' }), {
    message: /cannot impersonate-on:arbitrary-node:list /,
  });
});

test('parts without a user are a bad request', async () => {
  await assert.rejects(
    rightsTo('').as({ 'impersonate-group': 'g', 'impersonate-uid': 'u', 'impersonate-extra-a': 'b' }),
    {
      message:
        'requested &user.DefaultInfo{Name:"", UID:"u", Groups:[]string{"g"}, Extra:map[string][]string{"a":[]string{"b"}}} without impersonating a user name',
    },
  );
});

test('a pod may act as its own node, and the authorizer sees no more of it than the keys', async () => {
  const extra = { 'authentication.kubernetes.io/node-name': ['n1'] };
  const pod = { username: 'system:serviceaccount:a:agent', groups: [], extra };
  const { as, asked } = rightsTo('impersonate-on:associated-node:list', 'impersonate:associated-node');
  assert.deepEqual(await as({ 'impersonate-user': 'system:node:n1' }, pod), {
    username: 'system:node:n1',
    groups: ['system:nodes', 'system:authenticated'],
  });
  assert.equal(asked[1], 'impersonate:associated-node authentication.k8s.io/nodes /*');
  await assert.rejects(as({ 'impersonate-user': 'system:node:n2' }, pod), { message: /impersonate-on:arbitrary-node/ });
});

test('what a constrained mode allowed is not asked again for ten seconds; refusals are', async () => {
  const { as, asked, clock, registry } = rightsTo('impersonate-on:user-info:list', 'impersonate:user-info');
  const asJane = { 'impersonate-user': 'jane' };
  await as(asJane);
  assert.deepEqual(asked.splice(0), [
    'impersonate-on:user-info:list /pods x/',
    'impersonate:user-info authentication.k8s.io/users /jane',
  ]);
  await as(asJane);
  assert.deepEqual(asked.splice(0), []);
  // Another request as the same: only what that request is about.
  await as(asJane, caller, '/api/v1/namespaces/x/secrets');
  assert.deepEqual(asked.splice(0), ['impersonate-on:user-info:list /secrets x/']);
  await as({ ...asJane, 'impersonate-group': 'dev' });
  assert.equal(asked.splice(0).length, 3);
  await as(asJane, { username: 'other', groups: [] });
  assert.equal(asked.splice(0).length, 2);
  await clock.advance(10_000);
  await as(asJane);
  assert.equal(asked.splice(0).length, 2);
  const asNobody = { 'impersonate-user': 'system:serviceaccount:x:y' };
  for (let tries = 0; tries < 2; tries++) {
    await assert.rejects(as(asNobody));
    assert.equal(asked.splice(0).length, 2);
  }
  const checks = registry
    .expose()
    .split('\n')
    .filter((line) => line.startsWith('apiserver_impersonation_authorization_attempts_total'));
  assert.deepEqual(checks, [
    'apiserver_impersonation_authorization_attempts_total{decision="allowed",mode="user-info"} 10',
    'apiserver_impersonation_authorization_attempts_total{decision="denied",mode="serviceaccount"} 2',
    'apiserver_impersonation_authorization_attempts_total{decision="denied",mode="legacy"} 2',
  ]);
});

test('keys of extra fields may be called like members of every object', async () => {
  const { as } = rightsTo('impersonate ');
  const headers = {
    'impersonate-user': 'jane',
    'impersonate-extra-__proto__': 'x',
    'impersonate-extra-constructor': 'y',
  };
  const { extra = {} } = await as(headers);
  assert.deepEqual(Object.entries(extra), [
    ['__proto__', ['x']],
    ['constructor', ['y']],
  ]);
});

test('the mode that let a caller last is tried first', async () => {
  const { as, asked } = rightsTo('impersonate ');
  await as({ 'impersonate-user': 'jane' });
  assert.deepEqual(asked.splice(0), ['impersonate-on:user-info:list /pods x/', 'impersonate /users /jane']);
  await as({ 'impersonate-user': 'joe' });
  assert.deepEqual(asked, ['impersonate /users /joe']);
});

test('the right to the own node is remembered for the account, whichever node it runs on', async () => {
  const { as, asked } = rightsTo('impersonate-on:associated-node:list', 'impersonate:associated-node');
  const agentOn = (node: string): UserInfo => ({
    username: 'system:serviceaccount:ns:agent',
    groups: [],
    extra: { 'authentication.kubernetes.io/node-name': [node] },
  });
  const node = (name: string) => ({ 'impersonate-user': `system:node:${name}` });
  assert.equal((await as(node('a'), agentOn('a'))).username, 'system:node:a');
  assert.equal(asked.splice(0).length, 2);
  assert.equal((await as(node('b'), agentOn('b'))).username, 'system:node:b');
  assert.deepEqual(asked.splice(0), []);
  await assert.rejects(as(node('a'), agentOn('b')));
});
