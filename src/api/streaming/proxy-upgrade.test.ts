import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiRequest } from '../request.ts';
import { type Backend, BackendError, type BackendRequest } from './backend.ts';
import { type ByteStream, collect, connectedPair } from './byte-stream.ts';
import { tunneledProtocols, tunnelPortForward } from './port-forward.ts';
import { forwardedHeaders, proxyUpgrade } from './proxy-upgrade.ts';
import type { WebSocketAcceptor } from './web-socket.ts';

const url = new URL('http://10.0.0.1:10250/exec/ns/pod/c?command=id');
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

describe('forwardedHeaders', () => {
  it('keeps credentials and identities here', () => {
    const headers = forwardedHeaders(
      request({
        authorization: 'Bearer secret',
        'impersonate-user': 'root',
        'impersonate-extra-scopes': 'x',
        'x-remote-user': 'root',
        ':authority': 'api',
        host: 'api',
        upgrade: 'SPDY/3.1',
        connection: 'Upgrade',
      }),
    );
    assert.deepEqual(headers, { upgrade: 'SPDY/3.1', connection: 'Upgrade', 'x-forwarded-for': '192.0.2.9' });
  });

  it('keeps the token here that a browser hands over as a subprotocol', () => {
    const token = `base64url.bearer.authorization.k8s.io.${btoa('secret')}`;
    const protocols = (offered: string) => forwardedHeaders(request({ 'sec-websocket-protocol': offered }));
    assert.equal(protocols(`v5.channel.k8s.io, ${token},chat`)['sec-websocket-protocol'], 'v5.channel.k8s.io, chat');
    assert.equal('sec-websocket-protocol' in protocols(token), false);
  });

  it('makes a line of each protocol version', () => {
    const headers = forwardedHeaders(request({ 'x-stream-protocol-version': 'v4.channel.k8s.io, v3.channel.k8s.io' }));
    assert.deepEqual(headers['x-stream-protocol-version'], ['v4.channel.k8s.io', 'v3.channel.k8s.io']);
  });

  it('adds the client to those who forwarded before', () => {
    assert.equal(
      forwardedHeaders(request({ 'x-forwarded-for': '198.51.100.1' }))['x-forwarded-for'],
      '198.51.100.1, 192.0.2.9',
    );
  });
});

describe('proxyUpgrade', () => {
  it('answers 101 with the backend’s headers and then carries bytes both ways', async () => {
    const { backend, server } = upgrading([
      ['upgrade', 'SPDY/3.1'],
      ['connection', 'Upgrade'],
    ]);
    const response = await proxyUpgrade(request({ connection: 'Upgrade', upgrade: 'SPDY/3.1' }), url, backend);
    assert.equal(response.type, 'upgrade');
    const [client, connection] = connectedPair();
    const running = response.type === 'upgrade' ? response.upgrade(connection) : undefined;
    await client.write(bytes('ping'));
    assert.equal(text((await server.incoming[Symbol.asyncIterator]().next()).value ?? undefined), 'ping');
    await server.write(bytes('pong'));
    await server.end();
    assert.equal(
      text(await collect(client.incoming, 1000)),
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: SPDY/3.1\r\nconnection: Upgrade\r\n\r\npong',
    );
    await running;
  });

  it('hands a refusal on and closes the connection (CVE-2018-1002105)', async () => {
    const response = await proxyUpgrade(
      request({ connection: 'Upgrade' }),
      url,
      refusing(403, [['connection', 'keep-alive']], 'no'),
    );
    assert.deepEqual(
      response.type === 'bytes' && [response.status, text(response.body as Uint8Array), response.headers?.connection],
      [403, 'no', 'close'],
    );
  });

  for (const status of [200, 301, 302, 307]) {
    it(`takes ${status} for an error of the backend (CVE-2020-8559)`, async () => {
      const backend = refusing(status, [['location', 'http://169.254.169.254/']], 'go there');
      await assert.rejects(proxyUpgrade(request({ connection: 'Upgrade' }), url, backend), {
        message: `Internal error occurred: invalid upgrade response: status code ${status}`,
      });
      assert.equal(backend.asked.length, 1);
    });
  }
});

describe('a backend that cannot be reached', () => {
  it('is told in upstream’s words', async () => {
    const backend: Backend = {
      request: () => Promise.reject(new Error('not asked for')),
      upgrade: () => Promise.reject(new BackendError('dial tcp 10.0.0.1:10250: connect: connection refused')),
    };
    await assert.rejects(proxyUpgrade(request({ connection: 'Upgrade' }), url, backend), {
      message: 'error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused',
      code: 500,
    });
  });
});

describe('tunnelPortForward', () => {
  const tunnel = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io',
  };

  it('knows tunnels from other WebSockets', () => {
    assert.deepEqual(tunneledProtocols(request(tunnel)), ['portforward.k8s.io']);
    assert.deepEqual(tunneledProtocols(request({ ...tunnel, 'sec-websocket-protocol': 'v4.channel.k8s.io' })), []);
    assert.deepEqual(tunneledProtocols(request({ ...tunnel, upgrade: 'SPDY/3.1' })), []);
  });

  it('asks for SPDY with the tunneled versions and answers with the one that was chosen', async () => {
    const { backend, server } = upgrading([['x-stream-protocol-version', 'portforward.k8s.io']]);
    let accepted: string | undefined;
    const webSockets: WebSocketAcceptor = {
      accept: async (connection, _headers, protocol) => {
        accepted = protocol;
        return {
          messages: connection.incoming,
          send: (message) => connection.write(message as Uint8Array),
          close: () => connection.end(),
        };
      },
    };
    const response = await tunnelPortForward(
      request({ ...tunnel, 'sec-websocket-key': 'x' }),
      url,
      backend,
      webSockets,
    );
    const [client, connection] = connectedPair();
    const running = response.type === 'upgrade' ? response.upgrade(connection) : undefined;
    await client.write(bytes('frames'));
    assert.equal(text((await server.incoming[Symbol.asyncIterator]().next()).value ?? undefined), 'frames');
    await server.write(bytes('more frames'));
    await server.end();
    assert.equal(text(await collect(client.incoming, 1000)), 'more frames');
    await running;
    assert.equal(accepted, 'SPDY/3.1+portforward.k8s.io');
    const [asked] = backend.asked;
    assert.equal(asked?.method, 'POST');
    assert.deepEqual(asked?.headers, {
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': ['portforward.k8s.io'],
      'x-forwarded-for': '192.0.2.9',
    });
  });
});

function request(headers: ApiRequest['headers']): ApiRequest {
  return {
    method: 'POST',
    path: '/api/v1/namespaces/ns/pods/pod/exec',
    query: new URLSearchParams(),
    headers,
    peer: { address: '192.0.2.9' },
    signal: new AbortController().signal,
  };
}

function upgrading(headers: readonly (readonly [string, string])[]): {
  backend: Backend & { asked: BackendRequest[] };
  server: ByteStream;
} {
  const [near, server] = connectedPair();
  const asked: BackendRequest[] = [];
  const backend = {
    asked,
    request: () => Promise.reject(new Error('not asked for')),
    upgrade: async (sent: BackendRequest) => {
      asked.push(sent);
      return { type: 'upgraded' as const, headers, connection: near };
    },
  };
  return { backend, server };
}

function refusing(
  status: number,
  headers: readonly (readonly [string, string])[],
  body: string,
): Backend & { asked: BackendRequest[] } {
  const asked: BackendRequest[] = [];
  return {
    asked,
    request: () => Promise.reject(new Error('not asked for')),
    upgrade: async (sent) => {
      asked.push(sent);
      return {
        type: 'response',
        status,
        statusText: '',
        headers,
        discard: () => {},
        body: (async function* () {
          yield bytes(body);
        })(),
      };
    },
  };
}
