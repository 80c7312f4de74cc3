/**
 * An ApiHandler that is somewhere else: requests become HTTP messages, answers become what a handler in process would have
 * given, so that the one Client works over both. How bytes travel is a port (`HttpSend`): node:http2, fetch in a browser.
 */

import type { KubeObject, WatchEventType } from '#api/object.ts';
import type { ApiHandler, ApiRequest, ApiResponse, EncodedObject, EncodedWatchEvent, Headers } from '#api/request.ts';
import { deepFreeze } from '#base/edit.ts';
import { assert } from '#base/errors.ts';

export interface HttpMessage {
  readonly method: string;
  /** With the query: '/api/v1/pods?watch=true'. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** May be read once; whoever stops reading early ends the exchange. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Rejects with AbortedError when the signal fires, and with any other error when the server cannot be reached. */
export type HttpSend = (message: HttpMessage) => Promise<HttpAnswer>;

export function createRemoteHandler(send: HttpSend): ApiHandler {
  return async (request) => {
    const search = request.query.toString();
    const body = bodyOf(request);
    const answer = await send({
      method: request.method,
      path: search === '' ? request.path : `${request.path}?${search}`,
      headers: {
        ...definedOnly(request.headers),
        accept: request.headers.accept ?? 'application/json',
        ...(request.body ? { 'content-type': request.body.contentType } : {}),
      },
      ...(body ? { body } : {}),
      signal: request.signal,
    });
    const contentType = answer.headers['content-type'] ?? '';
    if (!contentType.startsWith('application/json')) {
      if (answer.status >= 400) return failure(answer.status, await textOf(answer.body));
      return { type: 'bytes', status: answer.status, contentType, body: answer.body, headers: answer.headers };
    }
    if (answer.status === 200 && isTrue(request.query.get('watch'))) {
      return { type: 'watch', status: 200, events: watchEvents(answer.body), headers: answer.headers };
    }
    return decoded(answer, JSON.parse(await textOf(answer.body)));
  };
}

interface ListAnswer {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items?: readonly KubeObject[] | null;
}

function decoded(answer: HttpAnswer, value: unknown): ApiResponse {
  assert(typeof value === 'object' && value !== null, 'the API server answered with JSON that is no object');
  if (isList(value)) {
    const { apiVersion, kind, metadata } = value;
    const itemKind = kind.slice(0, -'List'.length);
    return {
      type: 'list',
      status: 200,
      apiVersion,
      kind,
      metadata: { ...metadata, resourceVersion: metadata.resourceVersion ?? '' },
      // Items of a list do not repeat what the list says; an object that is written back has to.
      items: (value.items ?? []).map((item) => encoded({ apiVersion, kind: itemKind, ...item })),
      headers: answer.headers,
    };
  }
  if (!('kind' in value)) {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return { type: 'bytes', status: answer.status, contentType: 'application/json', body: bytes };
  }
  return { type: 'object', status: answer.status, body: encoded(value as KubeObject), headers: answer.headers };
}

/** A list of objects; lists of discovery (APIResourceList, APIGroupList) have no items and are objects here. */
function isList(value: object): value is ListAnswer {
  return 'kind' in value && typeof value.kind === 'string' && value.kind.endsWith('List') && 'items' in value;
}

async function* watchEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<readonly EncodedWatchEvent[], void, void> {
  const decoder = new TextDecoder();
  let partial = '';
  for await (const chunk of body) {
    const lines = (partial + decoder.decode(chunk, { stream: true })).split('\n');
    partial = lines.pop() ?? '';
    const batch = lines.flatMap((line) => (line === '' ? [] : watchEvent(line)));
    if (batch.length > 0) yield batch;
  }
}

function watchEvent(line: string): EncodedWatchEvent {
  // The shape is the API's (metav1.WatchEvent); the server is trusted to keep it.
  const event = JSON.parse(line) as { readonly type: WatchEventType; readonly object: KubeObject };
  return { type: event.type, body: encoded(event.object) };
}

/** What came from elsewhere is frozen like what comes from a cache. */
function encoded(object: KubeObject): EncodedObject {
  return {
    object: deepFreeze(object),
    json: () => new TextEncoder().encode(JSON.stringify(object)),
    protobuf: () => {
      throw new Error('a remote object has no protobuf encoding');
    },
  };
}

/** A Status for an answer without one: a proxy's or a web server's. */
function failure(status: number, text: string): ApiResponse {
  const message = text.trim().slice(0, 500) || `the server answered with status ${status}`;
  const object = {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message,
    reason: reasons[status] ?? 'Unknown',
    code: status,
  };
  return { type: 'object', status, body: encoded(object) };
}

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

function bodyOf(request: ApiRequest): Uint8Array | undefined {
  if (!request.body) return undefined;
  if (request.body.type === 'bytes') return request.body.bytes;
  return new TextEncoder().encode(JSON.stringify(request.body.object));
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

function definedOnly(headers: Headers): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) defined[name] = value;
  return defined;
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
