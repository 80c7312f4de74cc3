/** Backend over node:http and node:https. */

import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { type Backend, BackendError, type BackendRequest, type BackendResponse } from '#api/streaming/backend.ts';
import { writeChunks } from './http-answer.ts';
import { Agent as HttpAgent, request as httpRequest } from './http-module.ts';
import { socketStream } from './socket-stream.ts';

export interface BackendOptions {
  /** Certificate authority, client certificate and key for https. */
  readonly tls?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;
  /** Name that the backend's certificate must be for, where addresses are called. */
  readonly serverName?: string;
  /** The backend's certificate is not verified: proxied pods have whichever they like. */
  readonly insecureSkipTlsVerify?: boolean;
  /** Connections kept open for further requests, per host. 16 unless told. */
  readonly maxIdleConnections?: number;
}

/** Time to reach a backend and complete TLS. */
const connectTimeoutMs = 10_000;

export function createNodeBackend(options: BackendOptions = {}): Backend & { close(): void } {
  const pool = { keepAlive: true, maxFreeSockets: options.maxIdleConnections ?? 16, timeout: 90_000 };
  const tls = {
    ...options.tls,
    ...(options.serverName === undefined ? {} : { servername: options.serverName }),
    rejectUnauthorized: options.insecureSkipTlsVerify !== true,
    ALPNProtocols: ['http/1.1'],
  };
  const httpAgent = new HttpAgent(pool);
  const httpsAgent = new HttpsAgent({ ...pool, ...tls });

  const start = (request: BackendRequest, own: boolean) => {
    const { url } = request;
    const secure = url.protocol === 'https:';
    const settings: RequestOptions = {
      method: request.method,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || (secure ? 443 : 80),
      path: url.pathname + url.search,
      headers: request.headers as Record<string, string | string[]>,
      signal: request.signal,
      // A connection that is to change protocol is nobody else's.
      agent: own ? false : secure ? httpsAgent : httpAgent,
      setHost: !('host' in request.headers),
    };
    const sent = secure ? httpsRequest({ ...settings, ...(own ? tls : {}) }) : httpRequest(settings);
    sent.on('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => sent.destroy(new Error(`dial tcp ${url.host}: i/o timeout`)), connectTimeoutMs);
      const clear = () => clearTimeout(timer);
      socket.once(secure ? 'secureConnect' : 'connect', clear);
      socket.once('close', clear);
      socket.setKeepAlive(true, 30_000);
      socket.setNoDelay(true);
    });
    return sent;
  };

  const failed = (error: unknown) => new BackendError(goMessage(error), { cause: error });

  const send = (request: BackendRequest, again = true): Promise<BackendResponse> =>
    new Promise((resolve, reject) => {
      const sent = start(request, false);
      sent.on('response', (response) => resolve(answer(response)));
      sent.on('error', (error) => {
        // A kept connection that the backend closed at this very moment says nothing about the backend.
        const stale = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (stale && again && !request.body && (request.method === 'GET' || request.method === 'HEAD'))
          send(request, false).then(resolve, reject);
        else reject(failed(error));
      });
      end(sent, request.body);
    });

  return {
    request: (request) => send(request),
    upgrade: (request) =>
      new Promise((resolve, reject) => {
        const sent = start(request, true);
        sent.on('upgrade', (response, socket, head) => {
          socket.setTimeout(0);
          const connection = socketStream(socket, head);
          // The request is over for Node; its signal goes on to mean this connection.
          const abort = () => connection.destroy(request.signal.reason ?? new Error('aborted'));
          if (request.signal.aborted) abort();
          request.signal.addEventListener('abort', abort, { once: true });
          socket.once('close', () => request.signal.removeEventListener('abort', abort));
          resolve({ type: 'upgraded', headers: pairs(response), connection });
        });
        sent.on('response', (response) => resolve({ type: 'response', ...answer(response) }));
        sent.on('error', (error) => reject(failed(error)));
        end(sent, request.body);
      }),
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** A body that breaks off breaks the request off. */
function end(sent: ClientRequest, body: BackendRequest['body']): void {
  if (body === undefined || body instanceof Uint8Array) sent.end(body);
  else
    writeChunks(body, sent).catch((error: unknown) => {
      sent.destroy(error instanceof Error ? error : new Error(String(error)));
    });
}

function answer(response: IncomingMessage): BackendResponse {
  response.on('error', () => {
    // The reader of the body learns of it.
  });
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers: pairs(response),
    body: response,
    discard: () => response.destroy(),
  };
}

/** The words of Go's net package, which clients and people know: 'dial tcp 10.0.0.7:10250: connect: connection refused'. */
export function goMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first] = error instanceof AggregateError ? error.errors : [error];
  const { code, syscall, address, port } = first as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EPROTO' && error.message.includes('wrong version number'))
    return 'tls: first record does not look like a TLS handshake';
  const reason = code === undefined ? undefined : dialReasons[code];
  if (syscall !== 'connect' || reason === undefined || address === undefined) return error.message;
  return `dial tcp ${address.includes(':') ? `[${address}]` : address}:${port}: ${reason}`;
}

const dialReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'connect: connection timed out',
};

function pairs(response: IncomingMessage): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) {
    found.push([(response.rawHeaders[i] ?? '').toLowerCase(), response.rawHeaders[i + 1] ?? '']);
  }
  return found;
}
