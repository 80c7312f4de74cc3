/** A KMS v2 plugin for tests: a gRPC server on a unix socket whose key can be replaced, and which can be made to fail. */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { decodeMessage, encodeMessage } from '#platform/node/grpc/proto-codec.ts';
import { parseProto } from '#platform/node/grpc/proto-schema.ts';

export interface KmsPlugin {
  /** Seeds are encrypted with the newest key; all decrypt. */
  rotate(keyId: string): void;
  healthz: string;
  readonly calls: { status: number; encrypt: number; decrypt: number };
  close(): Promise<void>;
}

export async function startKmsPlugin(socket: string, firstKeyId: string): Promise<KmsPlugin> {
  const proto = readFileSync(new URL('../../../src/platform/node/encryption/kms-v2.proto', import.meta.url), 'utf8');
  const service = parseProto(proto).get('v2.KeyManagementService');
  const keys = new Map<string, Buffer>();
  let current = '';
  const calls = { status: 0, encrypt: 0, decrypt: 0 };
  const rotate = (keyId: string) => {
    if (!keys.has(keyId)) keys.set(keyId, randomBytes(32));
    current = keyId;
  };
  rotate(firstKeyId);
  const handlers: Readonly<Record<string, (request: Readonly<Record<string, unknown>>) => object>> = {
    Status: () => {
      calls.status++;
      return { version: 'v2', healthz: plugin.healthz, keyId: current };
    },
    Encrypt: ({ plaintext }) => {
      calls.encrypt++;
      const iv = randomBytes(16);
      const cipher = createCipheriv('aes-256-cbc', keys.get(current) ?? Buffer.alloc(32), iv);
      const ciphertext = Buffer.concat([iv, cipher.update(plaintext as Uint8Array), cipher.final()]);
      return { ciphertext, keyId: current, annotations: { 'version.example.com': Buffer.from('1') } };
    },
    Decrypt: ({ ciphertext, keyId, annotations }) => {
      calls.decrypt++;
      const key = keys.get(String(keyId));
      const sealed = ciphertext as Buffer;
      if (!key || !(annotations as Record<string, unknown>)['version.example.com']) throw new Error(`no key ${keyId}`);
      const decipher = createDecipheriv('aes-256-cbc', key, sealed.subarray(0, 16));
      return { plaintext: Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]) };
    },
  };
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', async (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    const name = String(headers[':path']).split('/').pop() ?? '';
    const method = service?.methods.get(name);
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    try {
      if (!method) throw new Error(`no method ${name}`);
      const request = decodeMessage(method.request, Buffer.concat(chunks).subarray(5));
      const answer = encodeMessage(method.response, handlers[name]?.(request) ?? {});
      const head = Buffer.alloc(5);
      head.writeUInt32BE(answer.length, 1);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.concat([head, answer]));
    } catch (error) {
      const message = encodeURIComponent(error instanceof Error ? error.message : String(error));
      stream.respond({ ':status': 200, 'grpc-status': '2', 'grpc-message': message }, { endStream: true });
    }
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const plugin: KmsPlugin = {
    rotate,
    healthz: 'ok',
    calls,
    close: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return plugin;
}
