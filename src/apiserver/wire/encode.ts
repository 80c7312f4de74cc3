/**
 * From ApiResponse to bytes: JSON that exists already, protobuf and YAML made on demand; lists in chunks, watch events in
 * batches. Failures become Status answers here, at the outermost edge.
 */

import { encodeYaml } from '#api/codec/yaml-encode.ts';
import { isStatusError, newInternalError, newUnexpectedFailure, PageNotFound } from '#api/errors.ts';
import type { Status } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiRequest, ApiResponse, EncodedObject, Headers, ResponseHeaders } from '#api/request.ts';
import { type WireHandler, type WireResponse, wireHeaders } from '#api/wire.ts';
import { isAborted, sleep } from '#base/abort.ts';
import { type Clock, type Env, uuid } from '#base/env.ts';
import { CachedObject, versionBytes } from '../cache/cached-object.ts';
import { WatchFrame } from '../cache/watch-frame.ts';
import { Exchange } from '../exchange.ts';
import { RequestRefused } from '../fairness/refusal.ts';
import type { CodecLookup } from '../registry/kind-codec.ts';
import { type Negotiated, negotiate, plainJson, statusOffer } from './accept.ts';
import { answerWriter, ByteWriter } from './byte-writer.ts';
import { isPretty, prettyJson } from './pretty.ts';
import { type ListPieces, measureProtobuf, protobufListPieces, protobufWatchFrame } from './protobuf.ts';
import {
  chunkBytes,
  type FrameEncoding,
  jsonFrames,
  largeObjectBytes,
  usualObjectBytes,
  WatchChunks,
} from './watch-chunks.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface WireConfig {
  readonly handler: (request: ApiRequest, exchange: Exchange) => Promise<ApiResponse>;
  readonly codecs: CodecLookup;
  readonly env: Env;
}

export function createWireHandler({ handler, codecs, env }: WireConfig): WireHandler {
  const encode = new Encoder(codecs, env.clock);
  return async (received) => {
    const request = { ...received, auditId: auditIdOf(received, env) };
    const exchange = new Exchange();
    try {
      const response = await handler(request, exchange);
      exchange.watching = response.type === 'watch';
      const accepted = negotiate(request.headers.accept, exchange.offer) ?? plainJson;
      const encoding = encode.response(request, response, accepted, exchange);
      const answer = encoding instanceof Promise ? await encoding : encoding;
      return withAuditId(exchange.answered(answer, request.signal, env.clock), request.auditId);
    } catch (error) {
      if (!isStatusError(error) && !isAborted(error)) exchange.record?.terminated(500);
      const answer =
        error instanceof RequestRefused
          ? error.answer
          : error instanceof PageNotFound
            ? pageNotFound
            : encode.failure(request, statusOf(error, request, env));
      return withAuditId(exchange.answered(answer, request.signal, env.clock), request.auditId);
    }
  };
}

const pageNotFound: WireResponse = {
  type: 'full',
  status: 404,
  headers: headersOf('text/plain; charset=utf-8', { 'x-content-type-options': 'nosniff' }),
  body: encoder.encode('404 page not found\n'),
  compressible: false,
};

const maxAuditIdLength = 64;

/** The client's own, cut, or a new one (apiserver endpoints/filters/audit_init.go). */
function auditIdOf({ headers }: ApiRequest, env: Env): string {
  const given = headers['audit-id'];
  return given ? given.slice(0, maxAuditIdLength) : uuid(env.random);
}

function withAuditId(response: WireResponse, auditId: string): WireResponse {
  return response.type === 'upgrade'
    ? response
    : { ...response, headers: { 'audit-id': auditId, ...response.headers } };
}

/** Expected failures as they are; a bug is logged and answered as 500 without its details. */
function statusOf(error: unknown, request: ApiRequest, env: Env): Status {
  if (isStatusError(error)) return error.status;
  if (!isAborted(error)) {
    env.log.error('request failed', { method: request.method, path: request.path, error });
  }
  return newUnexpectedFailure().status;
}

class Encoder {
  private readonly codecs: CodecLookup;
  private readonly clock: Clock;

  constructor(codecs: CodecLookup, clock: Clock) {
    this.codecs = codecs;
    this.clock = clock;
  }

  /** A promise of those lists whose protobuf takes time to make. */
  response(
    request: ApiRequest,
    response: ApiResponse,
    accepted: Negotiated,
    exchange: Exchange,
  ): WireResponse | Promise<WireResponse> {
    switch (response.type) {
      case 'object':
        return this.full(request, response.status, response.body, accepted, response.headers);
      case 'list':
        return this.listWhenMeasured(request, response, accepted);
      case 'watch':
        return this.watch(response, accepted, exchange);
      case 'bytes':
        return bytesResponse(response);
      case 'upgrade':
        return response;
    }
  }

  failure(request: ApiRequest, status: Status): WireResponse {
    const accepted = negotiate(request.headers.accept, statusOffer) ?? plainJson;
    const retryAfter = status.details?.retryAfterSeconds;
    return this.full(request, status.code ?? 500, this.status(status), accepted, {
      ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
    });
  }

  private status(status: Status): EncodedObject {
    const codec = this.codecs('', 'v1', 'Status');
    const object = status as unknown as KubeObject;
    return {
      object,
      json: () => codec?.encodeJson(object) ?? encoder.encode(JSON.stringify(status)),
      protobuf: () => {
        if (!codec?.encodeProtobuf) throw newInternalError('no protobuf encoding of Status');
        return codec.encodeProtobuf(object);
      },
    };
  }

  private full(
    request: ApiRequest,
    status: number,
    body: EncodedObject,
    accepted: Negotiated,
    headers: Headers | undefined,
  ): WireResponse {
    return {
      type: 'full',
      status,
      headers: headersOf(accepted.mediaType, headers),
      body: encodeObject(request, body, accepted),
      compressible: true,
    };
  }

  private listWhenMeasured(
    request: ApiRequest,
    response: Extract<ApiResponse, { readonly type: 'list' }>,
    accepted: Negotiated,
  ): WireResponse | Promise<WireResponse> {
    const measuring =
      accepted.encoding === 'protobuf' && measureProtobuf(response.items, () => sleep(this.clock, 0, request.signal));
    return measuring
      ? measuring.then(() => this.list(request, response, accepted))
      : this.list(request, response, accepted);
  }

  private list(
    request: ApiRequest,
    response: Extract<ApiResponse, { readonly type: 'list' }>,
    accepted: Negotiated,
  ): WireResponse {
    const headers = headersOf(accepted.mediaType, response.headers);
    const pieces = this.pieces(response, accepted);
    if (accepted.encoding === 'yaml' || (accepted.encoding === 'json' && isPretty(request, accepted.pretty))) {
      const whole = joined(pieces);
      const body = accepted.encoding === 'yaml' ? yamlOf(whole) : prettyJson(whole);
      return { type: 'full', status: 200, headers, body, compressible: true };
    }
    if (response.items.length <= smallList) {
      return { type: 'full', status: 200, headers, body: joined(pieces), compressible: true };
    }
    return { type: 'stream', status: 200, headers, chunks: inChunks(pieces), compressible: true };
  }

  private pieces(response: Extract<ApiResponse, { readonly type: 'list' }>, accepted: Negotiated): ListPieces {
    return accepted.encoding === 'protobuf'
      ? protobufListPieces(response, this.codecs('meta.k8s.io', 'v1', 'ListMeta'))
      : jsonListPieces(response);
  }

  private watch(
    response: Extract<ApiResponse, { readonly type: 'watch' }>,
    accepted: Negotiated,
    exchange: Exchange,
  ): WireResponse {
    const protobuf = accepted.encoding === 'protobuf';
    const mediaType = protobuf ? 'application/vnd.kubernetes.protobuf;stream=watch' : 'application/json';
    return {
      type: 'stream',
      status: 200,
      headers: headersOf(mediaType, response.headers),
      chunks: new WatchChunks(response.events, protobuf ? this.protobufFrames : this.jsonFrames, exchange),
      compressible: false,
      longRunning: true,
    };
  }

  private readonly jsonFrames = jsonFrames();
  private readonly protobufFrames: FrameEncoding = {
    frame: (event) => {
      if (event.type === 'ERROR') {
        return protobufWatchFrame(event.type, this.status(event.body.object as Status).protobuf());
      }
      return event instanceof WatchFrame ? event.protobuf() : protobufWatchFrame(event.type, event.body.protobuf());
    },
    writeInitial: (writer, event) => event.writeProtobuf(writer),
  };
}

/** Lists of at most this many items go out in one piece, with a length. */
const smallList = 100;

function encodeObject(request: ApiRequest, body: EncodedObject, accepted: Negotiated): Uint8Array {
  switch (accepted.encoding) {
    case 'protobuf':
      return body.protobuf();
    case 'yaml':
      return yamlOf(body.json());
    case 'json':
      if (isPretty(request, accepted.pretty)) return prettyJson(body.json());
      return body instanceof CachedObject ? jsonAnswer(body) : withLineEnd(body.json());
  }
}

function yamlOf(json: Uint8Array): Uint8Array {
  return encoder.encode(encodeYaml(JSON.parse(decoder.decode(json))));
}

/** The line ends, as what Go's encoder writes: people read these on terminals. */
const lineEnd = encoder.encode('\n');

function jsonAnswer(object: CachedObject): Uint8Array {
  const writer = answerWriter(object.value.length + versionBytes + lineEnd.length);
  object.writeJson(writer);
  writer.put(lineEnd);
  return writer.take();
}

function withLineEnd(json: Uint8Array): Uint8Array {
  const writer = answerWriter(json.length + lineEnd.length);
  writer.put(json);
  writer.put(lineEnd);
  return writer.take();
}

function listHead({ kind, apiVersion, metadata }: Extract<ApiResponse, { readonly type: 'list' }>): string {
  const meta: Record<string, unknown> = {};
  if (metadata.resourceVersion !== undefined) meta.resourceVersion = metadata.resourceVersion;
  if (metadata.continue !== undefined) meta.continue = metadata.continue;
  if (metadata.remainingItemCount !== undefined) meta.remainingItemCount = metadata.remainingItemCount;
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(meta)},"items":`;
}

const listTail = encoder.encode(']}\n');
const noItemsTail = encoder.encode('null}\n');

function jsonListPieces(response: Extract<ApiResponse, { readonly type: 'list' }>): ListPieces {
  const { items, itemsOmitKind, kind, apiVersion } = response;
  const head = listHead(response);
  // A list of metadata is a Go slice that nobody made when there is none.
  if (items.length === 0 && kind === 'PartialObjectMetadataList')
    return { head: encoder.encode(head), count: 0, write: () => {}, tail: noItemsTail };
  const itemHead = itemsOmitKind
    ? encoder.encode(
        `{"kind":${JSON.stringify(kind.slice(0, -'List'.length))},"apiVersion":${JSON.stringify(apiVersion)},`,
      )
    : undefined;
  return {
    head: encoder.encode(`${head}[`),
    count: items.length,
    write: (writer, index) => {
      if (index > 0) writer.ascii(',');
      const item = items[index] as EncodedObject;
      if (item instanceof CachedObject) item.writeJson(writer, itemHead);
      else writer.put(item.json());
    },
    tail: listTail,
  };
}

/** The list in chunks of bounded size, all in the same buffer: only what is being sent exists twice. */
function* inChunks({ head, count, write, tail }: ListPieces): Generator<Uint8Array, void, void> {
  const writer = new ByteWriter(chunkBytes + largeObjectBytes);
  writer.put(head);
  for (let index = 0; index < count; index++) {
    write(writer, index);
    if (writer.length >= chunkBytes) yield writer.lend();
  }
  writer.put(tail);
  yield writer.lend();
}

function joined({ head, count, write, tail }: ListPieces): Uint8Array {
  const writer = new ByteWriter(head.length + count * usualObjectBytes + tail.length);
  writer.put(head);
  for (let index = 0; index < count; index++) write(writer, index);
  writer.put(tail);
  return writer.take();
}

function bytesResponse(response: Extract<ApiResponse, { readonly type: 'bytes' }>): WireResponse {
  const headers = headersOf(response.contentType, response.headers);
  return response.body instanceof Uint8Array
    ? { type: 'full', status: response.status, headers, body: response.body, compressible: true }
    : {
        type: 'stream',
        status: response.status,
        headers,
        chunks: response.body,
        compressible: false,
        longRunning: true,
      };
}

function headersOf(contentType: string, more: ResponseHeaders | undefined): Record<string, string | string[]> {
  const headers = wireHeaders(contentType, more);
  headers['cache-control'] ??= 'no-cache, private';
  return headers;
}
