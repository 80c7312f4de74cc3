import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFieldSelector } from '#api/field-selector.ts';
import { parseLabelSelector } from '#api/label-selector.ts';
import type { UserInfo } from '#api/request.ts';
import type { Env } from '#base/env.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';
import type { WebhookAnswer, WebhookClient } from '../webhook/webhook-client.ts';
import { createAbacAuthorizer, parseAbacPolicies } from './abac.ts';
import { decodeAuthorizationConfiguration, validateAuthorizationConfiguration } from './authorization-configuration.ts';
import { authorizerChain } from './chain.ts';
import { createAuthorizationMetrics } from './metrics.ts';
import { createWebhookAuthorizer, type WebhookAuthorizerConfig } from './webhook.ts';

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

const head = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n';
const anyCondition = () => ({ matches: () => true });

function faults(body: string): readonly string[] {
  return validateAuthorizationConfiguration(decodeAuthorizationConfiguration(head + body), anyCondition, (path) =>
    path === '/there' ? 'regular' : path === '/folder' ? 'irregular' : { fault: 'no such file' },
  );
}

const webhook = (fields: string) => `authorizers: [{type: Webhook, name: w, webhook: {${fields}}}]`;
const connection = 'connectionInfo: {type: KubeConfigFile, kubeConfigFile: /there}';
const complete = `timeout: 3s, subjectAccessReviewVersion: v1, failurePolicy: Deny, ${connection}`;

const configurations: readonly (readonly [body: string, expected: readonly string[]])[] = [
  ['authorizers: [{type: Node, name: node}, {type: RBAC, name: rbac}]', []],
  [webhook(complete), []],
  ['', ['authorizers: Required value: at least one authorization mode must be defined']],
  [
    'authorizers: [{name: x}, {type: Foo, name: foo}, {type: RBAC, name: rbac}, {type: RBAC, name: rbac}]',
    [
      'authorizers[0].type: Required value',
      'authorizers[1].type: Unsupported value: "Foo": supported values: "ABAC", "AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"',
      'authorizers[3].type: Duplicate value: "RBAC"',
    ],
  ],
  ['authorizers: [{type: RBAC, name: other}]', ['expected name rbac for authorizer RBAC instead of other']],
  [
    webhook('timeout: 31s, authorizedTTL: -1s, subjectAccessReviewVersion: v2, failurePolicy: Maybe'),
    [
      'authorizers[0].timeout: Invalid value: "31s": must be > 0s and <= 30s',
      'authorizers[0].authorizedTTL: Invalid value: "-1s": must be > 0s',
      'authorizers[0].subjectAccessReviewVersion: Unsupported value: "v2": supported values: "v1", "v1beta1"',
      'authorizers[0].failurePolicy: Unsupported value: "Maybe": supported values: "NoOpinion", "Deny"',
      'authorizers[0].connectionInfo.type: Required value',
    ],
  ],
  [
    webhook(`${complete}, matchConditions: [{expression: " "}, {expression: a}, {expression: a}]`),
    [
      'authorizers[0].matchConditionSubjectAccessReviewVersion: Required value: required if match conditions are specified',
      'authorizers[0].matchConditions[0].expression: Required value',
      'authorizers[0].matchConditions[2].expression: Duplicate value: "a"',
    ],
  ],
  [
    webhook(complete.replace('/there', 'here')),
    ['authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "here": must be an absolute path'],
  ],
  [
    webhook(complete.replace('/there', '/folder')),
    ['authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "/folder": must be a regular file'],
  ],
];

for (const [body, expected] of configurations) {
  test(`AuthorizationConfiguration ${body}`, () => assert.deepEqual(faults(body), expected));
}

const policies = `
# comments and blank lines are nothing

{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"user":"alice","namespace":"*","resource":"*","apiGroup":"*"}}
{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"group":"readers","readonly":true,"namespace":"a","resource":"pods"}}
{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"user":"*","readonly":true,"nonResourcePath":"/version*"}}
{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"resource":"secrets","namespace":"*"}}
{"user":"old","resource":"services"}
`;
const everybody = ['system:authenticated'];
const abacCases: readonly (readonly [attributes: AuthorizationAttributes, allowed: boolean])[] = [
  [ask({ username: 'alice' }, 'delete', { apiGroup: 'apps', resource: 'deployments' }), true],
  [ask({ groups: ['readers'] }, 'list', { namespace: 'a' }), true],
  [ask({ groups: ['readers'] }, 'create', { namespace: 'a' }), false],
  [ask({ groups: ['readers'] }, 'list', { namespace: 'b' }), false],
  [ask({ groups: ['readers'] }, 'list', { namespace: 'a', apiGroup: 'x' }), false],
  [ask({ groups: everybody }, 'get', { isResourceRequest: false, path: '/version/x' }), true],
  [ask({ groups: [] }, 'get', { isResourceRequest: false, path: '/version' }), false],
  [ask({ groups: everybody }, 'get', { resource: 'secrets' }), false],
  [ask({ username: 'old' }, 'delete', { resource: 'services', apiGroup: 'any' }), true],
];

for (const [attributes, allowed] of abacCases) {
  const { user, verb, resource, path } = attributes;
  test(`ABAC: ${user.username} of ${user.groups} ${allowed ? 'may' : 'may not'} ${verb} ${path || resource}`, () => {
    const decision = createAbacAuthorizer(parseAbacPolicies(policies, 'p'))(attributes);
    assert.deepEqual(
      decision,
      allowed ? { decision: 'allow', reason: '' } : { decision: 'no-opinion', reason: 'No policy matched.' },
    );
  });
}

test('ABAC: a line that is no policy is named', () => {
  assert.throws(() => parseAbacPolicies('\n{"kind":"Policy"', '/p'), /error reading policy file \/p, line 2: /);
});

let nowMs = 0;
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
const env: Env = {
  clock: {
    now: () => nowMs,
    monotonic: () => nowMs,
    // Retries are at once; the deadline of an attempt never comes.
    after: (delayMs, run) => {
      if (delayMs < 3_000) queueMicrotask(run);
      return { cancel: silent };
    },
  },
  random: { next: () => 0.5, bytes: (count) => new Uint8Array(count) },
  log,
};

function remote(answers: readonly (WebhookAnswer | Error | object)[], more: Partial<WebhookAuthorizerConfig> = {}) {
  const asked: unknown[] = [];
  const client: WebhookClient = {
    async post({ body }) {
      asked.push(JSON.parse(new TextDecoder().decode(body)));
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer instanceof Error) throw answer;
      if (answer && 'body' in answer) return answer as WebhookAnswer;
      const text = JSON.stringify({ kind: 'SubjectAccessReview', status: answer });
      return { status: 200, body: new TextEncoder().encode(text) };
    },
    close: silent,
  };
  const registry = new MetricsRegistry();
  const authorize = createWebhookAuthorizer({
    name: 'w',
    caller: { client, target: { url: new URL('https://w') }, env, timeoutMs: 3_000 },
    version: 'v1',
    authorizedMs: 300_000,
    unauthorizedMs: 30_000,
    failurePolicy: 'NoOpinion',
    matchConditions: [],
    metrics: createAuthorizationMetrics(registry),
    ...more,
  });
  return { authorize, asked, registry };
}

test('Webhook: the question is a SubjectAccessReview, with its selectors', async () => {
  const { authorize, asked } = remote([{ allowed: true, reason: 'yes' }]);
  const selectors = {
    fieldSelector: parseFieldSelector('metadata.name!=x,spec.nodeName=n1'),
    labelSelector: parseLabelSelector('a in (b),!c'),
  };
  const user = { username: 'jane', groups: ['g'], uid: '7', extra: { k: ['v'] } };
  assert.deepEqual(await authorize(ask(user, 'list', selectors)), { decision: 'allow', reason: 'yes' });
  assert.deepEqual(asked, [
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        resourceAttributes: {
          namespace: 'default',
          verb: 'list',
          version: 'v1',
          resource: 'pods',
          fieldSelector: {
            requirements: [
              { key: 'metadata.name', operator: 'NotIn', values: ['x'] },
              { key: 'spec.nodeName', operator: 'In', values: ['n1'] },
            ],
          },
          labelSelector: {
            requirements: [
              { key: 'a', operator: 'In', values: ['b'] },
              { key: 'c', operator: 'DoesNotExist' },
            ],
          },
        },
        user: 'jane',
        groups: ['g'],
        extra: { k: ['v'] },
        uid: '7',
      },
    },
  ]);
});

test('Webhook: answers are remembered, refusals for a shorter time', async () => {
  const { authorize, asked } = remote([{ allowed: true }, { allowed: false, denied: true, reason: 'no' }]);
  await authorize(ask({}, 'get'));
  await authorize(ask({}, 'get'));
  assert.equal(asked.length, 1);
  assert.deepEqual(await authorize(ask({}, 'delete')), { decision: 'deny', reason: 'no' });
  nowMs += 31_000;
  await authorize(ask({}, 'delete'));
  await authorize(ask({}, 'get'));
  assert.equal(asked.length, 3);
});

test('Webhook: what may pass is tried again; then the failure policy decides', async () => {
  const down = { status: 500, body: new Uint8Array() };
  const again = remote([down, down, { allowed: true }]);
  assert.equal((await again.authorize(ask({}, 'get'))).decision, 'allow');
  assert.equal(again.asked.length, 3);
  const open = remote([down]);
  const { decision, error } = await open.authorize(ask({}, 'get'));
  assert.equal(decision, 'no-opinion');
  assert.equal(error, 'an error on the server ("") has prevented the request from succeeding');
  assert.equal(open.asked.length, 5);
  assert.match(open.registry.expose(), /webhook_evaluations_fail_open_total\{name="w",result="error"\} 1/);
  const closed = remote([new Error('dial tcp: connection refused')], { failurePolicy: 'Deny' });
  assert.equal((await closed.authorize(ask({}, 'get'))).decision, 'deny');
  assert.equal(closed.asked.length, 1);
  const contradiction = await remote([{ allowed: true, denied: true }]).authorize(ask({}, 'get'));
  assert.equal(contradiction.decision, 'deny');
});

test('Webhook: match conditions keep questions away, and a condition that fails follows the failure policy', async () => {
  const { authorize, asked } = remote([{ allowed: true }], {
    failurePolicy: 'Deny',
    matchConditions: [
      {
        matches: ({ resourceAttributes }) => {
          if (!resourceAttributes) throw new Error('no such key');
          return resourceAttributes.namespace === 'default';
        },
      },
    ],
  });
  assert.deepEqual(await authorize(ask({}, 'get', { namespace: 'x' })), { decision: 'no-opinion', reason: '' });
  const failed = await authorize(ask({}, 'get', { isResourceRequest: false, path: '/x' }));
  assert.deepEqual(failed, { decision: 'deny', reason: '', error: 'no such key' });
  assert.equal(asked.length, 0);
});

test('an error of an authorizer is kept when no other decides', async () => {
  const failing = () => ({ decision: 'no-opinion' as const, reason: '', error: 'down' });
  const chain = authorizerChain(failing, (attributes) =>
    attributes.verb === 'get' ? { decision: 'allow', reason: '' } : { decision: 'no-opinion', reason: 'r' },
  );
  assert.equal((await chain(ask({}, 'get'))).error, undefined);
  assert.deepEqual(await chain(ask({}, 'list')), { decision: 'no-opinion', reason: 'r', error: 'down' });
});
