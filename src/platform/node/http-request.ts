/** From Node's request to ApiRequest: what was asked, by whom, and a body within bounds. */

import type { IncomingMessage } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { ApiRequest, Peer, RequestBody } from '#api/request.ts';

/** Largest request body (upstream's 3 MiB). */
export const bodyBound = 3 * 1024 * 1024;

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function requestOf(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  bytes: Uint8Array | undefined,
  peer: Peer,
  signal: AbortSignal,
): ApiRequest {
  const mark = url.indexOf('?');
  const body: RequestBody | undefined = bytes && { type: 'bytes', bytes, contentType: headers['content-type'] ?? '' };
  return {
    // Methods that no path has answer like OPTIONS: 405.
    method: (methods.has(method) ? method : 'OPTIONS') as ApiRequest['method'],
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: plainHeaders(headers),
    ...(body ? { body } : {}),
    peer,
    signal,
  };
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const plain: Record<string, string | undefined> = {};
  for (const name in headers) {
    const value = headers[name];
    plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

const peers = new WeakMap<Socket, Peer>();

/** The same connection is the same peer: its certificate is read once. */
export function peerOf(socket: TLSSocket | undefined): Peer {
  if (!socket) return { address: '' };
  let peer = peers.get(socket);
  if (!peer) {
    const certificate = socket.authorized ? certificateOf(socket.getPeerCertificate()) : undefined;
    peer = { address: socket.remoteAddress ?? '', ...(certificate ? { certificate } : {}) };
    peers.set(socket, peer);
  }
  return peer;
}

function certificateOf(certificate: PeerCertificate): Peer['certificate'] {
  const { CN: commonName, O: organization } = (certificate.subject ?? {}) as { CN?: string; O?: string | string[] };
  if (!commonName) return undefined;
  const organizations = organization === undefined ? [] : Array.isArray(organization) ? organization : [organization];
  return { commonName, organizations, fingerprint: certificate.fingerprint256 };
}

/** Why a request's signal fired. One object: an error made for every request would cost more than most requests. */
export const clientGone = new Error('the client has gone, or has its answer');

/** Undefined when there is none. Reads at most the bound. */
export async function readBody(
  stream: ServerHttp2Stream | IncomingMessage,
  headers: IncomingHttpHeaders,
): Promise<Uint8Array | undefined | 'too-large'> {
  if (Number(headers['content-length'] ?? 0) > bodyBound) return 'too-large';
  const parts: Buffer[] = [];
  let size = 0;
  const method = 'method' in stream ? stream.method : headers[':method'];
  if (method === 'GET' || method === 'HEAD') {
    stream.resume();
    return undefined;
  }
  return new Promise((resolve, reject) => {
    stream.on('data', (part: Buffer) => {
      size += part.length;
      if (size > bodyBound) {
        stream.removeAllListeners('data');
        stream.resume();
        resolve('too-large');
      } else parts.push(part);
    });
    const onClose = () => reject(clientGone);
    stream.once('end', () => {
      stream.off('close', onClose);
      resolve(size === 0 ? undefined : parts.length === 1 ? parts[0] : Buffer.concat(parts));
    });
    stream.once('error', reject);
    stream.once('close', onClose);
  });
}
