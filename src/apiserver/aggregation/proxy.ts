/**
 * Requests for another API server: handed to an endpoint of its Service under the front proxy's certificate, with who asks in headers
 * (kube-aggregator handler_proxy.go, client-go transport SetAuthProxyHeaders).
 *
 * Answers are not touched and not held: a watch streams. Whatever the client says of itself in such headers stays here.
 */

import type { ApiRequest, ApiResponse, UserInfo } from '#api/request.ts';
import { headerOf } from '#api/streaming/backend.ts';
import { answeredHeaders, forwarded, responseHeaders } from '#api/streaming/forwarded.ts';
import { forwardedHeaders, proxyUpgrade } from '#api/streaming/proxy-upgrade.ts';
import { isUpgradeRequest } from '#api/streaming/web-socket.ts';
import { messageOf } from '#base/errors.ts';
import { bracketed } from '../connect/location.ts';
import type { ServiceEndpoint } from '../webhook/service-endpoint.ts';
import type { RemoteGroupVersion } from './remote-group-version.ts';

export async function proxyToRemote(
  { backend, isAvailable }: RemoteGroupVersion,
  request: ApiRequest,
  user: UserInfo,
  endpoint: () => Promise<ServiceEndpoint>,
): Promise<ApiResponse> {
  if (!isAvailable) return unavailable('service unavailable');
  let url: URL;
  try {
    url = urlOf(await endpoint(), request.path);
  } catch {
    return unavailable('service unavailable');
  }
  url.search = request.query.toString();
  if (isUpgradeRequest(request.headers)) {
    const headers = { ...forwardedHeaders(request), host: url.host, ...identityHeaders(user) };
    return proxyUpgrade(request, url, backend, headers);
  }
  const sent = forwarded(request, { host: url.host, ...identityHeaders(user) });
  let answer: Awaited<ReturnType<typeof backend.request>>;
  try {
    const { method, signal } = request;
    answer = await backend.request({ method, url, ...sent, signal });
  } catch (error) {
    return unavailable(`error trying to reach service: ${messageOf(error)}`);
  }
  if (answer.status >= 300 && answer.status < 400 && headerOf(answer.headers, 'location')) {
    answer.discard();
    return plainText(502, 'the backend attempted to redirect this request, which is not permitted');
  }
  const answered = answeredHeaders(answer);
  const { contentType } = answered;
  return { type: 'bytes', status: answer.status, contentType, body: answer.body, headers: responseHeaders(answered) };
}

/** The path is what a client sent: set, not resolved, so that it names no other host. */
export function urlOf({ address, port }: ServiceEndpoint, path: string): URL {
  const url = new URL(`https://${bracketed(address)}:${port}`);
  url.pathname = path;
  return url;
}

/** One line for each group and each value. */
export function identityHeaders({
  username,
  uid,
  groups,
  extra,
}: UserInfo): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = { 'x-remote-user': username, 'x-remote-group': groups };
  if (uid) headers['x-remote-uid'] = uid;
  for (const [key, values] of Object.entries(extra ?? {})) headers[`x-remote-extra-${escapedKey(key)}`] = values;
  return headers;
}

/** Bytes that no header name can have, and '%', as percent codes. */
function escapedKey(key: string): string {
  let escaped = '';
  for (const byte of new TextEncoder().encode(key.toLowerCase())) {
    const char = String.fromCharCode(byte);
    escaped += /[a-z0-9!#$&'*+.^_`|~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

function unavailable(message: string): ApiResponse {
  return plainText(503, `${message}\n`);
}

function plainText(status: number, text: string): ApiResponse {
  const headers = { 'x-content-type-options': 'nosniff' };
  return {
    type: 'bytes',
    status,
    contentType: 'text/plain; charset=utf-8',
    body: new TextEncoder().encode(text),
    headers,
  };
}
