/** Another API server behind this one: a real HTTPS server that believes nobody but the front proxy's certificate. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { defineResource } from '#api/definition.ts';
import type { ApiResponse } from '#api/request.ts';
import { ByteQueue } from '#api/streaming/byte-stream.ts';
import type { ApiServer } from '#apiserver/server.ts';
import type { Client } from '#client/client.ts';
import { keepApiServices } from '#cluster/server/api-services.ts';
import { APIServices } from '#kinds/apiregistration/api-service/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { type HttpsBackend, remoteConnectionTo, startHttpsBackend } from './support/https-backend.ts';
import { type OpenServer, startOpenServer, testEnv } from './support/open-server.ts';

const group = 'wardle.example.com';
const name = `v1alpha1.${group}`;
const base = `/apis/${group}/v1alpha1`;
const shelf = JSON.stringify({
  apiVersion: `${group}/v1alpha1`,
  kind: 'FlunderList',
  metadata: { resourceVersion: '7' },
  items: [{ metadata: { namespace: 'shelf', name: 'one' } }],
});
const user = { username: 'alice', uid: 'u1', groups: ['admins', 'people'], extra: { 'example.org/Team': ['x', 'y'] } };

describe('aggregation', () => {
  const seen: IncomingMessage[] = [];
  const ending = new AbortController();
  let isHealthy = true;
  let hasV3 = true;
  let remote: HttpsBackend;
  let caBundle: string;
  let open: OpenServer;
  let server: ApiServer;
  let client: Client;

  before(async () => {
    remote = await startHttpsBackend({ dnsNames: ['api.wardle.svc'], onlyFrontProxy: true });
    ({ caBundle } = remote);
    remote.server.on('request', (message, response) => {
      seen.push(message);
      assert.equal((message.socket as TLSSocket).getPeerCertificate().subject.CN, 'front-proxy-client');
      const path = new URL(message.url ?? '', 'https://x').pathname;
      if (endless.has(path)) endlessly(response);
      else if (!isHealthy) response.writeHead(500).end('broken');
      else if (path === base) response.end(JSON.stringify(resourceList));
      else if (path === '/openapi/v2' && message.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else if (path === '/openapi/v2') response.setHeader('etag', '"1"').end(JSON.stringify(openApi.v2));
      else if (path.endsWith('/moved/endlessly'))
        response.writeHead(302, { location: 'https://10.0.0.1/' }).flushHeaders();
      else if (path.endsWith('/moved')) response.writeHead(302, { location: 'https://10.0.0.1/' }).end();
      else if (path === '/openapi/v3' && hasV3) response.end(JSON.stringify(openApi.v3));
      else if (path === `/openapi/v3${base}`) response.end(`for ${message.headers['x-remote-user']}`);
      else if (path.endsWith('/shelf/flunders')) response.setHeader('content-type', 'application/json').end(shelf);
      else if (path.endsWith('/flunders') && message.url?.includes('watch=')) {
        response.setHeader('content-type', 'application/json');
        response.write('{"type":"ADDED","object":{"kind":"Flunder"}}\n');
        // The rest when the first was read: nothing is held back.
        proceed = () => response.end('{"type":"DELETED","object":{"kind":"Flunder"}}\n');
      } else if (message.method === 'POST') {
        response.writeHead(201, { 'content-type': 'application/json', 'x-from': 'wardle' });
        message.pipe(response);
      } else response.writeHead(404).end('no');
    });
    const terminals = new WebSocketServer({ noServer: true, handleProtocols: () => 'v5.channel.k8s.io' });
    remote.server.on('upgrade', (message, socket, head) => {
      seen.push(message);
      if (message.headers.upgrade === 'websocket') {
        terminals.handleUpgrade(message, socket, head, (terminal) =>
          terminal.on('message', (data) => echo(terminal, data)),
        );
        return;
      }
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\n');
      socket.pipe(socket);
    });
  });

  let proceed = () => {};
  /** Paths whose answers have no end. */
  const endless = new Set<string>();

  beforeEach(async () => {
    seen.length = 0;
    isHealthy = true;
    hasV3 = true;
    endless.clear();
    open = await startOpenServer(({ objects }) => ({ aggregation: { objects, connect: remoteConnectionTo(remote) } }));
    ({ server } = open);
    client = open.clientOf(user, '10.0.0.9');
  });

  afterEach(() => open.close());

  after(() => {
    ending.abort();
    remote.close();
  });

  const service = () =>
    client.create(Services, {
      metadata: { namespace: 'wardle', name: 'api' },
      spec: { ports: [{ port: 443, targetPort: 8443 }] },
    });
  const endpoints = (ready: boolean) =>
    client.create(EndpointSlices, {
      metadata: { namespace: 'wardle', name: 'api-1', labels: { 'kubernetes.io/service-name': 'api' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready } }],
      ports: [{ name: '', port: 8443 }],
    });
  const register = (tls: object = { caBundle }) =>
    client.create(APIServices, {
      metadata: { name },
      spec: {
        group,
        version: 'v1alpha1',
        service: { namespace: 'wardle', name: 'api' },
        groupPriorityMinimum: 2000,
        versionPriority: 200,
        ...tls,
      },
    });
  /** The reason and message, as soon as the reason is this. */
  const untilReason = async (reason: string): Promise<string> => {
    for (;;) {
      const { status } = await client.get(APIServices, { name });
      const condition = status?.conditions?.find(({ type }) => type === 'Available');
      if (condition?.reason === reason) return condition.message ?? '';
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const send = (
    method: 'GET' | 'POST',
    path: string,
    query = '',
    headers: Record<string, string> = {},
    body?: string,
  ) =>
    server.handler({
      method,
      path,
      query: new URLSearchParams(query),
      headers,
      peer: { address: '10.0.0.9', inProcess: user },
      signal: new AbortController().signal,
      ...(body
        ? { body: { type: 'bytes', bytes: new TextEncoder().encode(body), contentType: 'application/json' } }
        : {}),
    });
  const textOf = async (response: ApiResponse): Promise<string> => {
    assert.ok(response.type === 'bytes');
    if (response.body instanceof Uint8Array) return new TextDecoder().decode(response.body);
    let text = '';
    for await (const chunk of response.body) text += new TextDecoder().decode(chunk);
    return text;
  };
  const up = async () => {
    await client.create(Namespaces, { metadata: { name: 'wardle' } });
    await service();
    await endpoints(true);
    await register();
    await untilReason('Passed');
  };

  test('the condition follows the Service, its endpoints and what the server answers', async () => {
    await client.create(Namespaces, { metadata: { name: 'wardle' } });
    await register();
    assert.equal(await untilReason('ServiceNotFound'), 'service/api in "wardle" is not present');
    const refused = await send('GET', `${base}/flunders`);
    assert.ok(refused.type === 'bytes');
    assert.deepEqual([refused.status, await textOf(refused)], [503, 'service unavailable\n']);
    await service();
    assert.equal(await untilReason('EndpointsNotFound'), 'cannot find endpointslices for service/api in "wardle"');
    const slice = await endpoints(false);
    assert.equal(
      await untilReason('MissingEndpoints'),
      'endpointslices for service/api in "wardle" have no addresses with port name ""',
    );
    isHealthy = false;
    await client.update(EndpointSlices, {
      ...slice,
      endpoints: [{ addresses: ['10.1.1.1'], conditions: { ready: true } }],
    });
    const url = `https://10.1.1.1:8443${base}`;
    assert.equal(
      await untilReason('FailedDiscoveryCheck'),
      `failing or missing response from ${url}: bad status from ${url}: 500`,
    );
    isHealthy = true;
    const current = await client.get(EndpointSlices, { namespace: 'wardle', name: 'api-1' });
    await client.update(EndpointSlices, { ...current, endpoints: [{ addresses: ['10.1.1.1'] }] });
    assert.equal(await untilReason('Passed'), 'all checks passed');
  });

  test('requests go there with who asks, and answers come back as they are', async () => {
    await up();
    seen.length = 0;
    const headers = { 'x-remote-user': 'root', authorization: 'Bearer secret', accept: 'application/json' };
    const path = `${base}/namespaces/default/flunders`;
    const response = await send('POST', path, 'fieldManager=me', headers, '{"kind":"Flunder"}');
    assert.ok(response.type === 'bytes');
    assert.deepEqual([response.status, response.headers?.['x-from']], [201, 'wardle']);
    assert.equal(await textOf(response), '{"kind":"Flunder"}');
    const message = seen.find(({ method }) => method === 'POST');
    assert.equal(message?.url, `${path}?fieldManager=me`);
    const sent = message?.headersDistinct ?? {};
    assert.deepEqual(
      [
        'x-remote-user',
        'x-remote-uid',
        'x-remote-group',
        'x-remote-extra-example.org%2Fteam',
        'authorization',
        'x-forwarded-for',
      ].map((header) => sent[header.toLowerCase()]),
      [['alice'], ['u1'], ['admins', 'people'], ['x', 'y'], undefined, ['10.0.0.9']],
    );
  });

  test('a redirect goes no further', async () => {
    await up();
    const response = await send('GET', `${base}/moved`);
    assert.ok(response.type === 'bytes');
    assert.deepEqual(
      [response.status, response.headers?.location, await textOf(response)],
      [502, undefined, 'the backend attempted to redirect this request, which is not permitted'],
    );
  });

  test('a redirect whose body has no end is one all the same', async () => {
    await up();
    const response = await send('GET', `${base}/moved/endlessly`);
    assert.equal(response.type === 'bytes' && response.status, 502);
  });

  test('an answer without an end is broken off when the time of its request is up; others are served meanwhile', async () => {
    const path = `${base}/flunders`;
    endless.add(path);
    await up();
    const http = await startHttpServer({
      handler: (request) => server.wire({ ...request, peer: { address: '10.0.0.9', inProcess: user } }),
      log: testEnv.log,
      host: '127.0.0.1',
      port: 0,
    });
    const at = `http://127.0.0.1:${http.port}`;
    const before = process.memoryUsage().rss;
    const answer = await fetch(`${at}${path}?timeout=500ms`);
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) bytes += chunk.length;
    })();
    reading.catch(() => {});
    for (let asked = 0; asked < 10; asked++) await (await fetch(`${at}/readyz`)).text();
    await assert.rejects(reading);
    assert.ok(bytes > 0);
    // One that nobody reads is not taken from its server either.
    const unread = await fetch(`${at}${path}?timeout=500ms`);
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.ok(process.memoryUsage().rss - before < 200 * 2 ** 20);
    await assert.rejects(unread.text());
    await http.close();
  });

  test('a document without an end makes nobody unavailable, and keeps nobody available', async () => {
    endless.add(base).add('/openapi/v2');
    await up();
    while (!seen.some(({ url }) => url === '/openapi/v2')) await new Promise((resolve) => setImmediate(resolve));
    await client.delete(Services, { namespace: 'wardle', name: 'api' });
    await untilReason('ServiceNotFound');
  });

  test('controllers in process read its kinds as they read ours', async () => {
    await up();
    const names = { group, version: 'v1alpha1', kind: 'Flunder', plural: 'flunders', scope: 'Namespaced' } as const;
    const flunders = defineResource(names);
    const { items, resourceVersion } = await client.list(flunders, { namespace: 'shelf' });
    assert.deepEqual(
      [items.map(({ kind, metadata }) => `${kind} ${metadata?.name}`), resourceVersion],
      [['Flunder one'], '7'],
    );
    const types: string[] = [];
    for await (const { type, object } of client.watch(flunders, { namespace: 'default' })) {
      types.push(`${type} ${object.kind}`);
      proceed();
    }
    assert.deepEqual(types, ['ADDED Flunder', 'DELETED Flunder']);
    await assert.rejects(client.get(flunders, { namespace: 'default', name: 'none' }), { code: 404 });
  });

  test('a watch streams', async () => {
    await up();
    const response = await send('GET', `${base}/flunders`, 'watch=true');
    assert.ok(response.type === 'bytes' && !(response.body instanceof Uint8Array));
    const types: string[] = [];
    for await (const chunk of response.body) {
      types.push(
        ...new TextDecoder()
          .decode(chunk)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).type),
      );
      proceed();
    }
    assert.deepEqual(types, ['ADDED', 'DELETED']);
  });

  test('an upgrade goes through, with who asks', async () => {
    await up();
    seen.length = 0;
    const response = await send('GET', `${base}/namespaces/default/flunders/one/exec`, '', {
      connection: 'Upgrade',
      upgrade: 'echo',
    });
    assert.equal(response.type, 'upgrade');
    const asked = seen.find(({ url }) => url?.endsWith('/exec'));
    assert.equal(asked?.headers['x-remote-user'], 'alice');
    assert.ok(response.type === 'upgrade');
    let given = '';
    const incoming = new ByteQueue();
    await response.upgrade({
      incoming,
      write: async (bytes) => {
        if (given === '') incoming.push(new TextEncoder().encode('hello'));
        given += new TextDecoder().decode(bytes);
        if (given.endsWith('hello')) incoming.end();
      },
      end: async () => {},
      destroy: () => incoming.end(),
    });
    assert.ok(given.startsWith('HTTP/1.1 101 ') && given.endsWith('\r\n\r\nhello'), given);
  });

  test('a terminal works through it: what kubectl exec speaks by WebSockets', async () => {
    await up();
    seen.length = 0;
    const http = await startHttpServer({
      handler: (request) => server.wire({ ...request, peer: { address: '10.0.0.9', inProcess: user } }),
      log: testEnv.log,
      host: '127.0.0.1',
      port: 0,
    });
    const path = `${base}/namespaces/default/flunders/one/exec?command=cat&command=-&stdin=true&stdout=true`;
    const terminal = new WebSocket(`ws://127.0.0.1:${http.port}${path}`, ['v5.channel.k8s.io']);
    const heard: string[] = [];
    terminal.on('message', (data: Buffer) => heard.push(`${data[0]} ${data.subarray(1)}`));
    await once(terminal, 'open');
    assert.equal(terminal.protocol, 'v5.channel.k8s.io');
    // Channel 0 is standard input; 255 closes a channel.
    terminal.send(Buffer.from('\0hello'));
    terminal.send(Buffer.concat([Buffer.from([0]), Buffer.alloc(100_000, 'x')]));
    terminal.send(Buffer.from([255, 0]));
    const [code] = (await once(terminal, 'close')) as [number];
    assert.deepEqual(
      [code, heard.map((line) => (line.length > 50 ? line.length : line))],
      [1000, ['1 hello', 100_002, '3 {"status":"Success"}']],
    );
    const asked = seen.find(({ url }) => url?.includes('/exec'));
    assert.equal(asked?.url, path);
    assert.deepEqual(
      [asked?.headers['x-remote-user'], asked?.headers['sec-websocket-protocol']],
      ['alice', 'v5.channel.k8s.io'],
    );
    await http.close();
  });

  test('a server that has only OpenAPI 2.0 has a document of version 3 here', async () => {
    hasV3 = false;
    await up();
    const key = base.slice(1);
    const index = async () =>
      ((await client.raw('GET', '/openapi/v3')) as unknown as { paths: Record<string, { serverRelativeURL: string }> })
        .paths;
    while (!(await index())[key]) await new Promise((resolve) => setImmediate(resolve));
    const url = (await index())[key]?.serverRelativeURL ?? '';
    assert.match(url, new RegExp(`^/openapi/v3/${key}\\?hash=`));
    const document = JSON.parse(await textOf(await send('GET', `/openapi/v3/${key}`, url.split('?')[1])));
    assert.equal(document.openapi, '3.0.0');
    assert.ok(document.paths[`${base}/flunders`]);
    const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
    assert.deepEqual(document.components.schemas['wardle.Flunder'], {
      type: 'object',
      properties: { metadata: { $ref: `#/components/schemas/${meta}` } },
    });
    // An address of before leads to the one of now.
    const stale = await send('GET', `/openapi/v3/${key}`, 'hash=OLD');
    assert.ok(stale.type === 'bytes');
    assert.deepEqual([stale.status, stale.headers?.location], [301, url]);
  });

  test('a server with another certificate is not believed, unless that is asked for', async () => {
    await client.create(Namespaces, { metadata: { name: 'wardle' } });
    await service();
    await endpoints(true);
    const other = Buffer.from(remote.clientCertificate.cert).toString('base64');
    await register({ caBundle: other });
    assert.match(await untilReason('FailedDiscoveryCheck'), /^failing or missing response from https:/);
    await client.delete(APIServices, { name });
    await register({ insecureSkipTLSVerify: true });
    await untilReason('Passed');
  });

  test('discovery shows what it has, between others by priority', async () => {
    await up();
    const { groups } = (await client.raw('GET', '/apis')) as unknown as { groups: { name: string }[] };
    assert.equal(groups.at(-1)?.name, group);
    const own = (await client.raw('GET', `/apis/${group}`)) as unknown as { preferredVersion: object };
    assert.deepEqual(own.preferredVersion, { groupVersion: `${group}/v1alpha1`, version: 'v1alpha1' });
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const aggregated = JSON.parse(await textOf(await send('GET', '/apis', '', { accept })));
    const found = aggregated.items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === group);
    assert.deepEqual(found.versions, [
      {
        version: 'v1alpha1',
        resources: [
          {
            resource: 'flunders',
            responseKind: { group: '', version: '', kind: 'Flunder' },
            scope: 'Namespaced',
            singularResource: 'flunder',
            verbs: ['get', 'list'],
            subresources: [
              { subresource: 'status', responseKind: { group: '', version: '', kind: 'Flunder' }, verbs: ['get'] },
            ],
          },
        ],
        freshness: 'Current',
      },
    ]);
    await client.delete(APIServices, { name });
    const after = (await client.raw('GET', '/apis')) as unknown as { groups: { name: string }[] };
    assert.ok(!after.groups.some((each) => each.name === group));
  });

  test('its OpenAPI documents are served with ours', async () => {
    await up();
    const v2 = async () =>
      (await client.raw('GET', '/openapi/v2')) as unknown as Record<string, Record<string, object>>;
    while (!(await v2()).paths?.[`${base}/flunders`]) await new Promise((resolve) => setImmediate(resolve));
    const { paths = {}, definitions = {} } = await v2();
    assert.ok(paths['/api/v1/pods'] && !paths['/apis/other/v1/']);
    // The same name means another thing here.
    const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
    assert.deepEqual(definitions[`${meta}_v2`], openApi.v2.definitions[meta]);
    assert.deepEqual(definitions['wardle.Flunder'], {
      type: 'object',
      properties: { metadata: { $ref: `#/definitions/${meta}_v2` } },
    });
    const asked = seen.find(({ url }) => url === '/openapi/v2');
    assert.equal(asked?.headers['x-remote-user'], 'system:aggregator');

    const index = (await client.raw('GET', '/openapi/v3')) as unknown as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    const key = base.slice(1);
    assert.equal(index.paths[key]?.serverRelativeURL, `/openapi/v3${base}?hash=ABC`);
    assert.equal(await textOf(await send('GET', `/openapi/v3${base}`, 'hash=ABC')), 'for alice');

    const document = await send('GET', '/openapi/v3/apis/apps/v1');
    assert.ok(document.type === 'bytes');
    const url = index.paths['apis/apps/v1']?.serverRelativeURL;
    assert.equal(url, `/openapi/v3/apis/apps/v1?hash=${document.headers?.etag?.slice(1, -1)}`);
    const stale = await send('GET', '/openapi/v3/apis/apps/v1', 'hash=OLD');
    assert.ok(stale.type === 'bytes');
    assert.deepEqual([stale.status, stale.headers?.location], [301, url]);

    seen.length = 0;
    const slice = await client.get(EndpointSlices, { namespace: 'wardle', name: 'api-1' });
    await client.update(EndpointSlices, { ...slice, metadata: { ...slice.metadata, annotations: { a: 'b' } } });
    while (!seen.some(({ url }) => url === '/openapi/v3')) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(seen.find((message) => message.url === '/openapi/v2')?.headers['if-none-match'], '"1"');
    await client.delete(APIServices, { name });
    assert.ok(!(await v2()).paths?.[`${base}/flunders`]);
  });

  test('metrics tell which APIServices are unavailable, and how often they became so', async () => {
    const metrics = async () => (await textOf(await send('GET', '/metrics'))).split('\n');
    await up();
    assert.ok((await metrics()).includes(`aggregator_unavailable_apiservice{name="${name}"} 0`));
    await client.delete(EndpointSlices, { namespace: 'wardle', name: 'api-1' });
    await untilReason('EndpointsNotFound');
    const lines = await metrics();
    assert.ok(lines.includes(`aggregator_unavailable_apiservice{name="${name}"} 1`));
    const total = `aggregator_unavailable_apiservice_total{name="${name}",reason="EndpointsNotFound"} 1`;
    while (!(await metrics()).includes(total)) await new Promise((resolve) => setImmediate(resolve));
  });

  test('APIServices of what is served here come and go with it', async () => {
    await keepApiServices({ env: testEnv, client, registry: server.registry }, ending.signal);
    const list = async () =>
      new Map((await client.list(APIServices)).items.map((item) => [item.metadata?.name ?? '', item]));
    const apps = (await list()).get('v1.apps');
    assert.deepEqual(apps?.metadata?.labels, { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' });
    assert.deepEqual(apps?.spec, { group: 'apps', version: 'v1', groupPriorityMinimum: 17_800, versionPriority: 15 });
    assert.equal(apps?.status?.conditions?.[0]?.reason, 'Local');
    assert.deepEqual((await list()).get('v1.')?.spec, {
      version: 'v1',
      groupPriorityMinimum: 18_000,
      versionPriority: 1,
    });
    assert.ok(!(await list()).has('v1.apiregistration.k8s.io'));
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await client.raw('POST', crds, crd);
    const until = async (holds: (names: Map<string, unknown>) => boolean) => {
      while (!holds(await list())) await new Promise((resolve) => setImmediate(resolve));
    };
    await until((names) => names.has('v1.stable.example.com'));
    const own = (await list()).get('v1.stable.example.com');
    assert.deepEqual(
      [own?.metadata?.labels?.['kube-aggregator.kubernetes.io/automanaged'], own?.spec?.groupPriorityMinimum],
      ['true', 1000],
    );
    await client.raw('DELETE', `${crds}/${crd.metadata.name}`);
    await until((names) => !names.has('v1.stable.example.com'));
    assert.ok((await list()).has('v1.apps'));
  });
});

const resourceList = {
  kind: 'APIResourceList',
  groupVersion: `${group}/v1alpha1`,
  resources: [
    { name: 'flunders', singularName: 'flunder', namespaced: true, kind: 'Flunder', verbs: ['get', 'list'] },
    { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get'] },
  ],
};

const openApi = {
  v2: {
    swagger: '2.0',
    paths: {
      [`${base}/flunders`]: {
        get: { responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/wardle.Flunder' } } } },
      },
      '/apis/other/v1/': {},
    },
    definitions: {
      'wardle.Flunder': {
        type: 'object',
        properties: { metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' } },
      },
      'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { type: 'object', description: 'of another version' },
    } as Record<string, object>,
  },
  v3: {
    paths: {
      [base.slice(1)]: { serverRelativeURL: `/openapi/v3${base}?hash=ABC` },
      'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1?hash=FOREIGN' },
    },
  },
};

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'tabs.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'tabs', kind: 'Tab' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

/** A program that says what it is told, until its standard input ends: channels 1 and 3 are standard output and the status. */
function echo(terminal: WebSocket, data: RawData): void {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
  if (bytes[0] === 0) {
    terminal.send(Buffer.concat([Buffer.from([1]), bytes.subarray(1)]));
    return;
  }
  terminal.send(Buffer.from('\x03{"status":"Success"}'));
  terminal.close(1000);
}

/** As much as the caller takes, until it is gone. */
function endlessly(response: ServerResponse): void {
  const piece = Buffer.alloc(64 * 1024, 'x');
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}
