import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInfo } from '#api/request.ts';
import type { Authorize } from './authorization.ts';
import { withAuthorizer } from './authorization.ts';
import { kubernetesEnvironment } from './kubernetes.ts';
import type { Ask, AuthorizationQuestion } from './libraries/authorizer.ts';
import { authorizerType, authorizerValue, requestResourceValue, resourceCheckType } from './libraries/authorizer.ts';
import { compile, createProgram } from './program.ts';

const environment = kubernetesEnvironment({
  version: '1.36',
  variables: [
    { name: 'authorizer', type: authorizerType },
    { name: 'authorizer.requestResource', type: resourceCheckType },
  ],
});
const user: UserInfo = { username: 'someone', groups: ['some'] };
const pod = { apiGroup: '', resource: 'pods', subresource: '', namespace: 'n', name: 'p' };

function evaluate(expression: string, authorize: Authorize): unknown {
  const compiled = compile(expression, environment);
  assert.ok(compiled.ok);
  const program = createProgram(compiled.checked, environment);
  return withAuthorizer(authorize, (ask: Ask) => {
    const bindings = new Map([
      ['authorizer', authorizerValue(user, ask)],
      ['authorizer.requestResource', requestResourceValue(user, ask, pod)],
    ]);
    return program.evaluate(bindings).result;
  });
}

test('authorizer asks with the attributes that the expression names', () => {
  const asked: AuthorizationQuestion[] = [];
  const authorize: Authorize = (question) => {
    asked.push(question);
    return { decision: question.verb === 'get' ? 'allow' : 'no-opinion', reason: 'because' };
  };
  const resource = "authorizer.group('apps').resource('deployments').subresource('status').namespace('n').name('x')";
  assert.equal(evaluate(`${resource}.labelSelector('a=b').check('get').allowed()`, authorize), true);
  assert.equal(evaluate("authorizer.path('/healthz').check('put').reason()", authorize), 'because');
  assert.equal(evaluate("authorizer.serviceAccount('n', 'sa').path('/x').check('get').errored()", authorize), false);
  assert.equal(evaluate("authorizer.requestResource.check('delete').allowed()", authorize), false);
  const [first, path, account, request] = asked;
  assert.deepEqual(
    { ...first, labelSelector: first?.labelSelector?.requirements.length },
    {
      user,
      verb: 'get',
      isResourceRequest: true,
      apiGroup: 'apps',
      apiVersion: '*',
      resource: 'deployments',
      subresource: 'status',
      namespace: 'n',
      name: 'x',
      path: '',
      fieldSelector: undefined,
      labelSelector: 1,
    },
  );
  assert.deepEqual([path?.isResourceRequest, path?.path, path?.verb], [false, '/healthz', 'put']);
  assert.deepEqual(account?.user, {
    username: 'system:serviceaccount:n:sa',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:n'],
  });
  assert.deepEqual([request?.resource, request?.namespace, request?.name], ['pods', 'n', 'p']);
});

test('withAuthorizer waits for answers and asks every question once', async () => {
  let asked = 0;
  const authorize: Authorize = async ({ path }) => {
    asked++;
    return path === '/no' ? { decision: 'deny', reason: '', error: 'broken' } : { decision: 'allow', reason: '' };
  };
  const both =
    "authorizer.path('/a').check('get').allowed() && authorizer.path('/no').check('get').error() == 'broken'";
  assert.equal(await evaluate(both, authorize), true);
  assert.equal(asked, 2);
  await assert.rejects(
    async () => evaluate("authorizer.path('/a').check('get').allowed()", () => Promise.reject(new Error('gone'))),
    /gone/,
  );
});
