/** Custom resources whose versions a real HTTPS server converts: hostPort in v1 is host and port in v2. */

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import type { ApiServer } from '#apiserver/server.ts';
import type { WebhookClient } from '#apiserver/webhook/webhook-client.ts';
import type { Client } from '#client/client.ts';
import { ValidatingWebhookConfigurations } from '#kinds/admissionregistration/validating-webhook-configuration/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { Store } from '#store/store.ts';
import { type HttpsBackend, startHttpsBackend, webhookClientTo } from './support/https-backend.ts';
import { admissionWith, type OpenServer, startOpenServer, testEnv } from './support/open-server.ts';

const group = 'stable.example.com';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const definition = `${definitions}/e2es.${group}`;
const pathOf = (version: string, name = '') => `/apis/${group}/${version}/namespaces/default/e2es${name && `/${name}`}`;

interface E2e extends KubeObject {
  readonly hostPort?: string;
  readonly host?: string;
  readonly port?: string;
}

interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly E2e[];
}

type Answer = { readonly uid?: string; readonly convertedObjects?: readonly unknown[]; readonly result: object };

describe('conversion webhooks', () => {
  const calls: ConversionRequest[] = [];
  const paths: string[] = [];
  /** apiVersions of the reviews that came. */
  const reviews: string[] = [];
  let answer: (request: ConversionRequest) => Answer;
  let backend: HttpsBackend;
  let port: number;
  let caBundle: string;
  let http: WebhookClient;
  let open: OpenServer;
  let store: Store;
  let server: ApiServer;
  let client: Client;

  before(async () => {
    backend = await startHttpsBackend({ dnsNames: ['hook.default.svc'] });
    ({ port, caBundle } = backend);
    http = webhookClientTo(port);
    backend.server.on('request', async (message, response) => {
      let text = '';
      for await (const chunk of message) text += chunk;
      const { request, apiVersion, kind } = JSON.parse(text);
      if (kind === 'AdmissionReview') {
        paths.push(`${request.object.apiVersion} ${request.object.hostPort}`);
        response.end(JSON.stringify({ apiVersion, kind, response: { uid: request.uid, allowed: true } }));
        return;
      }
      paths.push(message.url ?? '');
      calls.push(request);
      reviews.push(apiVersion);
      response.end(JSON.stringify({ apiVersion, kind, response: { uid: request.uid, ...answer(request) } }));
    });
  });

  beforeEach(async () => {
    calls.length = 0;
    paths.length = 0;
    reviews.length = 0;
    answer = convertAll;
    open = await startOpenServer((parts) => ({
      webhooks: { objects: parts.objects, env: testEnv, client: http },
      ...admissionWith(http, parts),
    }));
    ({ server, store } = open);
    client = open.clientOf({ username: 'alice', groups: ['admins'] });
    await client.create(Namespaces, { metadata: { name: 'default' } });
  });

  afterEach(() => open.close());

  after(() => {
    http.close();
    backend.close();
  });

  const get = async (path: string) => (await client.raw('GET', path)) as E2e;
  const post = async (version: string, name: string, content: object) =>
    (await client.raw('POST', pathOf(version), bodyOf(version, name, content))) as E2e;
  const define = async (
    storage = 'v1',
    clientConfig: object = { url: `https://127.0.0.1:${port}/convert`, caBundle },
    reviewVersions?: readonly string[],
  ) => {
    await client.raw('POST', definitions, crdOf(storage, clientConfig, reviewVersions));
    for (;;) {
      const { status } = (await get(definition)) as { status?: { conditions?: { type: string; status: string }[] } };
      if (status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True')) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const message = (run: Promise<unknown>) =>
    run.then(
      () => 'no failure',
      (error: Error) => error.message,
    );

  test('an object is written and read in a version that is not stored', async () => {
    await define();
    const created = await post('v2', 'one', { host: 'localhost', port: '80' });
    assert.deepEqual([created.apiVersion, created.host, created.port], [`${group}/v2`, 'localhost', '80']);
    assert.match(paths[0] ?? '', /^\/convert\?timeout=30s$/);
    const stored = await store.get(`/registry/${group}/e2es/default/one`);
    const kept = JSON.parse(new TextDecoder().decode(stored?.value)) as E2e;
    assert.deepEqual([kept.apiVersion, kept.hostPort, kept.host], [`${group}/v1`, 'localhost:80', undefined]);
    assert.equal((await get(pathOf('v1', 'one'))).hostPort, 'localhost:80');
    const before = calls.length;
    assert.equal((await get(pathOf('v2', 'one'))).host, 'localhost');
    assert.equal(calls.length, before, 'a version of an object is converted once');
  });

  test('a list of much is converted in calls whose answers are not too long', async () => {
    await define();
    const much = 'x'.repeat(30_000);
    const names = Array.from({ length: 400 }, (_, at) => `e${at}`);
    await Promise.all(names.map((name) => post('v1', name, { hostPort: `${name}-${much}:1` })));
    calls.length = 0;
    const { items } = (await get(pathOf('v2'))) as unknown as { items: E2e[] };
    assert.ok(names.toSorted().every((name, at) => items[at]?.host === `${name}-${much}`));
    const counts = calls.map(({ objects }) => objects.length);
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      400,
    );
    assert.ok(counts.length > 4 && counts.length < 10, `${counts}`);
  });

  test('a list is converted in one call, and only what is in another version', async () => {
    await define();
    await post('v1', 'one', { hostPort: 'a:1' });
    await post('v1', 'two', { hostPort: 'b:2' });
    await client.raw('PATCH', definition, storageIn('v2'), { contentType: 'application/json-patch+json' });
    await untilMixed();
    await post('v2', 'three', { host: 'c', port: '3' });
    calls.length = 0;
    const { items } = (await get(pathOf('v2'))) as unknown as { items: E2e[] };
    assert.deepEqual(
      items.map(({ metadata, host }) => `${metadata?.name} ${host}`),
      ['one a', 'three c', 'two b'],
    );
    assert.deepEqual(
      calls.map(({ objects }) => objects.map(({ metadata }) => metadata?.name)),
      [['one', 'two']],
    );
    // A write stores what it touches in the storage version, though nothing else changes.
    const one = await get(pathOf('v1', 'one'));
    await client.raw('PUT', pathOf('v1', 'one'), one);
    const stored = await store.get(`/registry/${group}/e2es/default/one`);
    assert.match(new TextDecoder().decode(stored?.value), /^{"apiVersion":"stable.example.com\/v2"/);
  });

  /** Objects in both versions may be stored: v1 is shown through a conversion too. */
  const untilMixed = async () => {
    while (!server.registry.find(group, 'v1', 'e2es')?.form.converted) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  test('patches and apply speak their own version', async () => {
    await define();
    await post('v1', 'one', { hostPort: 'a:1' });
    const merged = (await client.raw(
      'PATCH',
      pathOf('v2', 'one'),
      { port: '2' },
      { contentType: 'application/merge-patch+json' },
    )) as E2e;
    assert.deepEqual([merged.host, merged.port], ['a', '2']);
    const applied = (await client.raw(
      'PATCH',
      `${pathOf('v2', 'one')}?fieldManager=me&force=true`,
      bodyOf('v2', 'one', { host: 'z' }),
      {
        contentType: 'application/apply-patch+yaml',
      },
    )) as E2e;
    assert.deepEqual([applied.host, applied.port], ['z', '2']);
    assert.equal((await get(pathOf('v1', 'one'))).hostPort, 'z:2');
    const entries = applied.metadata?.managedFields?.map(({ manager, apiVersion }) => `${manager} ${apiVersion}`);
    assert.ok(entries?.includes(`me ${group}/v2`), String(entries));
  });

  test('managers keep their fields in the version that they spoke', async () => {
    await define();
    const patch = (version: string, query: string, content: object, contentType: string) =>
      client.raw('PATCH', `${pathOf(version, 'one')}?${query}`, content, { contentType }) as Promise<E2e>;
    const apply = (version: string, query: string, content: object) =>
      patch(version, query, bodyOf(version, 'one', content), 'application/apply-patch+yaml');
    const managersOf = ({ metadata }: E2e): Record<string, unknown> =>
      Object.fromEntries((metadata?.managedFields ?? []).map(({ manager, fieldsV1 }) => [manager ?? '', fieldsV1]));

    await apply('v1', 'fieldManager=old', { hostPort: 'a:1' });
    await assert.rejects(apply('v2', 'fieldManager=new', { host: 'b' }), {
      message: 'Apply failed with 1 conflict: conflict with "old": .hostPort',
    });
    const forced = await apply('v2', 'fieldManager=new&force=true', { host: 'b' });
    assert.deepEqual(managersOf(forced), { new: { 'f:host': {} } });
    const merged = await patch('v1', 'fieldManager=u', { hostPort: 'b:2' }, 'application/merge-patch+json');
    assert.deepEqual(managersOf(merged), { new: { 'f:host': {} }, u: { 'f:hostPort': {} } });
    const other = await apply('v2', 'fieldManager=new&force=true', { host: 'c' });
    assert.deepEqual(managersOf(other), { new: { 'f:host': {} } });
    assert.equal((await get(pathOf('v1', 'one'))).hostPort, 'c:2');
  });

  test('watchers see every change in their version, in order, converted once for all', async () => {
    await define();
    await post('v1', 'zero', { hostPort: 'z:0' });
    const watchOne = async (version: string, query: string) => {
      const stop = new AbortController();
      const response = await server.handler({
        method: 'GET',
        path: pathOf(version),
        query: new URLSearchParams(`watch=true&${query}`),
        headers: {},
        peer: { address: '', inProcess: { username: 'alice', groups: [] } },
        signal: stop.signal,
      });
      assert.ok(response.type === 'watch');
      return { stop, events: response.events };
    };
    const version = (await get(pathOf('v1'))).metadata?.resourceVersion;
    const watches = [
      await watchOne('v2', `resourceVersion=${version}`),
      await watchOne('v2', `resourceVersion=${version}`),
    ];
    calls.length = 0;
    for (const name of ['a', 'b', 'c']) await post('v1', name, { hostPort: `${name}:1` });
    await client.raw('DELETE', pathOf('v1', 'zero'));
    for (const { stop, events } of watches) {
      const seen: string[] = [];
      for await (const batch of events) {
        for (const { type, body } of batch) seen.push(`${type} ${(body.object as E2e).host}`);
        if (seen.length >= 4) break;
      }
      stop.abort();
      assert.deepEqual(seen, ['ADDED a', 'ADDED b', 'ADDED c', 'DELETED z']);
    }
    const converted = calls.flatMap(({ objects }) => objects.map(({ metadata }) => metadata?.name)).sort();
    assert.deepEqual(converted, ['a', 'b', 'c', 'zero']);
    // One that begins later gets what it missed, and ends with an error when the webhook does.
    answer = () => ({ result: { status: 'Failure', message: 'tired' } });
    const late = await watchOne('v2', `resourceVersion=${version}`);
    await post('v1', 'd', { hostPort: 'd:1' });
    const seen: string[] = [];
    for await (const batch of late.events) for (const { type, body } of batch) seen.push(`${type} ${body.object.kind}`);
    assert.deepEqual(seen.slice(-1), ['ERROR Status']);
  });

  test('a Service is called at its endpoint', async () => {
    await client.create(Services, {
      metadata: { namespace: 'default', name: 'hook' },
      spec: { ports: [{ port: 9443, targetPort: 1 }] },
    });
    await client.create(EndpointSlices, {
      metadata: { namespace: 'default', name: 'hook-1', labels: { 'kubernetes.io/service-name': 'hook' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready: true } }],
      ports: [{ name: '', port: 1 }],
    });
    await define('v1', { service: { namespace: 'default', name: 'hook', port: 9443, path: '/c' }, caBundle });
    assert.equal((await post('v2', 'one', { host: 'h', port: '1' })).host, 'h');
    assert.match(paths[0] ?? '', /^\/c\?/);
  });

  test('an admission webhook for another version gets the object in that version', async () => {
    await define();
    await client.create(ValidatingWebhookConfigurations, {
      metadata: { name: 'v1-only' },
      webhooks: [
        {
          name: 'v1.test.io',
          clientConfig: { url: `https://127.0.0.1:${port}/admit`, caBundle },
          rules: [{ operations: ['CREATE'], apiGroups: [group], apiVersions: ['v1'], resources: ['e2es'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    await post('v2', 'one', { host: 'h', port: '1' });
    assert.ok(paths.includes(`${group}/v1 h:1`), String(paths));
  });

  const rename = (name: string) => (request: ConversionRequest) => ({
    ...convertAll(request),
    convertedObjects: request.objects.map((object) => ({
      ...object,
      apiVersion: request.desiredAPIVersion,
      metadata: { ...object.metadata, name },
    })),
  });
  const withLabels = (labels: unknown) => (request: ConversionRequest) => ({
    ...convertAll(request),
    convertedObjects: request.objects.map((object) => ({
      ...object,
      apiVersion: request.desiredAPIVersion,
      metadata: { ...object.metadata, labels },
    })),
  });
  const subject = `conversion webhook for ${group}/v1, Kind=E2e`;
  const faults: readonly { readonly what: string; readonly answer: typeof answer; readonly says: string }[] = [
    {
      what: 'refuses',
      answer: () => ({ result: { status: 'Failure', message: 'no such host' } }),
      says: `${subject} failed: no such host`,
    },
    {
      what: 'says nothing',
      answer: () => ({ result: {} }),
      says: `${subject} failed: response.result.status was '', not 'Success'`,
    },
    {
      what: 'answers another request',
      answer: (request) => ({ ...convertAll(request), uid: 'other' }),
      says: 'got "other"',
    },
    {
      what: 'returns too little',
      answer: () => ({ convertedObjects: [], result: { status: 'Success' } }),
      says: `${subject} returned 0 objects, expected 1`,
    },
    {
      what: 'converts to nothing else',
      answer: ({ objects }) => ({ convertedObjects: objects, result: { status: 'Success' } }),
      says: `${subject} returned invalid object: invalid groupVersion (expected ${group}/v2, received ${group}/v1)`,
    },
    {
      what: 'renames',
      answer: rename('two'),
      says: `${subject} returned invalid object: must have the same name: one != two`,
    },
    {
      what: 'makes labels of numbers',
      answer: withLabels({ a: 1 }),
      says: `${subject} returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object`,
    },
    {
      what: 'makes labels that are none',
      answer: withLabels({ 'a b': '' }),
      says: `${subject} returned invalid metadata: metadata.labels: Invalid value: "a b": `,
    },
  ];
  for (const { what, answer: faulty, says } of faults) {
    test(`a webhook that ${what} fails the request`, async () => {
      await define();
      await post('v1', 'one', { hostPort: 'a:1' });
      answer = faulty;
      const text = await message(get(pathOf('v2', 'one')));
      assert.ok(text.includes(says), text);
      assert.equal((await get(pathOf('v1', 'one'))).hostPort, 'a:1');
      // It is asked again: a failure is not kept.
      answer = convertAll;
      assert.equal((await get(pathOf('v2', 'one'))).host, 'a');
    });
  }

  test('labels and annotations are the webhook’s to change, other metadata and undeclared fields are not', async () => {
    await define();
    await post('v1', 'one', { hostPort: 'a:1' });
    answer = (request) => ({
      result: { status: 'Success' },
      convertedObjects: request.objects.map((object) => ({
        ...convert(object, request.desiredAPIVersion),
        nonsense: 1,
        metadata: { ...object.metadata, labels: { by: 'webhook' }, finalizers: ['x/y'], generation: 99 },
      })),
    });
    const { metadata, ...content } = (await get(pathOf('v2', 'one'))) as E2e & { readonly nonsense?: number };
    assert.deepEqual(metadata?.labels, { by: 'webhook' });
    assert.deepEqual([metadata?.finalizers, metadata?.generation, content.nonsense], [undefined, 1, undefined]);
  });

  for (const [versions, spoken] of [
    [['v1', 'v1beta1'], 'v1'],
    [['v3', 'v1beta1', 'v1'], 'v1beta1'],
  ] as const) {
    test(`a webhook of ${versions} is spoken to in ${spoken}`, async () => {
      await define('v1', undefined, versions);
      await post('v1', 'one', { hostPort: 'a:1' });
      assert.equal((await get(pathOf('v2', 'one'))).host, 'a');
      assert.deepEqual(reviews, [`apiextensions.k8s.io/${spoken}`]);
    });
  }

  test('of an answer in v1beta1 neither kind nor uid is checked, as upstream does it', async () => {
    const wrongUid = (request: ConversionRequest): Answer => ({ ...convertAll(request), uid: 'another' });
    await define('v1', undefined, ['v1beta1']);
    await post('v1', 'one', { hostPort: 'a:1' });
    answer = wrongUid;
    assert.equal((await get(pathOf('v2', 'one'))).host, 'a');
    answer = () => ({ result: { status: 'Failure', message: 'not today' } });
    await post('v1', 'two', { hostPort: 'a:1' });
    assert.equal(await message(get(pathOf('v2', 'two'))), `${subject} failed: not today`);
  });

  test('a definition goes with its objects when the version they are stored in is not served', async () => {
    await define();
    await post('v1', 'one', { hostPort: 'a:1' });
    const unserved = [{ op: 'replace', path: '/spec/versions/0/served', value: false }];
    await client.raw('PATCH', definition, unserved, { contentType: 'application/json-patch+json' });
    while (server.registry.find(group, 'v1', 'e2es')) await new Promise((resolve) => setImmediate(resolve));
    answer = () => ({ result: { status: 'Failure', message: 'the webhook is not there any more' } });
    await client.raw('DELETE', definition);
    const deadline = Date.now() + 10_000;
    while (await store.get(`/registry/apiextensions.k8s.io/customresourcedefinitions/e2es.${group}`)) {
      assert.ok(Date.now() < deadline, 'the definition stays');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(await store.get(`/registry/${group}/e2es/default/one`), undefined);
    assert.deepEqual(calls, []);
  });

  test('a webhook that cannot be reached is named with its address', async () => {
    await define('v1', { url: 'https://127.0.0.1:1/convert', caBundle });
    await post('v1', 'one', { hostPort: 'a:1' });
    assert.equal(
      await message(get(pathOf('v2', 'one'))),
      `${subject} failed: Post "https://127.0.0.1:1/convert?timeout=30s": dial tcp 127.0.0.1:1: connect: connection refused`,
    );
  });

  const refusals: readonly { readonly conversion: object; readonly says: string }[] = [
    {
      conversion: { strategy: 'Magic' },
      says: 'spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"',
    },
    {
      conversion: { strategy: 'Webhook' },
      says: 'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
    },
    {
      conversion: { strategy: 'Webhook', webhook: { clientConfig: {}, conversionReviewVersions: ['v1'] } },
      says: 'spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required',
    },
    {
      conversion: {
        strategy: 'Webhook',
        webhook: { clientConfig: { url: 'http://a' }, conversionReviewVersions: ['v1'] },
      },
      says: `spec.conversion.webhookClientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
    },
    {
      conversion: {
        strategy: 'Webhook',
        webhook: { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v2'] },
      },
      says: 'must include at least one of v1, v1beta1',
    },
    {
      conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } },
      says: 'spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook',
    },
  ];
  for (const { conversion, says } of refusals) {
    test(`a definition cannot have the conversion ${JSON.stringify(conversion)}`, async () => {
      const crd = crdOf('v1', {});
      const text = await message(client.raw('POST', definitions, { ...crd, spec: { ...crd.spec, conversion } }));
      assert.ok(text.includes(says), text);
    });
  }
});

function convertAll({ objects, desiredAPIVersion }: ConversionRequest): Answer {
  return {
    convertedObjects: objects.map((object) => convert(object, desiredAPIVersion)),
    result: { status: 'Success' },
  };
}

function convert({ hostPort, host, port, ...rest }: E2e, apiVersion: string): E2e {
  if (apiVersion.endsWith('/v1')) return { ...rest, apiVersion, hostPort: `${host}:${port}` };
  const [name = '', number = ''] = (hostPort ?? '').split(':');
  return { ...rest, apiVersion, host: name, port: number };
}

function bodyOf(version: string, name: string, content: object): object {
  return { apiVersion: `${group}/${version}`, kind: 'E2e', metadata: { name }, ...content };
}

function storageIn(version: string): object[] {
  return ['v1', 'v2'].map((name, position) => ({
    op: 'replace',
    path: `/spec/versions/${position}/storage`,
    value: name === version,
  }));
}

function crdOf(storage: string, clientConfig: object, conversionReviewVersions: readonly string[] = ['v1', 'v1beta1']) {
  const text = { type: 'string' };
  const versions = [
    { name: 'v1', properties: { hostPort: text } },
    { name: 'v2', properties: { host: text, port: text } },
  ];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `e2es.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'e2es', kind: 'E2e' },
      conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions } },
      versions: versions.map(({ name, properties }) => ({
        name,
        served: true,
        storage: name === storage,
        schema: { openAPIV3Schema: { type: 'object', properties } },
      })),
    },
  };
}
