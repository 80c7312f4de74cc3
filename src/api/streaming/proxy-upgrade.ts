/**
 * Proxied upgrades: a client's request to change protocol goes to a backend, and when that agrees, bytes go both ways untouched
 * (apimachinery util/proxy UpgradeAwareHandler).
 *
 * Invariants:
 * 1. The client gets 101 only after the backend has said 101.
 * 2. A refusal (4xx, 5xx) is handed on and the client's connection closed; anything else, redirects above all, is an error of
 *    the backend's (CVE-2018-1002105, CVE-2020-8559).
 * 3. The client's credentials never reach the backend.
 */

import { newInternalError } from '../errors.ts';
import type { ApiRequest, ApiResponse, Headers } from '../request.ts';
import { type Backend, type BackendResponse, dialUpgrade } from './backend.ts';
import { type ByteStream, collect, splice } from './byte-stream.ts';
import { withoutBearerProtocol } from './web-socket.ts';

/** Bytes of a backend's refusal that are handed on. */
const maxRefusalBytes = 1 << 20;

const notForwarded = new Set(['authorization', 'host', 'content-length', 'transfer-encoding']);
const notForwardedPrefixes = ['impersonate-', 'x-remote-'];

/** The request's headers for a backend: without credentials, identities and what belongs to this connection. */
export function forwardedHeaders(request: ApiRequest): Record<string, string | readonly string[]> {
  const forwarded: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    if (notForwarded.has(name) || notForwardedPrefixes.some((prefix) => name.startsWith(prefix))) continue;
    forwarded[name] = value;
  }
  // Old runtimes (before Kubernetes 1.26's libraries) do not split a line of several versions.
  const versions = request.headers['x-stream-protocol-version'];
  if (versions?.includes(','))
    forwarded['x-stream-protocol-version'] = versions.split(',').map((version) => version.trim());
  if (forwarded['sec-websocket-protocol'] !== undefined) {
    const protocols = withoutBearerProtocol(request.headers);
    if (protocols.length > 0) forwarded['sec-websocket-protocol'] = protocols.join(', ');
    else delete forwarded['sec-websocket-protocol'];
  }
  const previous = request.headers['x-forwarded-for'];
  forwarded['x-forwarded-for'] = previous ? `${previous}, ${request.peer.address}` : request.peer.address;
  return forwarded;
}

/** Proxies an upgrade request to `url`. */
export async function proxyUpgrade(
  request: ApiRequest,
  url: URL,
  backend: Backend,
  headers = forwardedHeaders(request),
): Promise<ApiResponse> {
  const answer = await dialUpgrade(backend, { method: request.method, url, headers, signal: request.signal });
  if (answer.type === 'response') return refusal(answer);
  return {
    type: 'upgrade',
    upgrade: async (connection) => {
      await connection.write(switchingProtocols(answer.headers));
      await splice(connection, answer.connection);
    },
  };
}

/** What a client is told of an upgrade that the backend refused. */
export async function refusal(answer: BackendResponse): Promise<ApiResponse> {
  if (answer.status < 400) {
    answer.discard();
    throw newInternalError(`invalid upgrade response: status code ${answer.status}`);
  }
  const kept: Record<string, string> = {};
  for (const [name, value] of answer.headers) {
    if (!hopByHop.has(name)) kept[name] = value;
  }
  return {
    type: 'bytes',
    status: answer.status,
    contentType: kept['content-type'] ?? 'text/plain',
    body: (await collect(answer.body, maxRefusalBytes)) ?? new Uint8Array(),
    headers: { ...kept, connection: 'close' },
  };
}

export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
]);

/** What a backend allows to pages of other origins holds for its own address, not for the proxy's. */
export const corsHeaders: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
]);

function switchingProtocols(headers: readonly (readonly [string, string])[]): Uint8Array {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return new TextEncoder().encode(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\n`);
}

/** The head of an upgrade that we answer ourselves. */
export function writeSwitchingProtocols(connection: ByteStream, headers: Headers): Promise<void> {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return connection.write(switchingProtocols(pairs));
}
