/** Admission policies over HTTP: parameters that are custom resources, other versions of a resource, an authorizer that takes its time. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { defaultAdmissionPlugins } from '#admission/plugins.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { AuthorizationAttributes } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { Logger } from '#base/env.ts';
import { createClient } from '#client/api-client.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { createServedResources } from '#cluster/server/served-resources.ts';
import { validatingAdmissionPolicyStatusController } from '#controllers/validating-admission-policy-status/controller.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { type HttpServer, startHttpServer } from '#platform/node/http-server.ts';
import { startControllers } from '#runtime/controller.ts';
import { createMemoryStore } from '#store/revision-store.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const env = { ...createNodeEnv({ component: 'test' }), log: silent };
const schemas = new SchemaRegistry(builtinTables);
const group = '/apis/admissionregistration.k8s.io/v1';
const policies = `${group}/validatingadmissionpolicies`;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const configMaps = '/api/v1/namespaces/default/configmaps';

interface Body extends Readonly<Record<string, unknown>> {
  readonly message?: string;
}

describe('admission policies', () => {
  const store = createMemoryStore(env);
  const ended = new AbortController();
  const asked: AuthorizationAttributes[] = [];
  let server: ApiServer;
  let http: HttpServer;
  let stopped: Promise<void>;

  before(async () => {
    const objects = createLiveObjects(() => server.registry, store);
    server = createApiServer({
      env,
      store,
      schemas,
      definitions: builtinDefinitions,
      codecs: schemaCodecs(schemas),
      services: { serviceCidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
      authenticate: ({ peer }) => peer.inProcess ?? { username: 'tester', groups: [] },
      authorize: () => ({ decision: 'allow', reason: '' }),
      admission: defaultAdmissionPlugins({
        objects,
        env,
        writeQuota: () => Promise.reject(new Error('there are no quotas')),
        dynamic: {
          client: { post: () => Promise.reject(new Error('there are no webhooks')), close: () => {} },
          resources: createServedResources(() => server.registry),
          authorize: async (attributes) => {
            asked.push(attributes);
            return { decision: attributes.verb === 'bless' ? 'allow' : 'no-opinion', reason: 'by rule' };
          },
        },
      }),
    });
    await server.ready();
    http = await startHttpServer({ handler: server.wire, log: silent, host: '127.0.0.1', port: 0 });
    await ask('POST', '/api/v1/namespaces', { metadata: { name: 'default' } });
    const client = createClient({
      handler: (request) => server.handler(request),
      peer: { address: '', inProcess: { username: 'controller', groups: ['system:masters'] } },
      userAgent: 'test',
    });
    const controllers = [validatingAdmissionPolicyStatusController];
    ({ stopped } = await startControllers({ env, client, clientFor: () => client, controllers }, ended.signal));
  });

  after(async () => {
    ended.abort();
    await stopped;
    await server.close();
    await http.close();
    await store.close();
  });

  async function ask(method: string, path: string, body?: unknown, contentType = 'application/json') {
    const response = await fetch(`http://127.0.0.1:${http.port}${path}`, {
      method,
      headers: { 'content-type': contentType },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Body, warning: response.headers.get('warning') };
  }

  async function configure(name: string, spec: object, binding: object = {}): Promise<void> {
    const made = await ask('POST', policies, { metadata: { name }, spec });
    assert.equal(made.status, 201, made.body.message ?? '');
    const bound = await ask('POST', `${group}/validatingadmissionpolicybindings`, {
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'], ...binding },
    });
    assert.equal(bound.status, 201, bound.body.message ?? '');
  }

  const constraints = (apiGroup: string, resource: string, ...resourceNames: readonly string[]) => ({
    resourceRules: [
      {
        apiGroups: [apiGroup],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE'],
        resources: [resource],
        resourceNames,
      },
    ],
  });

  test('custom resources are parameters: as they are now, and not without their definition', async () => {
    const made = await ask('POST', definitions, {
      metadata: { name: 'limits.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'limits', kind: 'Limit' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { max: { type: 'integer' } } } },
          },
        ],
      },
    });
    assert.equal(made.status, 201, made.body.message ?? '');
    await configure(
      'by-limit',
      {
        paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' },
        matchConstraints: constraints('', 'configmaps', 'limited'),
        validations: [
          { expression: 'size(object.data) <= params.max', messageExpression: '"at most " + string(params.max)' },
        ],
      },
      { paramRef: { name: 'one', parameterNotFoundAction: 'Deny' } },
    );
    const limited = { metadata: { name: 'limited' }, data: { a: '1', b: '2' } };
    const limits = '/apis/example.com/v1/namespaces/default/limits';
    const attempt = async () => (await ask('POST', `${configMaps}?dryRun=All`, limited)).body.message ?? 'fine';
    assert.match(await attempt(), /no params found for policy binding with `Deny` parameterNotFoundAction/);
    await ask('POST', limits, { apiVersion: 'example.com/v1', kind: 'Limit', metadata: { name: 'one' }, max: 1 });
    assert.match(await attempt(), /'by-limit' denied request: at most 1$/);
    await ask('PATCH', `${limits}/one`, { max: 2 }, 'application/merge-patch+json');
    assert.equal(await attempt(), 'fine');
    await ask('DELETE', `${definitions}/limits.example.com`);
    assert.match(await attempt(), /failed to configure (binding|policy): /);
    await ask('DELETE', `${policies}/by-limit`);
    assert.equal(await attempt(), 'fine');
  });

  test('a rule for another version of the resource matches, and sees its objects so', async () => {
    await configure('old-events', {
      matchConstraints: constraints('', 'events', 'noted'),
      validations: [
        {
          expression: 'has(object.note)',
          messageExpression:
            "request.kind.group + '/' + request.requestKind.group + ' ' + string(object.involvedObject.name) + ' ' + string(object.message)",
        },
      ],
    });
    const { status, body } = await ask('POST', '/apis/events.k8s.io/v1/namespaces/default/events', {
      metadata: { name: 'noted' },
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
      note: 'hello',
      reason: 'Testing',
      action: 'Test',
      type: 'Normal',
      reportingController: 'example.com/test',
      reportingInstance: 'a',
      eventTime: '2026-01-01T00:00:00.000000Z',
    });
    assert.equal(status, 422);
    assert.match(body.message ?? '', /denied request: \/events\.k8s\.io p hello$/);
  });

  test('a new object has the status that Go prints, empty as it is', async () => {
    await configure('statuses', {
      matchConstraints: constraints('', 'services', 'empty'),
      validations: [
        {
          expression: 'false',
          messageExpression: 'string(has(object.status.loadBalancer)) + string(has(object.status.conditions))',
        },
      ],
    });
    const { body } = await ask('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 'empty' },
      spec: { ports: [{ port: 80 }] },
    });
    assert.match(body.message ?? '', /denied request: truefalse$/);
  });

  test('the authorizer is asked once for each question, and waited for', async () => {
    asked.length = 0;
    await configure('asking', {
      matchConstraints: constraints('', 'configmaps', 'blessed'),
      variables: [{ name: 'saint', expression: "authorizer.requestResource.check('bless').allowed()" }],
      matchConditions: [{ name: 'saint', expression: "authorizer.requestResource.check('bless').allowed()" }],
      validations: [
        { expression: 'variables.saint' },
        {
          expression: "authorizer.group('apps').resource('deployments').namespace('x').check('get').allowed()",
          message: 'may not look',
        },
      ],
    });
    const { status, body } = await ask('POST', configMaps, { metadata: { name: 'blessed' } });
    assert.equal(status, 422);
    assert.match(body.message ?? '', /may not look$/);
    assert.deepEqual(
      asked.map(({ verb, apiGroup, resource, namespace, name }) => ({ verb, apiGroup, resource, namespace, name })),
      [
        { verb: 'bless', apiGroup: '', resource: 'configmaps', namespace: 'default', name: 'blessed' },
        { verb: 'get', apiGroup: 'apps', resource: 'deployments', namespace: 'x', name: '' },
      ],
    );
  });

  test('policies on policies are not asked, and a policy on everything can be taken away', async () => {
    await configure('nothing-at-all', {
      matchConstraints: {
        resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
      },
      validations: [{ expression: 'false' }],
    });
    assert.equal((await ask('POST', configMaps, { metadata: { name: 'a' } })).status, 422);
    assert.equal((await ask('DELETE', `${policies}/nothing-at-all`)).status, 200);
    assert.equal((await ask('POST', configMaps, { metadata: { name: 'a' } })).status, 201);
  });

  test('a mutating policy neither sees nor writes what the server sets, and what the request does not write', async () => {
    const patches = [
      '{op: "add", path: "/metadata/uid", value: "mine"}',
      '{op: "add", path: "/metadata/creationTimestamp", value: "2001-01-01T00:00:00Z"}',
      '{op: "add", path: "/metadata/generation", value: 77}',
      '{op: "add", path: "/metadata/annotations", value: {"saw": string(has(object.metadata.uid) || has(object.metadata.creationTimestamp))}}',
      '{op: "add", path: "/spec/minReadySeconds", value: 7}',
      '{op: "add", path: "/status", value: {"observedGeneration": 99}}',
    ];
    const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'] };
    // Annotations of a deployment count for its generation.
    const onUpdate = patches.filter((patch) => !/uid/.test(patch)).map((patch) => `JSONPatch${patch}`);
    const expression = `request.operation == 'CREATE' ? [JSONPatch${patches.join(', JSONPatch')}] : [${onUpdate.join(', ')}]`;
    const made = await ask('POST', `${group}/mutatingadmissionpolicies`, {
      metadata: { name: 'meddler' },
      spec: {
        reinvocationPolicy: 'Never',
        matchConstraints: { resourceRules: [{ ...rule, resources: ['deployments', 'deployments/status'] }] },
        mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
      },
    });
    assert.equal(made.status, 201, made.body.message ?? '');
    const binding = { metadata: { name: 'meddler' }, spec: { policyName: 'meddler' } };
    assert.equal((await ask('POST', `${group}/mutatingadmissionpolicybindings`, binding)).status, 201);
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    interface Deployment {
      readonly metadata: Readonly<Record<string, unknown>>;
      readonly spec: { readonly minReadySeconds?: number; readonly replicas?: number };
      readonly status: object;
    }
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
    const deployment = { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } };
    const created = (await ask('POST', deployments, deployment)).body as unknown as Deployment;
    const { uid, creationTimestamp, annotations } = created.metadata;
    assert.match(String(uid), /^[0-9a-f-]{36}$/);
    assert.ok(!String(creationTimestamp).startsWith('2001'));
    assert.deepEqual(annotations, { saw: 'false' });
    assert.deepEqual([created.metadata['generation'], created.spec.minReadySeconds, created.status], [1, 7, {}]);

    const merge = 'application/merge-patch+json';
    const labelled = await ask('PATCH', `${deployments}/d`, { metadata: { labels: { x: 'y' } } }, merge);
    const updated = labelled.body as unknown as Deployment;
    assert.deepEqual(
      ['uid', 'creationTimestamp', 'generation'].map((field) => updated.metadata[field]),
      [uid, creationTimestamp, 1],
    );
    assert.deepEqual(updated.status, {});
    const spec = { minReadySeconds: 0 };
    assert.equal((await ask('PATCH', `${deployments}/d`, { spec }, merge)).status, 200);
    const reported = await ask('PATCH', `${deployments}/d/status`, { status: { replicas: 3 } }, merge);
    const { spec: kept, status } = reported.body as unknown as Deployment;
    assert.deepEqual([kept.minReadySeconds, status], [7, { observedGeneration: 99 }]);
    assert.equal((await ask('DELETE', `${group}/mutatingadmissionpolicies/meddler`)).status, 200);
  });

  test('the status tells what type checking found', async () => {
    const path = `${policies}/typed`;
    await configure('typed', {
      matchConstraints: constraints('apps', 'deployments', 'none'),
      validations: [{ expression: 'object.spec.replica > 1' }],
    });
    interface Status {
      readonly observedGeneration?: number;
      readonly typeChecking?: { readonly expressionWarnings?: readonly { readonly warning: string }[] };
    }
    const watch = await fetch(`http://127.0.0.1:${http.port}${policies}?watch=1&fieldSelector=metadata.name=typed`);
    assert.ok(watch.body);
    let text = '';
    for await (const chunk of watch.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('observedGeneration')) break;
    }
    const status = (await ask('GET', path)).body.status as Status;
    assert.equal(status.observedGeneration, 1);
    assert.match(
      status.typeChecking?.expressionWarnings?.[0]?.warning ?? '',
      /Kind=Deployment: .*undefined field 'replica'/,
    );
  });
});
