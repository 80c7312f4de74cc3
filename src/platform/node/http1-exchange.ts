/** Requests of HTTP/1.1, upgrades among them, through node:http's objects. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type AnswerBounds, closeChunks, compressed, writeBody, writeChunks } from './http-answer.ts';
import type { HttpBounds } from './http-bounds.ts';
import { clientGone, contentOf, failed, type IncomingBody, peerOf, requestOf, type Serving } from './http-request.ts';
import { socketStream } from './socket-stream.ts';

/** Connections that wait for their next request. */
export const idleSockets = new WeakSet<Duplex>();

export async function serveHttp1(config: Serving, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const end = new AbortController();
  const { socket } = incoming;
  idleSockets.delete(socket);
  outgoing.on('error', () => {});
  outgoing.once('close', () => {
    end.abort(clientGone);
    idleSockets.add(socket);
  });
  const bounds: AnswerBounds = { ...config.bounds, cut: () => outgoing.destroy() };
  const { method = 'GET', url = '/', headers } = incoming;
  const content = contentOf(config, method, url, headers['content-type'] ?? '', new Http1Body(incoming), end.signal);
  try {
    if (!content.receive && !content.bodyStream) incoming.resume();
    const request = requestOf(
      method,
      url,
      plainHeaders(headers),
      incoming.rawHeaders,
      content,
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
    if (content.bodyStream) incoming.resume();
  }
}

/** Of several lines of one name, one. */
function plainHeaders(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const plain: Record<string, string | undefined> = {};
  for (const name in headers) {
    const value = headers[name];
    plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}

class Http1Body implements IncomingBody {
  readonly length: number | undefined;
  readonly isEmpty: boolean;
  private readonly incoming: IncomingMessage;

  constructor(incoming: IncomingMessage) {
    this.incoming = incoming;
    const length = incoming.headers['content-length'];
    this.length = length === undefined ? undefined : Number(length);
    this.isEmpty = this.length === undefined ? incoming.headers['transfer-encoding'] === undefined : this.length === 0;
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.incoming.iterator({ destroyOnReturn: false });
  }

  receive(signal: AbortSignal, onPart: (size: number) => void): Promise<readonly Uint8Array[]> {
    const { incoming } = this;
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      const stop = (reason: unknown) => {
        incoming.off('data', onData);
        incoming.off('end', onEnd);
        signal.removeEventListener('abort', onGone);
        incoming.pause();
        reject(reason);
      };
      const onData = (part: Buffer) => {
        parts.push(part);
        try {
          onPart(part.length);
        } catch (error) {
          stop(error);
        }
      };
      const onEnd = () => {
        signal.removeEventListener('abort', onGone);
        resolve(parts);
      };
      const onGone = () => stop(clientGone);
      signal.addEventListener('abort', onGone, { once: true });
      incoming.on('data', onData);
      incoming.once('end', onEnd);
      incoming.once('error', reject);
    });
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

export async function serveUpgrade(
  config: Serving,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const end = new AbortController();
  socket.on('error', () => {});
  socket.once('close', () => end.abort(clientGone));
  try {
    const request = requestOf(
      incoming.method ?? 'GET',
      incoming.url ?? '/',
      plainHeaders(incoming.headers),
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

function statusText(status: number): string {
  return status === 403 ? 'Forbidden' : status === 404 ? 'Not Found' : status === 401 ? 'Unauthorized' : 'Response';
}
