/**
 * An ApiHandler that is somewhere else: requests become HTTP messages, answers become what a handler in process would have
 * given, so that the one Client works over both. How bytes travel is a port (`HttpSend`): node:http2, fetch in a browser.
 */

import type { ApiHandler, ApiRequest, ApiResponse, Headers } from '#api/request.ts';
import { encoded, fromJson, type HttpAnswer, textOf } from './json-answer.ts';

export interface HttpMessage {
  readonly method: string;
  /** With the query: '/api/v1/pods?watch=true'. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
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
    return fromJson(answer, isTrue(request.query.get('watch')));
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

function definedOnly(headers: Headers): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) defined[name] = value;
  return defined;
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
