/**
 * HTTP server: sockets to ApiRequests and WireResponses back, over HTTP/2 and HTTP/1.1 with TLS (or plain HTTP/1.1 for tests).
 *
 * The core stream API of node:http2 serves HTTP/2 (half the cost of its compatibility layer); HTTP/1.1 requests on the same port go
 * through node:http's objects. Bodies are bounded; answers are written as fast as the peer takes them and no faster.
 *
 * 1. A request's signal fires when its stream or socket is gone: watches and slow work end.
 * 2. Nothing of an answer is made before the peer took the former chunk.
 * 3. A failed upgrade closes the socket (CVE-2018-1002105).
 * 4. A body stays with the peer until the handler asks for it; a peer that is too slow is cut off (http-bounds.ts).
 * 5. A connection whose caller is unknown (401) gets GOAWAY: it cannot go on opening streams (CVE-2023-44487).
 */

import { X509Certificate } from 'node:crypto';
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { WireHandler } from '#api/wire.ts';
import type { Logger } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { type AnswerBounds, closeChunks, compressed, writeBody, writeChunks } from './http-answer.ts';
import { type HttpBounds, headBound, httpBounds } from './http-bounds.ts';
import { createServer as createHttpServer } from './http-module.ts';
import { bodyStream, clientGone, isUnbounded, type PeerTrust, peerOf, receiverOf, requestOf } from './http-request.ts';
import { socketStream } from './socket-stream.ts';

export interface HttpServerConfig {
  readonly handler: WireHandler;
  readonly log: Logger;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absent: plain HTTP/1.1. */
  readonly tls?: TlsConfig;
  /** Paths whose bodies are handed on as they come when they are long or of unknown length. Asked for such bodies only. */
  readonly streamsBody?: (path: string) => boolean;
  /** Absent: as upstream's. */
  readonly bounds?: HttpBounds;
}

export interface TlsConfig {
  readonly certificate: string;
  readonly key: string;
  /** Authorities whose client certificates identify callers; others are ignored, not refused. */
  readonly clientCa?: string;
  /** Authorities of front proxies: their certificates let headers say who a request is from. */
  readonly requestHeaderCa?: string | undefined;
}

export interface HttpServer {
  readonly port: number;
  /** Exchanges the certificate without closing connections. */
  setTls(tls: TlsConfig): void;
  /** No new connections, and no new requests on those that are open. */
  stopListening(): void;
  /** The same, and ends connections: idle ones at once, others when their answers are out, all after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

export async function startHttpServer(config: HttpServerConfig): Promise<HttpServer> {
  const connections = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const { server, setTls } = config.tls ? secureServer(config, config.tls) : plainServer(config);
  server.on(config.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => connections.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  let closed: Promise<void> | undefined;
  const stopListening = (): Promise<void> => {
    closed ??= new Promise((resolve) => server.close(() => resolve()));
    // GOAWAY: streams that are open go on.
    for (const session of sessions) session.close();
    return closed;
  };
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
    stopListening: () => void stopListening(),
    close: async (graceMs = 0) => {
      const all = stopListening();
      for (const socket of connections) if (idleSockets.has(socket)) socket.destroy();
      const timer = setTimeout(() => {
        for (const socket of connections) socket.destroy();
      }, graceMs);
      await all;
      clearTimeout(timer);
    },
  };
}

/** Connections of HTTP/1.1 that wait for their next request. */
const idleSockets = new WeakSet<Socket>();
/** What serving a request needs; trust changes with the certificates. */
type Serving = Pick<HttpServerConfig, 'handler' | 'log' | 'streamsBody'> & {
  readonly bounds: HttpBounds;
  readonly trust: () => PeerTrust | undefined;
};

type Listener = { readonly server: Server | Http2SecureServer; readonly setTls: (tls: TlsConfig) => void };

/** Of HTTP/1.1; how long a body may take is the handler's to say. */
function http1Options({ headMs, idleMs }: HttpBounds): ServerOptions {
  return {
    keepAlive: true,
    requestTimeout: 0,
    headersTimeout: headMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: Math.min(headMs, 5000),
    maxHeaderSize: headBound,
  };
}

function plainServer(config: HttpServerConfig): Listener {
  const bounds = config.bounds ?? httpBounds;
  const serving: Serving = { ...config, bounds, trust: () => undefined };
  const server = createHttpServer(http1Options(bounds));
  server.on('request', (request, response) => void serveHttp1(serving, request, response));
  server.on('upgrade', (request, socket, head) => void serveUpgrade(serving, request, socket, head));
  return { server, setTls: () => {} };
}

function secureServer(config: HttpServerConfig, tls: TlsConfig): Listener {
  let trust = trustOf(tls);
  const bounds = config.bounds ?? httpBounds;
  const serving: Serving = { ...config, bounds, trust: () => trust };
  const server = createSecureServer({
    ...contextOf(tls),
    ...http1Options(bounds),
    allowHTTP1: true,
    handshakeTimeout: bounds.headMs,
    requestCert: tls.clientCa !== undefined || tls.requestHeaderCa !== undefined,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    // As upstream's Go server: 250 streams a connection, windows that a list does not have to wait for.
    settings: {
      maxConcurrentStreams: 250,
      initialWindowSize: 1024 * 1024,
      maxHeaderListSize: headBound,
      enableConnectProtocol: false,
    },
    maxSessionMemory: 100,
  });
  server.on('session', (session) => {
    session.setLocalWindowSize(4 * 1024 * 1024);
    session.setTimeout(bounds.idleMs, () => endIdle(session));
  });
  server.on(
    'stream',
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _: number, rawHeaders: string[]) =>
      void serveHttp2(serving, stream, headers, rawHeaders),
  );
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    // HTTP/2 requests were served by their stream; what comes by HTTP/1.1 is node:http's objects in disguise.
    if (request.httpVersionMajor === 1) {
      void serveHttp1(serving, request as unknown as IncomingMessage, response as unknown as ServerResponse);
    }
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void serveUpgrade(serving, request, socket, head);
  });
  server.on('tlsClientError', () => {});
  server.on('sessionError', () => {});
  const setTls = (next: TlsConfig) => {
    trust = trustOf(next);
    server.setSecureContext(contextOf(next));
  };
  return { server, setTls };
}

function contextOf({ certificate, key, clientCa, requestHeaderCa }: TlsConfig): {
  cert: string;
  key: string;
  ca?: string[];
} {
  const ca = [clientCa, requestHeaderCa].filter((pem) => pem !== undefined);
  return { cert: certificate, key, ...(ca.length === 0 ? {} : { ca }) };
}

function trustOf({ clientCa, requestHeaderCa }: TlsConfig): PeerTrust {
  return { users: fingerprints(clientCa), frontProxies: fingerprints(requestHeaderCa) };
}

function fingerprints(pem: string | undefined): ReadonlySet<string> {
  const blocks = pem?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return new Set(blocks.map((block) => new X509Certificate(block).fingerprint256));
}

/** Streams of a connection whose request is being served. */
const openStreams = new WeakMap<Http2Session, Set<ServerHttp2Stream>>();

/** Nothing came and nothing went for `idleMs`: a quiet watch may stay, an answer that nobody takes may not. */
function endIdle(session: ServerHttp2Session): void {
  const open = [...(openStreams.get(session) ?? [])];
  if (open.length === 0) session.close();
  else if (open.some(({ writableLength, writableEnded }) => writableLength > 0 || writableEnded)) session.destroy();
}

function follow(session: Http2Session, stream: ServerHttp2Stream): void {
  let open = openStreams.get(session);
  if (!open) {
    open = new Set();
    openStreams.set(session, open);
  }
  const streams = open.add(stream);
  stream.once('close', () => streams.delete(stream));
}

async function serveHttp2(
  config: Serving,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): Promise<void> {
  const { session } = stream;
  stream.on('error', () => {});
  if (!session) return;
  // The setting that says so binds only those who have acknowledged it.
  if (sizeOf(rawHeaders) > headBound) return stream.respond({ ':status': 431 }, { endStream: true });
  const end = new AbortController();
  stream.once('close', () => end.abort(clientGone));
  follow(session, stream);
  const bounds: AnswerBounds = { ...config.bounds, cut: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR) };
  const isHandedOn = handsOn(config, stream, headers, headers[':path'] ?? '/');
  try {
    const method = headers[':method'] ?? 'GET';
    const request = requestOf(
      method,
      headers[':path'] ?? '/',
      headers,
      rawHeaders,
      isHandedOn ? { bodyStream: bodyStream(stream) } : receiverOf(method, stream, headers, end.signal),
      peerOf(session.socket as TLSSocket, config.trust()),
      end,
    );
    const response = await compressed(await config.handler(request), request);
    if (stream.destroyed) return closeChunks(response);
    if (response.type === 'upgrade') return void stream.respond({ ':status': 400 }, { endStream: true });
    const head = { ...response.headers, ':status': response.status };
    if (request.receive) stream.once('finish', () => leaveBody(stream));
    if (response.type === 'full') {
      // Streams that are open go on; an unknown caller opens no further ones.
      if (response.status === 401) session.close();
      if (request.method === 'HEAD') return void stream.respond(head, { endStream: true });
      stream.respond({ ...head, 'content-length': response.body.length });
      await writeBody(response.body, stream, bounds);
      return;
    }
    stream.respond(head);
    await writeChunks(response.chunks, stream, bounds, response.longRunning);
  } catch (error) {
    failed(config, error, end.signal);
    if (!stream.destroyed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  } finally {
    if (isHandedOn) stream.resume();
  }
}

/** Whether the body goes to somebody else as it comes. What nobody took of it by the time of the answer is dropped as it comes. */
function handsOn(
  { streamsBody }: Serving,
  stream: ServerHttp2Stream | IncomingMessage,
  headers: IncomingHttpHeaders,
  url: string,
): boolean {
  return streamsBody !== undefined && isUnbounded(stream, headers) && streamsBody(url.split('?', 1)[0] ?? '');
}

function sizeOf(rawHeaders: readonly string[]): number {
  let size = 0;
  for (const text of rawHeaders) size += text.length;
  return size;
}

/** The answer is out: what the peer still had to say is not wanted (RFC 9113, 8.1). */
function leaveBody(stream: ServerHttp2Stream): void {
  if (stream.readableEnded || stream.destroyed) return;
  if (stream.endAfterHeaders) stream.resume();
  else stream.close(constants.NGHTTP2_NO_ERROR);
}

async function serveHttp1(config: Serving, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const end = new AbortController();
  const { socket } = incoming;
  idleSockets.delete(socket);
  outgoing.on('error', () => {});
  outgoing.once('close', () => {
    end.abort(clientGone);
    idleSockets.add(socket);
  });
  const bounds: AnswerBounds = { ...config.bounds, cut: () => outgoing.destroy() };
  const isHandedOn = handsOn(config, incoming, incoming.headers, incoming.url ?? '/');
  try {
    const method = incoming.method ?? 'GET';
    const request = requestOf(
      method,
      incoming.url ?? '/',
      incoming.headers,
      incoming.rawHeaders,
      isHandedOn ? { bodyStream: bodyStream(incoming) } : receiverOf(method, incoming, incoming.headers, end.signal),
      peerOf(incoming.socket as TLSSocket, config.trust()),
      end,
    );
    const response = await compressed(await config.handler(request), request);
    if (outgoing.destroyed) return closeChunks(response);
    if (!incoming.complete) outgoing.once('finish', () => discardBody(incoming, config.bounds));
    if (response.type === 'upgrade') {
      outgoing.writeHead(400, { 'content-type': 'text/plain' }).end('this path needs a connection upgrade\n');
      return;
    }
    if (response.type === 'full') {
      outgoing.writeHead(response.status, { ...response.headers, 'content-length': response.body.length });
      if (request.method === 'HEAD') outgoing.end();
      else await writeBody(response.body, outgoing, bounds);
      return;
    }
    outgoing.writeHead(response.status, response.headers);
    outgoing.flushHeaders();
    await writeChunks(response.chunks, outgoing, bounds, response.longRunning);
  } catch (error) {
    failed(config, error, end.signal);
    outgoing.destroy();
  } finally {
    if (isHandedOn) incoming.resume();
  }
}

/** The rest of a body that nobody asked for: it has to come soon, or the connection goes with it. */
function discardBody(incoming: IncomingMessage, { unwantedBodyMs }: HttpBounds): void {
  if (incoming.complete) return;
  incoming.resume();
  const timer = setTimeout(() => incoming.socket.destroy(), unwantedBodyMs);
  const { socket } = incoming;
  incoming.once('end', () => clearTimeout(timer));
  socket.once('close', () => clearTimeout(timer));
}

async function serveUpgrade(config: Serving, incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const end = new AbortController();
  socket.on('error', () => {});
  socket.once('close', () => end.abort(clientGone));
  try {
    const request = requestOf(
      incoming.method ?? 'GET',
      incoming.url ?? '/',
      incoming.headers,
      incoming.rawHeaders,
      {},
      peerOf(incoming.socket as TLSSocket, config.trust()),
      end,
    );
    const response = await config.handler(request);
    if (response.type === 'upgrade') {
      await response.upgrade(socketStream(socket, head));
      return;
    }
    // An answer instead of an upgrade: it ends the connection, so that nothing is smuggled behind it.
    const lines = Object.entries(response.headers).flatMap(([name, value]) =>
      [value].flat().map((line) => `${name}: ${line}\r\n`),
    );
    socket.write(
      `HTTP/1.1 ${response.status} ${statusText(response.status)}\r\n${lines.join('')}connection: close\r\n\r\n`,
    );
    const bounds: AnswerBounds = { ...config.bounds, cut: () => socket.destroy() };
    if (response.type === 'full') await writeBody(response.body, socket, bounds);
    else await writeChunks(response.chunks, socket, bounds, response.longRunning);
  } catch (error) {
    failed(config, error, end.signal);
    socket.destroy();
  }
}

function failed(config: Serving, error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) config.log.warn('connection failed', { error: messageOf(error) });
}

function statusText(status: number): string {
  return status === 403 ? 'Forbidden' : status === 404 ? 'Not Found' : status === 401 ? 'Unauthorized' : 'Response';
}
