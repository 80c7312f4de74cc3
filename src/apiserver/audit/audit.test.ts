import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newForbidden, newUnauthorized } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { parseRequestInfo, type RequestInfo } from '../request/request-info.ts';
import { Audit } from './audit.ts';
import { compileAuditPolicy, parseAuditPolicy } from './policy.ts';

const jane = { username: 'jane', groups: ['devs', 'system:authenticated'] };

function requestOf(method: ApiRequest['method'], url: string, headers: ApiRequest['headers'] = {}): ApiRequest {
  const [path = '', query = ''] = url.split('?');
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { 'user-agent': 'test/1', ...headers },
    peer: { address: '::ffff:10.0.0.9' },
    auditId: 'id-1',
    signal: new AbortController().signal,
  };
}

function infoOf(request: ApiRequest): RequestInfo {
  const info = parseRequestInfo(request);
  assert(info);
  return info;
}

function setup(rules: string) {
  const events: Record<string, unknown>[] = [];
  const policy = parseAuditPolicy(`apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n${rules}`);
  const audit = new Audit({
    env: createSimEnv({ seed: 1 }),
    policy: compileAuditPolicy(policy),
    sinks: [{ name: 'memory', write: (event) => void events.push(JSON.parse(event)), close: () => Promise.resolve() }],
  });
  return { audit, events };
}

const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'a', managedFields: [{ manager: 'm', operation: 'Update' }] },
  data: { password: 'aHVudGVyMg==' },
} as KubeObject;

const answer = (object: KubeObject, status = 201): ApiResponse => ({
  type: 'object',
  status,
  body: {
    object,
    json: () => new TextEncoder().encode(`${JSON.stringify(object)}\n`),
    protobuf: () => new Uint8Array(),
  },
});

test('the content of a secret is not in a record of level Metadata', async () => {
  const { audit, events } = setup('- level: Metadata\n');
  const request = requestOf('POST', '/api/v1/namespaces/a/secrets');
  const record = audit.begin(request, infoOf(request), jane);
  assert(record);
  record.requestObject(secret, () => assert.fail('the body must not be encoded'));
  await record.around(() => Promise.resolve(answer(secret)));
  assert.deepEqual(
    events.map(({ stage }) => stage),
    ['RequestReceived', 'ResponseComplete'],
  );
  assert(!JSON.stringify(events).includes('aHVudGVyMg'));
  assert.deepEqual(events[1]?.objectRef, { resource: 'secrets', namespace: 'a', name: 's', apiVersion: 'v1' });
  assert.deepEqual(events[1]?.responseStatus, { metadata: {}, code: 201 });
  assert.deepEqual(events[1]?.sourceIPs, ['10.0.0.9']);
});

test('RequestResponse records both bodies, without managed fields when the policy omits them', async () => {
  const { audit, events } = setup(
    '- level: RequestResponse\n  omitManagedFields: true\n  omitStages: [RequestReceived]\n',
  );
  const request = requestOf('POST', '/api/v1/namespaces/a/secrets?fieldManager=x');
  const record = audit.begin(request, infoOf(request), jane);
  assert(record);
  await record.around(() => {
    record.requestObject(secret, () => JSON.stringify(secret));
    return Promise.resolve(answer(secret));
  });
  const [event, ...more] = events;
  assert.deepEqual(more, []);
  const bare = { ...secret, metadata: { name: 's', namespace: 'a' } };
  assert.deepEqual(event?.requestObject, bare);
  assert.deepEqual(event?.responseObject, bare);
  assert.equal(event?.requestURI, '/api/v1/namespaces/a/secrets?fieldManager=x');
});

test('a watch has ResponseStarted when it opens and ResponseComplete when it ends', async () => {
  const { audit, events } = setup('- level: Metadata\n');
  const request = requestOf('GET', '/api/v1/pods?watch=1');
  const record = audit.begin(request, infoOf(request), jane);
  const response = await record?.around(() =>
    Promise.resolve({ type: 'watch', status: 200, events: (async function* () {})() } as ApiResponse),
  );
  assert.deepEqual(
    events.map(({ stage }) => stage),
    ['RequestReceived', 'ResponseStarted'],
  );
  assert(response?.type === 'watch');
  for await (const _ of response.events) assert.fail('no event was sent');
  assert.equal(events.at(-1)?.stage, 'ResponseComplete');
});

test('a watch that nobody begins to read ends all the same', async () => {
  const { audit, events } = setup('- level: Metadata\n');
  const request = requestOf('GET', '/api/v1/pods?watch=1');
  const record = audit.begin(request, infoOf(request), jane);
  const response = await record?.around(() =>
    Promise.resolve({ type: 'watch', status: 200, events: (async function* () {})() } as ApiResponse),
  );
  assert(response?.type === 'watch');
  await response.events[Symbol.asyncIterator]().return?.();
  assert.equal(events.at(-1)?.stage, 'ResponseComplete');
});

test('refusals are recorded with their Status; failed authentication without a user', async () => {
  const { audit, events } = setup('- level: Metadata\n  omitStages: [RequestReceived]\n');
  const request = requestOf('DELETE', '/api/v1/namespaces/a/pods/p', { authorization: 'Bearer nonsense' });
  const info = infoOf(request);
  const refusal = newForbidden({ group: '', resource: 'pods' }, 'p', 'no');
  await assert.rejects(audit.begin(request, info, jane)?.around(() => Promise.reject(refusal)) ?? Promise.resolve());
  const refused = events[0]?.responseStatus as { code: number } | undefined;
  assert.equal(refused?.code, 403);
  audit.failedAuthentication(request, info, newUnauthorized());
  const status = events[1]?.responseStatus as { code: number; message: string } | undefined;
  assert.deepEqual([status?.code, status?.message], [401, 'Authentication failed, attempted: bearer']);
  assert.deepEqual(events[1]?.user, {});
});

test('the first rule that matches decides', () => {
  const policy = compileAuditPolicy(
    parseAuditPolicy(`
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: None, users: ["system:kube-proxy"], verbs: [watch]}
- {level: None, nonResourceURLs: ["/healthz*", "/version"]}
- {level: Request, resources: [{group: "", resources: ["pods/log", "pods/status"]}, {group: apps, resources: ["*/scale"]}]}
- {level: Metadata, namespaces: [kube-system], resources: [{group: "*", resources: [configmaps], resourceNames: [c]}]}
- {level: RequestResponse, userGroups: [devs], resources: [{group: "", resources: ["services/*"]}], omitStages: [Panic]}
`),
  );
  const level = (method: ApiRequest['method'], url: string, user = jane) => {
    return policy(infoOf(requestOf(method, url)), user).level;
  };
  assert.equal(level('GET', '/api/v1/services?watch=1', { username: 'system:kube-proxy', groups: [] }), 'None');
  assert.equal(level('GET', '/healthz/etcd'), 'None');
  assert.equal(level('GET', '/api/v1/namespaces/a/pods/p/log'), 'Request');
  assert.equal(level('GET', '/api/v1/namespaces/a/pods/p'), 'None');
  assert.equal(level('PUT', '/apis/apps/v1/namespaces/a/deployments/d/scale'), 'Request');
  assert.equal(level('GET', '/api/v1/namespaces/kube-system/configmaps/c'), 'Metadata');
  assert.equal(level('GET', '/api/v1/namespaces/kube-system/configmaps/d'), 'None');
  assert.equal(level('GET', '/api/v1/namespaces/a/services/s'), 'RequestResponse');
  const service = policy(infoOf(requestOf('GET', '/api/v1/namespaces/a/services/s/proxy')), jane);
  assert.deepEqual([...service.omitStages], ['RequestReceived', 'Panic']);
});

test("policies that cannot be used are refused in upstream's words", () => {
  const refused = (text: string) => {
    try {
      parseAuditPolicy(text);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail('accepted');
  };
  const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';
  assert.equal(refused(head), 'loaded illegal policy with 0 rules');
  assert.equal(refused(`${head}rules: [{}]`), 'rules[0].level: Required value');
  assert.equal(
    refused(`${head}rules: [{level: All}]`),
    'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
  );
  assert.match(
    refused(`${head}rules: [{level: None, nonResourceURLs: [healthz]}]`),
    /must begin with a '\/' character/,
  );
  assert.match(refused('apiVersion: v1\nkind: Pod'), /unknown group version field/);
  assert.match(refused(`${head}rules: 3`), /expected a list/);
  assert.match(refused('a: [}'), /failed decoding/);
});
