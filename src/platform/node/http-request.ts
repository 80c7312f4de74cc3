/** From Node's request to ApiRequest: what was asked, by whom, and a body within bounds. */

import type { IncomingMessage } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { newRequestEntityTooLarge } from '#api/errors.ts';
import type { ApiRequest, Peer, RequestBody } from '#api/request.ts';

/** Largest request body (upstream's 3 MiB). */
export const bodyBound = 3 * 1024 * 1024;

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function requestOf(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  content: Pick<ApiRequest, 'receive' | 'bodyStream'>,
  peer: Peer,
  end: AbortController,
): ApiRequest {
  const mark = url.indexOf('?');
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  return {
    // Methods that no path has answer like OPTIONS: 405.
    method: (methods.has(method) ? method : 'OPTIONS') as ApiRequest['method'],
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers: plainHeaders(headers),
    rawHeaders,
    ...content,
    peer,
    signal: end.signal,
    abandon: (reason) => end.abort(reason),
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

/** SHA-256 fingerprints of the authorities that identify users, and of those that identify front proxies. */
export interface PeerTrust {
  readonly users: ReadonlySet<string>;
  readonly frontProxies: ReadonlySet<string>;
}

const peers = new WeakMap<Socket, Peer>();

/** The same connection is the same peer: its certificate is read once. */
export function peerOf(socket: TLSSocket | undefined, trust: PeerTrust | undefined): Peer {
  if (!socket) return { address: '' };
  let peer = peers.get(socket);
  if (!peer) {
    const identity = socket.authorized && trust ? identityOf(socket.getPeerCertificate(true), trust) : {};
    // Sockets that listen on both families name IPv4 peers so.
    peer = { address: (socket.remoteAddress ?? '').replace(/^::ffff:(?=[\d.]+$)/, ''), ...identity };
    peers.set(socket, peer);
  }
  return peer;
}

/** Attribute of the subject that holds a user's uid (upstream: asn1util.X509UID). */
const uidAttribute = '1.3.6.1.4.1.57683.2';

/** The transport has verified that one of all authorities signed it; which of them says what the certificate is good for. */
function identityOf(certificate: DetailedPeerCertificate, trust: PeerTrust): Pick<Peer, 'certificate' | 'frontProxy'> {
  const subject: Readonly<Record<string, string | string[] | undefined>> = { ...certificate.subject };
  const commonName = listOf(subject['CN']).at(-1);
  if (!commonName) return {};
  const uids = listOf(subject[uidAttribute]);
  const root = trust.frontProxies.size > 0 ? rootOf(certificate).fingerprint256 : undefined;
  const isUser = (root === undefined || trust.users.has(root)) && uids.length <= 1 && uids[0] !== '';
  return {
    ...(isUser
      ? {
          certificate: {
            commonName,
            organizations: listOf(subject['O']),
            fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
            validUntilMs: Date.parse(certificate.valid_to),
            ...(uids[0] === undefined ? {} : { uid: uids[0] }),
          },
        }
      : {}),
    ...(root !== undefined && trust.frontProxies.has(root) ? { frontProxy: { commonName } } : {}),
  };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function rootOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate {
  let current = certificate;
  while (current.issuerCertificate && current.issuerCertificate !== current) current = current.issuerCertificate;
  return current;
}

/** Why a request's signal fired. One object: an error made for every request would cost more than most requests. */
export const clientGone = new Error('the client has gone, or has its answer');

/** The body is longer than the bound, or does not say how long it is. */
export function isUnbounded(stream: ServerHttp2Stream | IncomingMessage, headers: IncomingHttpHeaders): boolean {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length) > bodyBound;
  return 'endAfterHeaders' in stream ? !stream.endAfterHeaders : headers['transfer-encoding'] !== undefined;
}

/** The body as it comes. Who does not take all of it keeps the connection: the answer is still to go there. */
export function bodyStream(stream: ServerHttp2Stream | IncomingMessage): AsyncIterable<Uint8Array> {
  return stream.iterator({ destroyOnReturn: false });
}

/** How the body of a request is received; methods that have none say nothing. */
export function receiverOf(
  method: string,
  stream: ServerHttp2Stream | IncomingMessage,
  headers: IncomingHttpHeaders,
  signal: AbortSignal,
): Pick<ApiRequest, 'receive'> {
  if (method === 'GET' || method === 'HEAD') {
    stream.resume();
    return {};
  }
  return { receive: () => receiveBody(stream, headers, signal) };
}

/** Holds at most the bound, and nothing any more when the signal fires: the client is gone, or its time is up. */
function receiveBody(
  stream: ServerHttp2Stream | IncomingMessage,
  headers: IncomingHttpHeaders,
  signal: AbortSignal,
): Promise<RequestBody | undefined> {
  const tooLarge = () => newRequestEntityTooLarge(`limit is ${bodyBound}`);
  if (Number(headers['content-length'] ?? 0) > bodyBound) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const stop = () => {
      stream.off('data', onData);
      stream.off('end', onEnd);
      signal.removeEventListener('abort', onGone);
      stream.pause();
    };
    const onData = (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size <= bodyBound) return;
      stop();
      reject(tooLarge());
    };
    const onEnd = () => {
      signal.removeEventListener('abort', onGone);
      if (size === 0) return resolve(undefined);
      const [first] = parts;
      const bytes = parts.length === 1 && first ? first : Buffer.concat(parts);
      resolve({ type: 'bytes', bytes, contentType: headers['content-type'] ?? '' });
    };
    const onGone = () => {
      stop();
      reject(clientGone);
    };
    if (signal.aborted) return reject(clientGone);
    signal.addEventListener('abort', onGone, { once: true });
    stream.on('data', onData);
    stream.once('end', onEnd);
    stream.once('error', reject);
  });
}
