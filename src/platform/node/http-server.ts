/**
 * HTTP server: sockets to ApiRequests and WireResponses back, over HTTP/2 and HTTP/1.1 with TLS (or plain HTTP/1.1 for tests).
 *
 * The core stream API of node:http2 serves HTTP/2 (half the cost of its compatibility layer); HTTP/1.1 requests on the same port go
 * through node:http's objects. Bodies are bounded; answers are written as fast as the peer takes them and no faster.
 *
 * 1. A request's signal fires when its stream or socket is gone: watches and slow work end.
 * 2. Nothing of an answer is made before the peer took the former chunk.
 * 3. A failed upgrade closes the socket (CVE-2018-1002105).
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ApiRequest, Peer, RequestBody } from '#api/request.ts';
import type { WireHandler, WireResponse } from '#api/wire.ts';
import type { Logger } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { socketStream } from './socket-stream.ts';

/** Largest request body (upstream's 3 MiB). */
const bodyBound = 3 * 1024 * 1024;
/** Answers from this size on are gzipped for clients that take it (upstream: 128 KiB, level 1). */
const gzipFromBytes = 128 * 1024;
const compress = promisify(gzip);

export interface HttpServerConfig {
  readonly handler: WireHandler;
  readonly log: Logger;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absent: plain HTTP/1.1. */
  readonly tls?: TlsConfig;
}

export interface TlsConfig {
  readonly certificate: string;
  readonly key: string;
  /** Authorities whose client certificates identify callers; others are ignored, not refused. */
  readonly clientCa?: string;
}

export interface HttpServer {
  readonly port: number;
  /** Exchanges the certificate without closing connections. */
  setTls(tls: TlsConfig): void;
  /** No new connections; open ones are ended after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

export async function startHttpServer(config: HttpServerConfig): Promise<HttpServer> {
  const connections = new Set<Socket>();
  const { server, setTls } = config.tls ? secureServer(config, config.tls) : plainServer(config);
  server.on(config.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  return {
    port,
    setTls,
    close: (graceMs = 0) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const socket of connections) socket.destroy();
        }, graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

type Listener = { readonly server: Server | Http2SecureServer; readonly setTls: (tls: TlsConfig) => void };

function plainServer(config: HttpServerConfig): Listener {
  const server = createHttpServer({ keepAlive: true, requestTimeout: 0, headersTimeout: 32_000 });
  server.on('request', (request, response) => void serveHttp1(config, request, response));
  server.on('upgrade', (request, socket, head) => void serveUpgrade(config, request, socket, head));
  return { server, setTls: () => {} };
}

function secureServer(config: HttpServerConfig, tls: TlsConfig): Listener {
  const server = createSecureServer({
    ...contextOf(tls),
    allowHTTP1: true,
    requestCert: tls.clientCa !== undefined,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    // As upstream's Go server: 250 streams a connection, windows that a list does not have to wait for.
    settings: { maxConcurrentStreams: 250, initialWindowSize: 1024 * 1024, enableConnectProtocol: false },
    maxSessionMemory: 100,
  });
  server.on('session', (session) => session.setLocalWindowSize(4 * 1024 * 1024));
  server.on(
    'stream',
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void serveHttp2(config, stream, headers),
  );
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    // HTTP/2 requests were served by their stream; what comes by HTTP/1.1 is node:http's objects in disguise.
    if (request.httpVersionMajor === 1) {
      void serveHttp1(config, request as unknown as IncomingMessage, response as unknown as ServerResponse);
    }
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void serveUpgrade(config, request, socket, head);
  });
  server.on('tlsClientError', () => {});
  server.on('sessionError', () => {});
  return { server, setTls: (next) => server.setSecureContext(contextOf(next)) };
}

function contextOf({ certificate, key, clientCa }: TlsConfig): { cert: string; key: string; ca?: string } {
  return { cert: certificate, key, ...(clientCa === undefined ? {} : { ca: clientCa }) };
}

async function serveHttp2(
  config: HttpServerConfig,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  const aborted = new AbortController();
  stream.on('error', () => {});
  stream.once('close', () => aborted.abort(clientGone));
  const socket = stream.session?.socket;
  try {
    const body = await readBody(stream, headers);
    if (body === 'too-large') return void respondTooLarge2(stream);
    const request = requestOf(
      headers[':method'] ?? 'GET',
      headers[':path'] ?? '/',
      headers,
      body,
      peerOf(socket as TLSSocket | undefined),
      aborted.signal,
    );
    const response = await compressed(await config.handler(request), request);
    if (stream.destroyed) return closeChunks(response);
    if (response.type === 'upgrade') return void stream.respond({ ':status': 400 }, { endStream: true });
    const head = { ...response.headers, ':status': response.status };
    if (response.type === 'full') {
      if (request.method === 'HEAD') return void stream.respond(head, { endStream: true });
      stream.respond({ ...head, 'content-length': response.body.length });
      stream.end(response.body);
      return;
    }
    stream.respond(head);
    await writeChunks(response.chunks, stream);
  } catch (error) {
    failed(config, error, aborted.signal);
    if (!stream.destroyed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
}

async function serveHttp1(
  config: HttpServerConfig,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const aborted = new AbortController();
  outgoing.on('error', () => {});
  outgoing.once('close', () => aborted.abort(clientGone));
  try {
    const body = await readBody(incoming, incoming.headers);
    if (body === 'too-large') return respondTooLarge1(outgoing);
    const request = requestOf(
      incoming.method ?? 'GET',
      incoming.url ?? '/',
      incoming.headers,
      body,
      peerOf(incoming.socket as TLSSocket),
      aborted.signal,
    );
    const response = await compressed(await config.handler(request), request);
    if (outgoing.destroyed) return closeChunks(response);
    if (response.type === 'upgrade') {
      outgoing.writeHead(400, { 'content-type': 'text/plain' }).end('this path needs a connection upgrade\n');
      return;
    }
    if (response.type === 'full') {
      outgoing.writeHead(response.status, { ...response.headers, 'content-length': response.body.length });
      outgoing.end(request.method === 'HEAD' ? undefined : response.body);
      return;
    }
    outgoing.writeHead(response.status, response.headers);
    outgoing.flushHeaders();
    await writeChunks(response.chunks, outgoing);
  } catch (error) {
    failed(config, error, aborted.signal);
    outgoing.destroy();
  }
}

async function serveUpgrade(
  config: HttpServerConfig,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const aborted = new AbortController();
  socket.on('error', () => {});
  socket.once('close', () => aborted.abort(clientGone));
  try {
    const request = requestOf(
      incoming.method ?? 'GET',
      incoming.url ?? '/',
      incoming.headers,
      undefined,
      peerOf(incoming.socket as TLSSocket),
      aborted.signal,
    );
    const response = await config.handler(request);
    if (response.type === 'upgrade') {
      await response.upgrade(socketStream(socket, head));
      return;
    }
    // An answer instead of an upgrade: it ends the connection, so that nothing is smuggled behind it.
    const lines = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `HTTP/1.1 ${response.status} ${statusText(response.status)}\r\n${lines.join('')}connection: close\r\n\r\n`,
    );
    if (response.type === 'full') socket.write(response.body);
    else await writeChunks(response.chunks, socket);
    socket.end();
  } catch (error) {
    failed(config, error, aborted.signal);
    socket.destroy();
  }
}

function failed(config: HttpServerConfig, error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) config.log.warn('connection failed', { error: messageOf(error) });
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function requestOf(
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
function peerOf(socket: TLSSocket | undefined): Peer {
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
const clientGone = new Error('the client has gone, or has its answer');

/** Undefined when there is none. Reads at most the bound. */
async function readBody(
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

const tooLargeBody = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `Request entity is too large: limit is ${bodyBound}`,
  reason: 'RequestEntityTooLarge',
  code: 413,
});

function respondTooLarge1(outgoing: ServerResponse): void {
  outgoing.writeHead(413, { 'content-type': 'application/json', connection: 'close' }).end(tooLargeBody);
}

function respondTooLarge2(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 413, 'content-type': 'application/json' });
  stream.end(tooLargeBody);
}

async function compressed(response: WireResponse, request: ApiRequest): Promise<WireResponse> {
  if (response.type === 'upgrade' || !response.compressible) return response;
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return response;
  const headers = { ...response.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
  if (response.type === 'full') {
    if (response.body.length < gzipFromBytes) return response;
    return { ...response, headers, body: await compress(response.body, { level: 1 }) };
  }
  return { type: 'stream', status: response.status, headers, chunks: gzipChunks(response.chunks), compressible: false };
}

/** Each chunk is a gzip member of its own: members may follow each other (RFC 1952), and no stream state is held. */
async function* gzipChunks(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield await compress(chunk, { level: 1 });
}

/** What answers are written to: an HTTP/2 stream, an HTTP/1.1 response, an upgraded socket. */
interface Sink extends NodeJS.EventEmitter {
  readonly destroyed: boolean;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
}

/** Writes and ends; resolves when all was taken. Stops, and tells the source, when the peer is gone. */
async function writeChunks(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
  for await (const chunk of chunks) {
    if (sink.destroyed) return;
    if (!sink.write(chunk)) await drained(sink);
  }
  sink.end();
}

function drained(sink: Sink): Promise<void> {
  if (sink.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      sink.off('drain', done);
      sink.off('close', done);
      resolve();
    };
    sink.once('drain', done);
    sink.once('close', done);
  });
}

/** The client left before the answer began: whoever makes it must know. */
function closeChunks(response: WireResponse): void {
  if (response.type !== 'stream') return;
  const { chunks } = response;
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : undefined;
  void iterator?.return?.();
}

function statusText(status: number): string {
  return status === 403 ? 'Forbidden' : status === 404 ? 'Not Found' : status === 401 ? 'Unauthorized' : 'Response';
}
