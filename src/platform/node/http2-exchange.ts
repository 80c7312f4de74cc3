/** Requests of HTTP/2: from a stream of a connection to the handler and back. */

import type { TLSSocket } from 'node:tls';
import { type AnswerBounds, closeChunks, compressed, writeBody, writeChunks } from './http-answer.ts';
import { headBound } from './http-bounds.ts';
import { clientGone, contentOf, failed, type IncomingBody, peerOf, requestOf, type Serving } from './http-request.ts';
import { Http2Connection, type Http2Options } from './http2/connection.ts';
import { ErrorCode } from './http2/protocol.ts';
import type { Http2Stream } from './http2/stream.ts';

/** Serves what comes over the socket, which is ours from now on. */
export function serveHttp2Connection(config: Serving, socket: TLSSocket): Http2Connection {
  const connection = new Http2Connection(socket, {
    ...windows,
    headBound,
    headMs: config.bounds.headMs,
    onStream: (stream, connection) => void serveHttp2(config, stream, connection),
  });
  socket.setTimeout(config.bounds.idleMs, () => endIdle(connection));
  return connection;
}

/** As upstream's Go server: 250 streams a connection, windows that a list does not have to wait for. */
const windows: Pick<Http2Options, 'maxConcurrentStreams' | 'streamWindow' | 'connectionWindow'> = {
  maxConcurrentStreams: 250,
  streamWindow: 1024 * 1024,
  connectionWindow: 4 * 1024 * 1024,
};

/** Nothing came and nothing went for a while: a quiet watch may stay, an answer that nobody takes may not. */
function endIdle(connection: Http2Connection): void {
  const open = [...connection.streams.values()];
  if (open.length === 0) connection.close();
  else if (open.some(({ unsent, ending }) => unsent.length > 0 || ending)) connection.destroy();
}

async function serveHttp2(config: Serving, stream: Http2Stream, connection: Http2Connection): Promise<void> {
  const { head } = stream;
  if (head.isTooLarge) return stream.respond(431, {}, undefined, true);
  const end = new AbortController();
  let isAnswered = false;
  // Whoever made a whole answer has nothing under way any more.
  stream.once('close', () => {
    if (!isAnswered) end.abort(clientGone);
  });
  const bounds: AnswerBounds = { ...config.bounds, cut: () => stream.reset(ErrorCode.internalError) };
  try {
    const request = requestOf(
      head.method,
      head.path,
      head.headers,
      head.rawHeaders,
      contentOf(config, head.method, head.path, head.headers['content-type'] ?? '', new Http2Body(stream), end.signal),
      peerOf(connection.socket as TLSSocket, config.trust()),
      end,
    );
    const compressing = compressed(await config.handler(request), request);
    const response = compressing instanceof Promise ? await compressing : compressing;
    if (stream.destroyed) return closeChunks(response);
    if (response.type === 'upgrade') return stream.respond(400, {}, undefined, true);
    if (response.type === 'full') {
      isAnswered = true;
      // Streams that are open go on; an unknown caller opens no further ones.
      if (response.status === 401) connection.close();
      if (request.method === 'HEAD') return stream.respond(response.status, response.headers, undefined, true);
      stream.respond(response.status, response.headers, response.body.length);
      await writeBody(response.body, stream, bounds);
      return;
    }
    stream.respond(response.status, response.headers);
    await writeChunks(response.chunks, stream, bounds, response.longRunning);
  } catch (error) {
    failed(config, error, end.signal);
    stream.reset(ErrorCode.internalError);
  }
}

class Http2Body implements IncomingBody {
  readonly length: number | undefined;
  readonly isEmpty: boolean;
  private readonly incoming: Http2Stream;

  constructor(incoming: Http2Stream) {
    this.incoming = incoming;
    this.length = incoming.head.length;
    this.isEmpty = incoming.remoteEnded;
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.incoming.body();
  }

  /** The stream ends with its answer, whatever that is: the signal need not be looked at. */
  receive(
    _signal: AbortSignal,
    onPart: (size: number) => void,
  ): readonly Uint8Array[] | Promise<readonly Uint8Array[]> {
    // Most bodies come with their head.
    return this.incoming.remoteEnded ? this.incoming.takeAll() : this.receiveRest(onPart);
  }

  private async receiveRest(onPart: (size: number) => void): Promise<readonly Uint8Array[]> {
    const { incoming } = this;
    const parts: Uint8Array[] = [];
    for (let part = await incoming.read(); part !== undefined; part = await incoming.read()) {
      parts.push(part);
      onPart(part.length);
    }
    if (!incoming.remoteEnded) throw clientGone;
    return parts;
  }
}
