/** The proxy subresources between a real client, over HTTP/1.1 and HTTP/2 with TLS, and a real server in the pod's place. */

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { Backend } from '#api/streaming/backend.ts';
import { createConnectActions } from '#apiserver/connect/actions.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { Logger } from '#base/env.ts';
import { createClient } from '#client/api-client.ts';
import { certificateFile, ensurePki, keyFile } from '#cluster/pki/authority.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeBackend } from '#platform/node/backend.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { type HttpServer, startHttpServer } from '#platform/node/http-server.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { nodeWebSocketAcceptor } from '#platform/node/web-socket.ts';
import { createMemoryStore } from '#store/revision-store.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const env = { ...createNodeEnv({ component: 'test' }), log: silent };
const schemas = new SchemaRegistry(builtinTables);
const pod = '/api/v1/namespaces/default/pods/http:web:8080/proxy';
const user = { username: 'admin', groups: ['system:masters'] };

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly bytes: Buffer;
}

describe('proxy subresources', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-proxy-'));
  const store = createMemoryStore(env);
  const backend = createNodeBackend();
  let listening: Server;
  let server: ApiServer;
  let https: HttpServer;
  let ca: string;
  /** What the pod does with a request. */
  let serve: (message: IncomingMessage, response: ServerResponse) => void;

  before(async () => {
    const certificate = { organizations: [], dnsNames: ['localhost'], addresses: ['127.0.0.1'] } as const;
    await ensurePki(
      directory,
      [{ ...certificate, authority: 'ca', name: 'apiserver', commonName: 'apiserver', use: 'server' }],
      Date.now(),
    );
    ca = readFileSync(certificateFile(directory, 'ca'), 'utf8');
    listening = createServer((message, response) => serve(message, response));
    listening.on('upgrade', (message, socket) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${message.headers.upgrade}\r\n\r\n`,
      );
      socket.write(`${message.url} `);
      socket.pipe(socket);
    });
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port } = listening.address() as AddressInfo;
    // The pod's address is nobody's here; port 1 stays without a listener.
    const here = (url: URL) =>
      Object.assign(new URL(url), { hostname: '127.0.0.1', port: url.port === '1' ? '1' : `${port}` });
    const proxy: Backend = {
      request: (request) => backend.request({ ...request, url: here(request.url) }),
      upgrade: (request) => backend.upgrade({ ...request, url: here(request.url) }),
    };
    server = createApiServer({
      env,
      store,
      definitions: builtinDefinitions,
      codecs: schemaCodecs(schemas),
      authenticate: () => user,
      authorize: () => ({ decision: 'allow', reason: '' }),
      actions: createConnectActions(
        {
          authorize: () => ({ decision: 'allow', reason: '' }),
          kubelet: proxy,
          insecureKubelet: proxy,
          proxy,
          streaming: { clock: env.clock, deflate: nodeRawDeflate, webSockets: nodeWebSocketAcceptor },
        },
        env.random,
      ),
    });
    await server.ready();
    https = await startHttpServer({
      handler: server.wire,
      streamsBody: (path) => server.streamsBody(path),
      log: silent,
      host: '127.0.0.1',
      port: 0,
      tls: {
        certificate: readFileSync(certificateFile(directory, 'apiserver'), 'utf8'),
        key: readFileSync(keyFile(directory, 'apiserver'), 'utf8'),
      },
    });
    const client = createClient({
      handler: (request) => server.handler(request),
      peer: { address: '', inProcess: user },
      userAgent: 'test',
    });
    await client.create(Namespaces, { metadata: { name: 'default' } });
    const created = await client.create(Pods, {
      metadata: { namespace: 'default', name: 'web' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
    await client.updateStatus(Pods, { ...created, status: { podIP: '10.1.1.1', podIPs: [{ ip: '10.1.1.1' }] } });
  });

  beforeEach(() => {
    serve = (message, response) => {
      message.resume();
      response.end(`${message.method} ${message.url}`);
    };
  });

  after(async () => {
    await https.close();
    await server.close();
    await store.close();
    backend.close();
    listening.closeAllConnections();
    listening.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const open = (path: string, options: RequestOptions = {}) =>
    httpsRequest({ host: '127.0.0.1', servername: 'localhost', port: https.port, ca, path, ...options });
  const send = async (path: string, options: RequestOptions = {}, body?: Readable | string): Promise<Answer> => {
    const sent = open(path, options);
    // An answer may come before all was sent.
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    if (body instanceof Readable) body.pipe(sent);
    else sent.end(body);
    const [response] = await answered;
    sent.on('error', () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    return { status: response.statusCode, headers: response.headers, text: bytes.toString(), bytes };
  };

  const paths: readonly (readonly [asked: string, got: string])[] = [
    ['/', '/'],
    ['/a/b', '/a/b'],
    ['/a/', '/a/'],
    ['/a//b/../c/', '/a/c/'],
    ['/../../x', '/x'],
    ['/a%20b%2Fc', '/a%20b/c'],
    ["/it's(1)!$&+,:;=@~", '/it%27s%281%29%21$&+,:;=@~'],
    ['/%C3%BC', '/%C3%BC'],
    ['/a?b=%20c&b=d+e&f', '/a?b=%20c&b=d+e&f'],
    ['/proxy/proxy', '/proxy/proxy'],
  ];
  for (const [asked, got] of paths) {
    test(`asks the pod for ${got} when asked for ${asked}`, async () => {
      assert.equal((await send(pod + asked)).text, `GET ${got}`);
    });
  }

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    test(`hands ${method} on`, async () => {
      assert.equal((await send(`${pod}/x`, { method })).text, `${method} /x`);
    });
  }

  test('TRACE, and methods that nobody knows, are not handed on', async () => {
    for (const method of ['TRACE', 'PROPFIND']) {
      const { status, text } = await send(`${pod}/x`, { method });
      assert.equal(status, 405);
      assert.match(text, /"message":"the server does not allow this method on the requested resource"/);
    }
  });

  test('HEAD has the length of what is not sent', async () => {
    serve = (_, response) => response.writeHead(200, { 'content-length': 12 }).end();
    const { status, headers, text } = await send(`${pod}/x`, { method: 'HEAD' });
    assert.deepEqual([status, headers['content-length'], text], [200, '12', '']);
  });

  test('headers go there but for those of the connection and the credentials', async () => {
    serve = (message, response) => response.end(JSON.stringify(message.headers));
    const headers = {
      host: 'api.example:6443',
      authorization: 'Bearer secret',
      connection: 'keep-alive, x-mine',
      'x-mine': 'a',
      'x-other': 'b',
      'x-forwarded-for': '192.0.2.1',
    };
    const got = JSON.parse((await send(`${pod}/a/?b=c`, { headers })).text) as Record<string, string>;
    assert.deepEqual(
      ['host', 'authorization', 'x-mine', 'x-other', 'x-forwarded-for', 'x-forwarded-uri'].map((name) => got[name]),
      ['api.example:6443', undefined, undefined, 'b', '192.0.2.1, 127.0.0.1', `${pod}/a/`],
    );
  });

  test('cookies come one by one, and a type that was not said stays unsaid', async () => {
    serve = (_, response) => response.setHeader('set-cookie', ['a=1; Path=/', 'b=2']).end('x');
    const { headers } = await send(`${pod}/x`);
    assert.deepEqual([headers['set-cookie'], headers['content-type']], [['a=1; Path=/', 'b=2'], undefined]);
  });

  test('a service without endpoints that is not there is not found', async () => {
    const { status, text } = await send('/api/v1/namespaces/default/services/nope/proxy/');
    assert.deepEqual([status, (JSON.parse(text) as { message: string }).message], [404, 'services "nope" not found']);
  });

  test('a redirect leads back through the proxy, and its page stays as it is', async () => {
    serve = (_, response) => {
      response.writeHead(302, {
        location: '/login?a=b',
        'content-type': 'text/html',
        'access-control-allow-origin': '*',
      });
      response.end('<a href="/login">');
    };
    const { status, headers, text } = await send(`${pod}/a`);
    assert.deepEqual(
      [status, headers.location, headers['access-control-allow-origin'], text],
      [302, `${pod}/login?a=b`, undefined, '<a href="/login">'],
    );
  });

  test('links of a compressed page lead through the proxy too', async () => {
    let asked: string | undefined;
    serve = (message, response) => {
      asked = message.headers['accept-encoding'];
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' });
      response.end(gzipSync('<a href="/x">ü</a>'));
    };
    const { headers, bytes } = await send(`${pod}/`, { headers: { 'accept-encoding': 'gzip' } });
    assert.deepEqual([asked, headers['content-encoding'], headers['content-length']], ['gzip', 'gzip', undefined]);
    assert.equal(gunzipSync(bytes).toString(), `<a href="${pod}/x">ü</a>`);
  });

  test('a page that is too long to be rewritten comes as it is', async () => {
    const page = `<a href="/x">${'x'.repeat(3 << 20)}</a>`;
    serve = (_, response) => {
      response.setHeader('content-type', 'text/html');
      response.write(page.slice(0, 1000));
      response.end(page.slice(1000));
    };
    assert.ok((await send(`${pod}/`)).text === page);
  });

  test('a pod that does not answer is told in the words of upstream', async () => {
    const { status, text } = await send('/api/v1/namespaces/default/pods/web:1/proxy/');
    const { reason, message } = JSON.parse(text) as { reason: string; message: string };
    assert.deepEqual(
      [status, reason, message],
      [503, 'ServiceUnavailable', 'error trying to reach service: dial tcp 127.0.0.1:1: connect: connection refused'],
    );
  });

  test('dryRun is refused', async () => {
    const { status, text } = await send(`${pod}/?dryRun=All`, { method: 'POST' });
    assert.deepEqual([status, (JSON.parse(text) as { message: string }).message], [400, 'dryRun is not supported']);
  });

  const digest = (serving: (digest: string) => void) => (message: IncomingMessage) => {
    const hash = createHash('sha256');
    message.on('data', (chunk) => hash.update(chunk));
    message.on('end', () => serving(`${message.headers['content-length'] ?? 'chunked'} ${hash.digest('hex')}`));
  };
  const large = randomBytes(8 << 20);
  const sum = createHash('sha256').update(large).digest('hex');
  for (const [name, headers, said] of [
    ['of a known length', { 'content-length': `${large.length}` }, `${large.length}`],
    ['in chunks', {}, 'chunked'],
  ] as const) {
    test(`a body ${name} that is larger than any object goes through`, async () => {
      serve = (message, response) => digest((text) => response.end(text))(message);
      const { text } = await send(`${pod}/upload`, { method: 'PUT', headers }, Readable.from([large]));
      assert.equal(text, `${said} ${sum}`);
    });
  }

  test('the same by HTTP/2', async () => {
    serve = (message, response) => digest((text) => response.end(text))(message);
    const session = connectHttp2(`https://127.0.0.1:${https.port}`, { ca });
    const stream = session.request({ ':method': 'POST', ':path': `${pod}/upload` });
    Readable.from([large]).pipe(stream);
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk;
    session.close();
    assert.equal(text, `chunked ${sum}`);
  });

  test('a body is handed on as it comes, and so is the answer', async () => {
    serve = (message, response) => {
      response.flushHeaders();
      message.pipe(response);
    };
    const sent = open(`${pod}/echo`, { method: 'POST' });
    sent.write('one');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const echoed = response.setEncoding('utf8').iterator();
    assert.equal((await echoed.next()).value, 'one');
    sent.end('two');
    assert.equal((await echoed.next()).value, 'two');
    assert.equal((await echoed.next()).done, true);
  });

  test('an answer that does not wait for the body arrives', async () => {
    serve = (_, response) => response.writeHead(418).end('enough');
    const endless = Readable.from(
      (async function* () {
        for (let i = 0; i < 200; i++) yield large.subarray(0, 64 << 10);
      })(),
    );
    const { status, text } = await send(`${pod}/upload`, { method: 'POST' }, endless);
    assert.deepEqual([status, text], [418, 'enough']);
  });

  test('the pod learns that the client has gone', async () => {
    const gone = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    serve = (message) => {
      message.once('data', () => begun.resolve());
      message.once('close', () => gone.resolve());
    };
    const sent = open(`${pod}/upload`, { method: 'POST' });
    sent.on('error', () => {});
    sent.write('x');
    await begun.promise;
    sent.destroy();
    await gone.promise;
  });

  test('what is no proxy keeps its bound', async () => {
    const headers = { 'content-type': 'application/json' };
    const sent = await send('/api/v1/namespaces', { method: 'POST', headers }, Readable.from([large]));
    assert.equal(sent.status, 413);
  });

  test('an upgrade goes through', async () => {
    const sent = open(`${pod}/ws?a=b`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
    sent.end();
    const [response, socket, head] = (await once(sent, 'upgrade')) as [
      IncomingMessage,
      Readable & NodeJS.WritableStream,
      Buffer,
    ];
    assert.deepEqual([response.statusCode, response.headers.upgrade], [101, 'websocket']);
    let text = head.toString();
    socket.write('hello');
    for await (const chunk of socket) {
      text += chunk;
      if (text.endsWith('hello')) break;
    }
    assert.equal(text, '/ws?a=b hello');
  });
});
