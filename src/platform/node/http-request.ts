/** From Node's request to ApiRequest: what was asked, by whom, and a body within bounds. */

import type { Socket } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { newRequestEntityTooLarge, type StatusError } from '#api/errors.ts';
import type { ApiRequest, Headers, Peer, RequestBody } from '#api/request.ts';
import type { WireHandler } from '#api/wire.ts';
import type { Logger } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { HttpBounds } from './http-bounds.ts';

/** What serving a request needs; trust changes with the certificates. */
export interface Serving {
  readonly handler: WireHandler;
  readonly log: Logger;
  readonly bounds: HttpBounds;
  readonly trust: () => PeerTrust | undefined;
  /** Paths whose bodies are handed on as they come when they are long or of unknown length. Asked for such bodies only. */
  readonly streamsBody?: (path: string) => boolean;
}

export function failed({ log }: Serving, error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) log.warn('connection failed', { error: messageOf(error) });
}

/** Largest request body (upstream's 3 MiB). */
export const bodyBound = 3 * 1024 * 1024;

/** Of most requests; nobody changes a request. */
const noQuery = new URLSearchParams();

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function requestOf(
  method: string,
  url: string,
  headers: Headers,
  rawHeaders: readonly string[],
  content: Pick<ApiRequest, 'receive' | 'bodyStream'>,
  peer: Peer,
  end: AbortController,
): ApiRequest {
  const mark = url.indexOf('?');
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  return {
    // What the API does not know is refused like TRACE, which it knows and has nowhere.
    method: (methods.has(method) ? method : 'TRACE') as ApiRequest['method'],
    path: mark < 0 ? url : url.slice(0, mark),
    query: rawQuery === '' ? noQuery : new URLSearchParams(rawQuery),
    rawQuery,
    headers,
    rawHeaders,
    ...content,
    peer,
    signal: end.signal,
    abandon: (reason) => end.abort(reason),
  };
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

/** A request's body as its transport has it. */
export interface IncomingBody {
  /** content-length; undefined when the peer does not say. */
  readonly length: number | undefined;
  /** There is none. */
  readonly isEmpty: boolean;
  /** As it comes. Who does not take all of it keeps the connection: the answer is still to go there. */
  stream(): AsyncIterable<Uint8Array>;
  /**
   * All of it, in parts; a promise where it is not there yet. Rejects when the peer or `signal` ends it before; calls `onPart` for each part
   * that it waited for, which may throw to stop.
   */
  receive(signal: AbortSignal, onPart: (size: number) => void): Parts | Promise<Parts>;
}

type Parts = readonly Uint8Array[];

/** How a handler gets the body: as a whole when it asks for it, or as it comes where it is handed on. */
export function contentOf(
  { streamsBody }: Serving,
  method: string,
  url: string,
  contentType: string,
  body: IncomingBody,
  signal: AbortSignal,
): Pick<ApiRequest, 'receive' | 'bodyStream'> {
  const isUnbounded = body.length === undefined ? !body.isEmpty : body.length > bodyBound;
  if (isUnbounded && streamsBody?.(url.split('?', 1)[0] ?? '')) return { bodyStream: body.stream() };
  if (method === 'GET' || method === 'HEAD') return {};
  return { receive: () => receiveBody(body, contentType, signal) };
}

/** Holds at most the bound, and nothing any more when the signal fires: the client is gone, or its time is up. */
function receiveBody(
  body: IncomingBody,
  contentType: string,
  signal: AbortSignal,
): ReturnType<NonNullable<ApiRequest['receive']>> {
  if (signal.aborted) throw clientGone;
  if ((body.length ?? 0) > bodyBound) throw tooLarge();
  let size = 0;
  const parts = body.receive(signal, (more) => {
    size += more;
    if (size > bodyBound) throw tooLarge();
  });
  return parts instanceof Promise ? parts.then((all) => joined(all, contentType)) : joined(parts, contentType);
}

function joined(parts: Parts, contentType: string): RequestBody | undefined {
  const [first] = parts;
  const bytes = parts.length === 1 && first ? first : Buffer.concat(parts);
  if (bytes.length > bodyBound) throw tooLarge();
  return bytes.length > 0 ? { type: 'bytes', bytes, contentType } : undefined;
}

function tooLarge(): StatusError {
  return newRequestEntityTooLarge(`limit is ${bodyBound}`);
}
