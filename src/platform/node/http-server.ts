/**
 * HTTP server: sockets to ApiRequests and WireResponses back, over HTTP/2 and HTTP/1.1 with TLS (or plain HTTP/1.1 for tests).
 *
 * HTTP/2 is our own (http2/, docs/adr/006); HTTP/1.1 requests on the same port go through node:http's objects. Bodies are bounded;
 * answers are written as fast as the peer takes them and no faster.
 *
 * 1. A request's signal fires when its stream or socket is gone: watches and slow work end.
 * 2. Nothing of an answer is made before the peer took the former chunk.
 * 3. A failed upgrade closes the socket (CVE-2018-1002105).
 * 4. A body stays with the peer until the handler asks for it; a peer that is too slow is cut off (http-bounds.ts).
 * 5. A connection whose caller is unknown (401) gets GOAWAY: it cannot go on opening streams (CVE-2023-44487).
 */

import { X509Certificate } from 'node:crypto';
import type { Server, ServerOptions } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type HttpBounds, headBound, httpBounds } from './http-bounds.ts';
import { createServer as createHttpServer } from './http-module.ts';
import type { PeerTrust, Serving } from './http-request.ts';
import { idleSockets, serveHttp1, serveUpgrade } from './http1-exchange.ts';
import type { Http2Connection } from './http2/connection.ts';
import { serveHttp2Connection } from './http2-exchange.ts';

export interface HttpServerConfig extends Pick<Serving, 'handler' | 'log' | 'streamsBody'> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absent: plain HTTP/1.1. */
  readonly tls?: TlsConfig;
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
  const sockets = new Set<Socket>();
  const http2 = new Set<Http2Connection>();
  const { server, setTls } = config.tls ? secureServer(config, config.tls, http2) : plainServer(config);
  server.prependListener(config.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  let closed: Promise<void> | undefined;
  const stopListening = (): Promise<void> => {
    closed ??= new Promise((resolve) => server.close(() => resolve()));
    // GOAWAY: streams that are open go on.
    for (const connection of http2) connection.close();
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
      for (const socket of sockets) if (idleSockets.has(socket)) socket.destroy();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await all;
      clearTimeout(timer);
    },
  };
}

type Listener = { readonly server: Server | HttpsServer; readonly setTls: (tls: TlsConfig) => void };

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

function secureServer(config: HttpServerConfig, tls: TlsConfig, http2: Set<Http2Connection>): Listener {
  let trust = trustOf(tls);
  const bounds = config.bounds ?? httpBounds;
  const serving: Serving = { ...config, bounds, trust: () => trust };
  const server = createHttpsServer({
    ...contextOf(tls),
    ...http1Options(bounds),
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: bounds.headMs,
    requestCert: tls.clientCa !== undefined || tls.requestHeaderCa !== undefined,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
  });
  server.on('request', (request, response) => void serveHttp1(serving, request, response));
  server.on('upgrade', (request, socket, head) => void serveUpgrade(serving, request, socket, head));
  server.on('tlsClientError', () => {});
  // node:https takes every connection for HTTP/1.1: those that agreed on h2 are taken out before it sees them.
  const http1 = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') {
      for (const listener of http1) listener.call(server, socket);
      return;
    }
    const connection = serveHttp2Connection(serving, socket);
    http2.add(connection);
    socket.once('close', () => http2.delete(connection));
  });
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
