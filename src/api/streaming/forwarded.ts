/** What of a request goes on to a backend, and of its answer back to the client, when both are plain HTTP (net/http/httputil ReverseProxy). */

import { setMember } from '../patch/json-tree.ts';
import type { ApiRequest, ResponseHeaders } from '../request.ts';
import type { BackendRequest, BackendResponse } from './backend.ts';
import { corsHeaders, forwardedHeaders, hopByHop } from './proxy-upgrade.ts';

/** Headers and body of the request; `more` are headers that the proxy sets. */
export function forwarded(
  request: ApiRequest,
  more: BackendRequest['headers'],
): Pick<BackendRequest, 'headers' | 'body'> {
  const ofConnection = namedBy(request.headers.connection);
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(forwardedHeaders(request))) {
    // The server has said already that the client may go on.
    if (!hopByHop.has(name) && !ofConnection.has(name) && name !== 'expect') headers[name] = value;
  }
  Object.assign(headers, more);
  const { bodyStream } = request;
  if (bodyStream) {
    const length = request.headers['content-length'];
    return { headers: length === undefined ? headers : { ...headers, 'content-length': length }, body: bodyStream };
  }
  const body = bytesOf(request);
  return body ? { headers: { ...headers, 'content-length': `${body.length}` }, body } : { headers };
}

export interface AnsweredHeaders {
  /** Content-Type is told apart. */
  readonly contentType: string;
  /** One value each, Content-Length among them. */
  readonly single: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
}

/** Headers of the answer that are the client's to see. */
export function answeredHeaders({ headers }: BackendResponse): AnsweredHeaders {
  const { 'content-type': contentType = '', ...single } = joined(headers);
  return { contentType, single, cookies: headers.flatMap(([name, value]) => (name === 'set-cookie' ? [value] : [])) };
}

/** For an ApiResponse; `changed` goes before what the backend said. */
export function responseHeaders({ single, cookies }: AnsweredHeaders, changed: ResponseHeaders = {}): ResponseHeaders {
  return { ...single, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}), ...changed };
}

function joined(headers: BackendResponse['headers']): Record<string, string> {
  const kept: Record<string, string> = {};
  const ofConnection = namedBy(headers.find(([name]) => name === 'connection')?.[1]);
  for (const [name, value] of headers) {
    const isDropped = hopByHop.has(name) && name !== 'content-length';
    if (isDropped || name === 'set-cookie' || corsHeaders.has(name) || ofConnection.has(name)) continue;
    setMember(kept, name, Object.hasOwn(kept, name) ? `${kept[name]}, ${value}` : value);
  }
  return kept;
}

function namedBy(connection: string | undefined): ReadonlySet<string> {
  return new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

function bytesOf({ body }: ApiRequest): Uint8Array | undefined {
  if (!body) return undefined;
  return body.type === 'bytes' ? body.bytes : new TextEncoder().encode(JSON.stringify(body.object));
}
