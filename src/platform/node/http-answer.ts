/** Answers onto sockets: compressed for those who take it, written as fast as the peer takes them and no faster. */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ApiRequest } from '#api/request.ts';
import type { WireResponse } from '#api/wire.ts';

/** Answers from this size on are gzipped for clients that take it (upstream: 128 KiB, level 1). */
const gzipFromBytes = 128 * 1024;
const compress = promisify(gzip);

export async function compressed(response: WireResponse, request: ApiRequest): Promise<WireResponse> {
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
  write(chunk: Uint8Array, written?: () => void): boolean;
  end(): unknown;
}

/** Writes and ends; resolves when all was taken. Stops, and tells the source, when the peer is gone. */
export async function writeChunks(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
  if (Symbol.asyncIterator in chunks) {
    for await (const chunk of chunks) {
      if (sink.destroyed) return;
      if (!sink.write(chunk)) await drained(sink);
    }
  } else {
    for (const chunk of chunks) {
      if (sink.destroyed) return;
      await written(chunk, sink);
    }
  }
  sink.end();
}

/** Resolves when the chunk's bytes are needed no more, or the peer is gone. */
function written(chunk: Uint8Array, sink: Sink): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.off('close', done);
      resolve();
    };
    sink.once('close', done);
    sink.write(chunk, done);
  });
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
export function closeChunks(response: WireResponse): void {
  if (response.type !== 'stream') return;
  const { chunks } = response;
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : undefined;
  void iterator?.return?.();
}
