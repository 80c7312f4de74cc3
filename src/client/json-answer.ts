/** Answers in JSON that another server gave, as a handler in process gives its own: objects, lists and watches. */

import type { KubeObject, WatchEventType } from '#api/object.ts';
import type { ApiResponse, EncodedObject, EncodedWatchEvent, Headers } from '#api/request.ts';
import { deepFreeze } from '#base/edit.ts';
import { assert } from '#base/errors.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** May be read once; whoever stops reading early ends the exchange. */
  readonly body: AsyncIterable<Uint8Array>;
}

export async function fromJson(answer: HttpAnswer, isWatch: boolean): Promise<ApiResponse> {
  if (answer.status === 200 && isWatch) {
    return { type: 'watch', status: 200, events: watchEvents(answer.body), headers: answer.headers };
  }
  return decoded(answer, JSON.parse(await textOf(answer.body)));
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
export function encoded(object: KubeObject): EncodedObject {
  return {
    object: deepFreeze(object),
    json: () => new TextEncoder().encode(JSON.stringify(object)),
    protobuf: () => {
      throw new Error('a remote object has no protobuf encoding');
    },
  };
}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
