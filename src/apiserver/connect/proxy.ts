/**
 * pods/proxy, services/proxy, nodes/proxy: plain HTTP (and upgrades) through the API server.
 *
 * Invariants:
 * 1. Only global unicast addresses are called: no request reaches the API server's own machine or a link-local service
 *    (CVE-2022-3294). Node and endpoint addresses are literal IPs or resolved by nobody but the connection itself.
 * 2. The client's credentials stay here, and what a kubelet lets the API server do by a GET needs `create` (beyond upstream).
 * 3. Links of HTML pages and redirects of the backend lead back through the proxy.
 *
 * Source: pkg/registry/core/{pod,service,node} ResourceLocation, apimachinery util/proxy.
 */

import { isNotFound, newBadRequest, newNotFound, newServiceUnavailable } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { Backend, BackendResponse } from '#api/streaming/backend.ts';
import { concat } from '#api/streaming/byte-stream.ts';
import { answeredHeaders, forwarded, responseHeaders } from '#api/streaming/forwarded.ts';
import { forwardedHeaders, proxyUpgrade } from '#api/streaming/proxy-upgrade.ts';
import { isUpgradeRequest } from '#api/streaming/web-socket.ts';
import { messageOf } from '#base/errors.ts';
import { isPageCoding, recoded } from './coded-page.ts';
import type { ConnectContext, ConnectHandler, ConnectLookup, ConnectOptions, EndpointsView } from './context.ts';
import { isGlobalUnicast } from './ip-address.ts';
import { bracketed, kubeletAddress } from './location.ts';
import { proxiedPath } from './proxied-path.ts';
import { requireCreate } from './require-create.ts';
import { createLinkRewriter, type LinkRewriter, rewriteHtml } from './rewrite.ts';

interface Target {
  /** Scheme, host and port; no path. */
  readonly origin: string;
  readonly backend: Backend;
}

/** HTML that is longer is passed on as it is. */
const maxHtmlBytes = 2 << 20;

export function podProxyHandler(options: ConnectOptions): ConnectHandler {
  return (context) => proxyTo(context, () => podTarget(options, context));
}

export function serviceProxyHandler(options: ConnectOptions, random: () => number): ConnectHandler {
  return (context) => proxyTo(context, () => serviceTarget(options, context, random));
}

export function nodeProxyHandler(options: ConnectOptions): ConnectHandler {
  return (context) => proxyTo(context, () => nodeTarget(options, context));
}

/** '[scheme:]name[:port]' of a proxied object. */
function splitName(text: string, kind: string): { scheme: string; name: string; port: string } {
  const parts = text.split(':');
  const [scheme, name, port] = parts.length === 3 ? parts : ['', parts[0], parts[1] ?? ''];
  if (parts.length > 3 || !name || !['', 'http', 'https'].includes(scheme ?? '')) {
    throw newBadRequest(`invalid ${kind} request ${JSON.stringify(text)}`);
  }
  return { scheme: scheme || 'http', name, port: port ?? '' };
}

async function podTarget(options: ConnectOptions, { info, lookup }: ConnectContext): Promise<Target> {
  const { scheme, name, port } = splitName(info.name, 'pod');
  const pod = await lookup.pod(info.namespace, name);
  const declared = pod.spec?.containers?.flatMap(({ ports }) => ports ?? [])[0]?.containerPort;
  const chosen = port || (declared === undefined ? '' : `${declared}`);
  const ip = pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '';
  if (!isGlobalUnicast(ip)) throw newBadRequest('address not allowed');
  return { origin: `${scheme}://${bracketed(ip)}${chosen ? `:${chosen}` : ''}`, backend: options.proxy };
}

async function serviceTarget(
  options: ConnectOptions,
  { info, lookup }: ConnectContext,
  random: () => number,
): Promise<Target> {
  const { scheme, name, port } = splitName(info.name, 'service');
  let portName = port;
  if (/^\d+$/.test(port)) {
    const service = await lookup.service(info.namespace, name);
    const found = service.spec?.ports?.find((servicePort) => servicePort.port === Number(port));
    if (!found) throw newServiceUnavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
    portName = found.name ?? '';
  }
  const { subsets = [] } = await lookup.endpoints(info.namespace, name).catch((error: unknown) => {
    // The request is about the service, and says so.
    throw isNotFound(error) ? newNotFound({ group: '', resource: 'services' }, name) : error;
  });
  if (subsets.length === 0) throw newServiceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  for (const subset of rotated(subsets, random)) {
    const target = subset.ports?.find((endpointPort) => (endpointPort.name ?? '') === portName)?.port;
    if (target === undefined) continue;
    for (const address of rotated(subset.addresses ?? [], random)) {
      if (!(await isPodAddress(lookup, info.namespace, address))) continue;
      return { origin: `${scheme}://${bracketed(address.ip ?? '')}:${target}`, backend: options.proxy };
    }
  }
  throw newServiceUnavailable(`no endpoints available for service ${JSON.stringify(info.name)}`);
}

type Address = NonNullable<NonNullable<EndpointsView['subsets']>[number]['addresses']>[number];

/** Only pods are proxied to: whoever may write Endpoints could point them anywhere. */
async function isPodAddress(lookup: ConnectLookup, namespace: string, address: Address): Promise<boolean> {
  const name = address.targetRef?.name;
  if (!name || address.targetRef?.namespace !== namespace || !isGlobalUnicast(address.ip ?? '')) return false;
  try {
    const pod = await lookup.pod(namespace, name);
    return (pod.status?.podIPs ?? []).some(({ ip }) => ip === address.ip);
  } catch {
    return false;
  }
}

function rotated<T>(items: readonly T[], random: () => number): readonly T[] {
  const start = Math.floor(random() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

/** Paths of a kubelet that run or reach into containers. */
const acting = /^\/+(?:exec|attach|portForward|run)(?:\/|$)/;

async function nodeTarget(options: ConnectOptions, context: ConnectContext): Promise<Target> {
  const { info, lookup } = context;
  // The kubelet asks what the API server may do, not who is behind it.
  if (acting.test(proxiedPath(info).path)) await requireCreate(options, context);
  const { scheme, name, port } = splitName(info.name, 'node');
  const kubelet = await kubeletAddress(options, lookup, name);
  if (!isGlobalUnicast(kubelet.host)) throw newBadRequest('address not allowed');
  const host = bracketed(kubelet.host);
  if (port === '' || port === `${kubelet.port}`) {
    return { origin: `${kubelet.scheme}://${host}:${kubelet.port}`, backend: options.kubelet };
  }
  return { origin: `${scheme}://${host}:${port}`, backend: options.proxy };
}

async function proxyTo({ request, info }: ConnectContext, locate: () => Promise<Target>): Promise<ApiResponse> {
  const { origin, backend } = await locate();
  const { prefix, path } = proxiedPath(info);
  const query = request.rawQuery ?? request.query.toString();
  const url = new URL(origin);
  url.pathname = path;
  url.search = query;
  const host = request.headers.host ?? url.host;
  if (isUpgradeRequest(request.headers))
    return proxyUpgrade(request, url, backend, { ...forwardedHeaders(request), host });
  if (path === '' && (request.method === 'GET' || request.method === 'HEAD')) {
    // Relative links of the page would otherwise lead beside the proxy (issue 4958).
    const location = `${request.path}/${query ? `?${query}` : ''}`;
    return { type: 'bytes', status: 301, contentType: '', body: new Uint8Array(), headers: { location } };
  }
  const sent = forwarded(request, { host, 'x-forwarded-uri': `${prefix}${url.pathname}` });
  return forward(request, url, sent, backend, createLinkRewriter(prefix, [url.host, host]));
}

async function forward(
  { method, signal }: ApiRequest,
  url: URL,
  sent: ReturnType<typeof forwarded>,
  backend: Backend,
  rewrite: LinkRewriter,
): Promise<ApiResponse> {
  let answer: BackendResponse;
  try {
    answer = await backend.request({ method, url, ...sent, signal });
  } catch (error) {
    throw newServiceUnavailable(`error trying to reach service: ${messageOf(error)}`);
  }
  const answered = answeredHeaders(answer);
  const { contentType, single } = answered;
  const plain = { type: 'bytes', status: answer.status, contentType, body: answer.body } as const;
  if (single.location !== undefined) {
    return { ...plain, headers: responseHeaders(answered, { location: rewrite(single.location) }) };
  }
  const coding = single['content-encoding'] ?? '';
  const isPage = contentType.split(';')[0]?.trim() === 'text/html' && (coding === '' || isPageCoding(coding));
  if (!isPage || method === 'HEAD' || Number(single['content-length'] ?? 0) > maxHtmlBytes) {
    return { ...plain, headers: responseHeaders(answered) };
  }
  const withLinks = (page: Uint8Array) => rewriteHtml(page, rewrite);
  const body = rewritten(answer.body, (page) =>
    isPageCoding(coding) ? recoded(page, coding, withLinks, maxHtmlBytes) : withLinks(page),
  );
  return { ...plain, body, headers: responseHeaders(answered, { 'content-length': undefined }) };
}

/** A page is rewritten as a whole; one that turns out to be too long comes as it is. */
async function* rewritten(
  body: AsyncIterable<Uint8Array>,
  rewrite: (page: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let held: Uint8Array[] | undefined = [];
  let size = 0;
  for await (const chunk of body) {
    if (!held) {
      yield chunk;
      continue;
    }
    held.push(chunk);
    size += chunk.length;
    if (size <= maxHtmlBytes) continue;
    yield* held;
    held = undefined;
  }
  if (held) yield await rewrite(concat(held));
}
