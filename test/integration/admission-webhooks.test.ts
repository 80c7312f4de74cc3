/** Admission webhooks over real HTTPS: an API server with a memory store calls a server of this process, by URL and by Service. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import type { AdmissionRequest, AdmissionResponse } from '#api/generated/admission-v1.ts';
import type { WebhookClient } from '#apiserver/webhook/webhook-client.ts';
import type { Client } from '#client/client.ts';
import { MutatingWebhookConfigurations } from '#kinds/admissionregistration/mutating-webhook-configuration/definition.ts';
import { ValidatingWebhookConfigurations } from '#kinds/admissionregistration/validating-webhook-configuration/definition.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { MutatingWebhook, RuleWithOperations } from '#kinds/generated/admissionregistration-v1.ts';
import { type HttpsBackend, startHttpsBackend, webhookClientTo } from './support/https-backend.ts';
import { admissionWith, type OpenServer, startOpenServer } from './support/open-server.ts';

const rules: RuleWithOperations[] = [
  { operations: ['CREATE', 'DELETE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
];

type Answer = Omit<AdmissionResponse, 'uid' | 'patch'> & { readonly patch?: readonly object[] };

describe('admission webhooks', () => {
  const calls: { readonly path: string; readonly request: AdmissionRequest }[] = [];
  const connections = new Set<unknown>();
  /** Undefined never answers. */
  let answer: (path: string, request: AdmissionRequest) => Answer | undefined;
  /** Says something else than a review. */
  let reply: ((response: ServerResponse, request: AdmissionRequest) => void) | undefined;
  let backend: HttpsBackend;
  let port: number;
  let caBundle: string;
  let http: WebhookClient;
  /** Where services' endpoints were said to be; loopback addresses cannot be. */
  const endpoints: unknown[] = [];
  let open: OpenServer;
  let client: Client;

  before(async () => {
    backend = await startHttpsBackend({ dnsNames: ['hook.default.svc'] });
    ({ port, caBundle } = backend);
    http = webhookClientTo(port, (endpoint) => endpoints.push(endpoint));
    backend.server.on('request', async (message, response) => {
      connections.add(message.socket);
      let text = '';
      for await (const chunk of message) text += chunk;
      const { request } = JSON.parse(text);
      const path = new URL(message.url ?? '/', 'https://x').pathname;
      calls.push({ path, request });
      if (reply) return reply(response, request);
      const given = answer(path, request);
      if (!given) return;
      const patch = given.patch && Buffer.from(JSON.stringify(given.patch)).toString('base64');
      const full = { ...given, uid: request.uid, ...(patch ? { patch, patchType: 'JSONPatch' } : {}) };
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: full }));
    });
  });

  beforeEach(async () => {
    calls.length = 0;
    reply = undefined;
    answer = () => ({ allowed: true });
    open = await startOpenServer((parts) => admissionWith(http, parts));
    client = open.clientOf({ username: 'alice', groups: ['admins'] });
    await client.create(Namespaces, { metadata: { name: 'default' } });
  });

  afterEach(() => open.close());

  after(() => {
    http.close();
    backend.close();
  });

  const hook = (path: string, more: Partial<MutatingWebhook> = {}): MutatingWebhook => ({
    name: `${path}.test.io`,
    clientConfig: { url: `https://127.0.0.1:${port}/${path}`, caBundle },
    rules,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  });
  const mutating = (name: string, ...webhooks: MutatingWebhook[]) =>
    client.create(MutatingWebhookConfigurations, { metadata: { name }, webhooks });
  const validating = (name: string, ...webhooks: MutatingWebhook[]) =>
    client.create(ValidatingWebhookConfigurations, { metadata: { name }, webhooks });
  const createMap = (name = 'map', labels: Record<string, string> = {}) =>
    client.create(ConfigMaps, { metadata: { namespace: 'default', name, labels }, data: { a: '1' } });
  const fails = async (run: Promise<unknown>, code: number, message: RegExp) => {
    await assert.rejects(run, (error) => {
      assert.ok(isStatusError(error), String(error));
      assert.match(error.message, message);
      assert.equal(error.code, code);
      return true;
    });
  };

  test('mutating webhooks patch the object one after another, over a kept connection', async () => {
    await mutating('b', hook('second'));
    await mutating('a', hook('first'));
    answer = (path, { object }) => ({
      allowed: true,
      patch: [{ op: 'add', path: `/data${path}`, value: String(Object.keys((object as { data: object }).data)) }],
    });
    connections.clear();
    assert.deepEqual((await createMap()).data, { a: '1', first: 'a', second: 'a,first' });
    assert.equal(connections.size, 1);
    assert.deepEqual(
      calls.map(({ path, request: { uid, object, ...request } }) => ({ path, ...request })),
      ['/first', '/second'].map((path) => ({
        path: path,
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
        requestResource: { group: '', version: 'v1', resource: 'configmaps' },
        name: 'map',
        namespace: 'default',
        operation: 'CREATE',
        userInfo: { username: 'alice', groups: ['admins'] },
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      })),
    );
  });

  test('reinvocationPolicy IfNeeded: called again when a later webhook changed the object', async () => {
    await mutating('a', hook('first', { reinvocationPolicy: 'IfNeeded' }), hook('second'));
    answer = (path) => ({ allowed: true, patch: [{ op: 'add', path: `/data${path}`, value: 'x' }] });
    await createMap();
    assert.deepEqual(
      calls.map(({ path }) => path),
      ['/first', '/second', '/first'],
    );
  });

  test('a refusal has the name and the reason of the webhook', async () => {
    await validating('v', hook('deny'));
    answer = () => ({ allowed: false, status: { message: 'no maps', reason: 'Teapot', code: 418 } });
    await fails(createMap(), 418, /^admission webhook "deny\.test\.io" denied the request: no maps$/);
  });

  test('DELETE carries the object that goes', async () => {
    await createMap();
    await validating('v', hook('deny'));
    answer = () => ({ allowed: false });
    await fails(
      client.delete(ConfigMaps, { namespace: 'default', name: 'map' }),
      400,
      /^admission webhook "deny\.test\.io" denied the request without explanation$/,
    );
    const [call] = calls;
    assert.equal(call?.request.object, null);
    assert.deepEqual((call?.request.oldObject as { data?: object } | undefined)?.data, { a: '1' });
  });

  test('selectors of namespaces and objects decide', async () => {
    const blue = { matchLabels: { color: 'blue' } };
    await validating('v', hook('objects', { objectSelector: blue }), hook('namespaces', { namespaceSelector: blue }));
    await createMap('green');
    await createMap('blue', { color: 'blue' });
    assert.deepEqual(
      calls.map(({ path, request }) => [path, request.name]),
      [['/objects', 'blue']],
    );
  });

  test('match conditions decide before anything is sent', async () => {
    const when = (name: string, ...expressions: readonly string[]) =>
      hook(name, { matchConditions: expressions.map((expression, index) => ({ name: `c${index}`, expression })) });
    await validating(
      'v',
      when('met', "object.metadata.name == 'map'", "request.userInfo.username == 'alice' && oldObject == null"),
      when(
        'unmet',
        'object.metadata.labels.missing == "a"',
        "'admins' in request.userInfo.groups && object.kind != 'ConfigMap'",
      ),
      when('asking', "!authorizer.requestResource.check('bless').allowed()"),
    );
    await createMap();
    assert.deepEqual(
      calls.map(({ path }) => path),
      ['/met'],
    );
  });

  test('match conditions that cannot be evaluated follow the failurePolicy', async () => {
    const conditions = { matchConditions: [{ name: 'c', expression: 'object.data.missing == "a"' }] };
    await validating('v', hook('open', { ...conditions, failurePolicy: 'Ignore' }));
    await createMap();
    assert.deepEqual(calls, []);
    await validating('w', hook('closed', conditions));
    await fails(
      createMap('other'),
      403,
      /^configmaps "other" is forbidden: expression 'object.data.missing == "a"' resulted in error: no such key: missing$/,
    );
  });

  test('a webhook that does not answer in time', async () => {
    await validating('v', hook('slow', { timeoutSeconds: 1 }));
    answer = () => undefined;
    await fails(
      createMap(),
      500,
      /^Internal error occurred: failed calling webhook "slow\.test\.io": failed to call webhook: Post "https:\/\/127\.0\.0\.1:\d+\/slow\?timeout=1s": context deadline exceeded$/,
    );
  });

  test('failurePolicy Ignore lets the request through', async () => {
    const clientConfig = { url: `https://127.0.0.1:${port}/untrusted` };
    await validating('v', hook('untrusted', { clientConfig, failurePolicy: 'Ignore' }));
    await createMap();
    assert.deepEqual(calls, []);
  });

  const review = (more: object) =>
    JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', ...more });
  const attacks: Readonly<Record<string, readonly [(response: ServerResponse, uid: string) => void, RegExp]>> = {
    'sends the server elsewhere': [
      (response) => response.writeHead(302, { location: `https://127.0.0.1:${port}/secret` }).end(),
      /failed to call webhook/,
    ],
    'answers without an end': [
      (response) => {
        const more = (error?: Error | null): void => {
          if (!error) response.write('x'.repeat(1 << 20), more);
        };
        more();
      },
      /webhook response exceeds 9437184 bytes$/,
    ],
    'answers another review': [
      (response) => response.end(review({ response: { uid: 'other', allowed: true } })),
      /expected response.uid="[^"]+", got "other"$/,
    ],
    'answers nonsense': [
      (response) => response.end('{"kind":["x"]'),
      /unexpected end of JSON input|couldn't get version/,
    ],
    'answers a list': [(response) => response.end('[[[]]]'), /failed calling webhook|failed to call webhook/],
    'answers deeper than it is read': [(response) => response.end('['.repeat(1e6)), /failed/],
    'hides keys of prototypes': [
      (response, uid) =>
        response.end(
          `{"__proto__":{"allowed":true},"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"${uid}"}}`,
        ),
      /denied the request/,
    ],
    'warns with what is no text': [
      (response, uid) => response.end(review({ response: { uid, allowed: true, warnings: 5 } })),
      /received invalid webhook response: json: cannot unmarshal number/,
    ],
    'breaks off': [(response) => response.destroy(), /failed to call webhook/],
  };
  for (const [what, [attack, message]] of Object.entries(attacks)) {
    test(`a webhook that ${what} fails the request, and no more`, async () => {
      await mutating('m', hook('attack'));
      reply = (response, { uid = '' }) => attack(response, uid);
      await assert.rejects(createMap(), (error) => {
        assert.ok(isStatusError(error), String(error));
        assert.match(error.message, message);
        return true;
      });
      // A kept connection that broke is tried once more; nobody else is called.
      assert.deepEqual([...new Set(calls.map(({ path }) => path))], ['/attack']);
      assert.equal(({} as { allowed?: boolean }).allowed, undefined);
    });
  }

  const escapes: Readonly<Record<string, readonly [patch: readonly object[], code: number]>> = {
    'to another namespace': [[{ op: 'replace', path: '/metadata/namespace', value: 'kube-system' }], 400],
    'to a path': [[{ op: 'replace', path: '/metadata/name', value: '../../secrets/x' }], 422],
    'to nobody': [[{ op: 'remove', path: '/metadata' }], 422],
    'to what is no object': [[{ op: 'replace', path: '', value: [] }], 500],
    'to what is too large': [
      [
        { op: 'add', path: '/data/x', value: 'x'.repeat(1e6) },
        ...Array.from({ length: 9000 }, (_, i) => ({ op: 'copy', from: '/data/x', path: `/data/y${i}` })),
      ],
      500,
    ],
  };
  for (const [what, [patch, code]] of Object.entries(escapes)) {
    test(`a webhook patches an object ${what}: ${code}`, async () => {
      await mutating('m', hook('attack'));
      answer = () => ({ allowed: true, patch });
      await fails(createMap(), code, /./);
      assert.equal((await client.list(ConfigMaps, {})).items.length, 0);
    });
  }

  test('an authority that is not trusted', async () => {
    await validating('v', hook('untrusted', { clientConfig: { url: `https://127.0.0.1:${port}/untrusted` } }));
    await fails(createMap(), 500, /tls: failed to verify certificate: x509: certificate signed by unknown authority$/);
  });

  test('dry run: only webhooks without side effects are called', async () => {
    await validating('v', hook('some', { sideEffects: 'NoneOnDryRun' }));
    await client.create(ConfigMaps, { metadata: { namespace: 'default', name: 'map' } }, { dryRun: true });
    assert.equal(calls[0]?.request.dryRun, true);
  });

  test('webhook configurations are never shown to webhooks', async () => {
    const everything = [{ operations: ['*' as const], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }];
    await validating('v', hook('deny', { rules: everything }));
    answer = () => ({ allowed: false });
    await mutating('m', hook('other'));
    await client.delete(ValidatingWebhookConfigurations, { namespace: '', name: 'v' });
    assert.deepEqual(calls, []);
  });

  test('a Service: its ready endpoint is called under the name of the service', async () => {
    const service = { namespace: 'default', name: 'hook', path: '/by-service', port: 8443 };
    await validating('v', hook('svc', { clientConfig: { service, caBundle } }));
    await fails(
      createMap(),
      500,
      /Post "https:\/\/hook\.default\.svc:8443\/by-service\?timeout=10s": service "hook" not found$/,
    );
    await client.create(Services, {
      metadata: { namespace: 'default', name: 'hook' },
      spec: { ports: [{ port: 8443 }] },
    });
    await fails(createMap(), 500, /no endpoints available for service "hook"$/);
    await client.create(EndpointSlices, {
      metadata: { namespace: 'default', name: 'hook-1', labels: { 'kubernetes.io/service-name': 'hook' } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 9443, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.0.0.7'], conditions: { ready: true } }],
    });
    await createMap();
    assert.deepEqual(endpoints, [{ address: '10.0.0.7', port: 9443 }]);
    assert.deepEqual(
      calls.map(({ path }) => path),
      ['/by-service'],
    );
  });
});
