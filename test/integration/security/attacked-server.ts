/** An API server behind TLS that loses patience soon, and a user of it who must not notice what others do to it. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import type { Logger } from '#base/env.ts';
import { certificateFile, ensurePki, keyFile } from '#cluster/pki/authority.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import type { HttpBounds } from '#platform/node/http-bounds.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { createMemoryStore } from '#store/revision-store.ts';

/** Short, so that tests are; their order is that of the real ones. */
export const bounds: HttpBounds = { headMs: 400, idleMs: 900, stalledMs: 800, answerMs: 4000, unwantedBodyMs: 200 };

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface AttackedServer {
  readonly port: number;
  /** Requests that got as far as to be asked who they are from. */
  readonly asked: () => number;
  /** Of a user with a certificate, over a connection of its own. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** That user's requests, one after another while the attack goes on: all have to be answered well. */
  readonly servesDuring: (attack: () => Promise<unknown>) => Promise<number>;
  readonly close: () => Promise<void>;
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export async function startAttackedServer(): Promise<AttackedServer> {
  const env = { ...createNodeEnv({ component: 'test' }), log: silent };
  const store = createMemoryStore(env);
  const schemas = new SchemaRegistry(builtinTables);
  let asked = 0;
  const server = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    authenticate: ({ peer, headers }) => {
      asked++;
      if (headers.authorization === 'Bearer known') return { username: 'known', groups: [] };
      return peer.certificate && { username: peer.certificate.commonName, groups: [] };
    },
    authorize: () => allowed,
  });
  await server.ready();
  const pki = mkdtempSync(join(tmpdir(), 'kubets-attacked-'));
  const certificate = { authority: 'ca', organizations: [], dnsNames: ['localhost'], addresses: [] } as const;
  await ensurePki(
    pki,
    [
      { ...certificate, name: 'server', commonName: 'server', use: 'server', addresses: ['127.0.0.1'] },
      { ...certificate, name: 'user', commonName: 'user', use: 'client' },
    ],
    Date.now(),
  );
  const read = (file: string) => readFileSync(file, 'utf8');
  const http = await startHttpServer({
    handler: server.wire,
    log: silent,
    host: '127.0.0.1',
    port: 0,
    bounds,
    tls: {
      certificate: read(certificateFile(pki, 'server')),
      key: read(keyFile(pki, 'server')),
      clientCa: read(certificateFile(pki, 'ca')),
    },
  });
  const user = {
    ca: read(certificateFile(pki, 'ca')),
    cert: read(certificateFile(pki, 'user')),
    key: read(keyFile(pki, 'user')),
  };
  let session: ClientHttp2Session | undefined;
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> => {
    if (!session || session.destroyed || session.closed) {
      session = connect(`https://127.0.0.1:${http.port}`, user);
      session.on('error', () => {});
    }
    const stream = session.request({ ':method': method, ':path': path, 'content-type': 'application/json' });
    return new Promise((resolve, reject) => {
      let status = 0;
      let text = '';
      stream.setEncoding('utf8');
      stream.on('response', (headers) => {
        status = headers[':status'] ?? 0;
      });
      stream.on('data', (part: string) => {
        text += part;
      });
      stream.on('end', () => resolve({ status, body: text }));
      stream.on('error', reject);
      stream.end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
  assert.equal((await ask('POST', '/api/v1/namespaces', { metadata: { name: 'default' } })).status, 201);
  const servesDuring = async (attack: () => Promise<unknown>): Promise<number> => {
    let over = false;
    const attacking = attack().finally(() => {
      over = true;
    });
    let served = 0;
    do {
      const { status } = await ask('GET', '/api/v1/namespaces/default');
      assert.equal(status, 200, `request ${served} of the other user`);
      served++;
    } while (!over);
    await attacking;
    return served;
  };
  return {
    port: http.port,
    asked: () => asked,
    ask,
    servesDuring,
    close: async () => {
      session?.destroy();
      await server.close();
      await http.close();
      await store.close();
      rmSync(pki, { recursive: true });
    },
  };
}
