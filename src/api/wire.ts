/**
 * WireResponse: an answer as bytes, ready for a byte transport (HTTP/1.1, HTTP/2). What turns ApiResponses into it is isomorphic;
 * what puts it on sockets is the platform's.
 */

import type { ApiRequest, ResponseHeaders, UpgradeConnection } from './request.ts';

/** Several values are several header lines. */
export type WireHeaders = Readonly<Record<string, string | string[]>>;

export type WireResponse =
  | {
      readonly type: 'full';
      readonly status: number;
      readonly headers: WireHeaders;
      readonly body: Uint8Array;
      /** The transport may gzip it for clients that take it. */
      readonly compressible: boolean;
    }
  | {
      readonly type: 'stream';
      readonly status: number;
      readonly headers: WireHeaders;
      /** Bytes that `chunks` add up to, when known. */
      readonly length?: number;
      readonly chunks: Iterable<Uint8Array> | ChunkStream;
      readonly compressible: boolean;
      /** Stays open by its nature, as a watch does: there is no time by which the peer must have taken all. */
      readonly longRunning?: boolean;
    }
  | { readonly type: 'upgrade'; readonly upgrade: (connection: UpgradeConnection) => Promise<void> };

/**
 * Chunks are taken at the speed of the peer: the next is made when the last was accepted. One of an Iterable is good until the next is
 * asked for; those that iterating a ChunkStream gives stay as they are.
 */
export interface ChunkStream extends AsyncIterable<Uint8Array> {
  /** What is there already, cheaper than by iteration, which then gives the rest. Only before it begins; undefined for nothing. */
  readonly takeFirst?: () => Iterable<Uint8Array> | undefined;
  /**
   * Instead of iterating: chunks go into `sink` as they come, without a promise for each, which is what thousands of open watches want.
   * Undefined where there is nothing but iterating.
   */
  readonly flowInto?: (sink: ChunkSink) => ChunkFlow | undefined;
}

/** Where a stream puts its chunks; they stay as they are. */
export interface ChunkSink {
  /** False: no more until the flow is resumed. */
  write(chunk: Uint8Array): boolean;
  /** Nothing comes any more. Within `flowInto`, too. */
  end(): void;
  /** The same, because the next chunk could not be made. */
  fail(error: unknown): void;
}

export interface ChunkFlow {
  resume(): void;
  /** Nobody takes any more. Idempotent. */
  cancel(): void;
}

/** Never throws or rejects: failures are Status answers. */
export type WireHandler = (request: ApiRequest) => Promise<WireResponse>;

/** Headers of an answer that is not an object; no content type for ''. */
export function wireHeaders(contentType: string, more: ResponseHeaders | undefined): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = contentType === '' ? {} : { 'content-type': contentType };
  for (const [name, value] of Object.entries(more ?? {})) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : [...value];
  }
  return headers;
}
