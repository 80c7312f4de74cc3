/** 406: what a client is told that takes nothing of what the path's answers come as. */

import { newNoRepresentation, newNotAcceptable, type StatusError } from '#api/errors.ts';
import type { ApiRequest } from '#api/request.ts';
import { parseRequestInfo } from '../request/request-info.ts';
import { negotiate, type Offer, parseAccept } from './accept.ts';

const objects = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] as const;
const watched = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'] as const;

/**
 * What serves a path: a route of upstream's that has media types of its own, as all kinds but custom resources have; the handler that custom
 * resources share; none, or one that takes any media type.
 */
export type Route = 'own' | 'shared' | 'none';

/** Checked before the request is carried out. Undefined for nearly everybody. */
export function checkAcceptable(request: ApiRequest, offer: Offer, routeOf: () => Route): StatusError | undefined {
  const { accept } = request.headers;
  if (accept === undefined) return undefined;
  const negotiated = negotiate(accept, offer);
  if (negotiated && !negotiated.loosely) return undefined;
  const route = routeOf();
  if (route === 'none' || (negotiated && route === 'shared')) return undefined;
  if (route === 'shared') return newNotAcceptable(objects);
  const available = availableAt(request);
  if (negotiated && takes(accept, available)) return undefined;
  // Upstream looks for a route by the media types alone, and then for a conversion.
  return takes(accept, available) ? newNotAcceptable(objects) : newNoRepresentation(available);
}

/** YAML has no frames. Throws 406 for a watch in it. */
export function checkStreams({ headers: { accept } }: ApiRequest, offer: Offer): void {
  if (accept !== undefined && negotiate(accept, offer)?.encoding === 'yaml') throw newNotAcceptable(watched);
}

/** For paths that have one media type and nothing else. */
export function checkTakes({ headers: { accept } }: ApiRequest, mediaType: string): void {
  if (accept !== undefined && !takes(accept, [mediaType])) throw newNoRepresentation([mediaType]);
}

function takes(accept: string, available: readonly string[]): boolean {
  return accept === '' || parseAccept(accept).some(({ type }) => type === '*/*' || available.includes(type));
}

function availableAt(request: ApiRequest): readonly string[] {
  const info = parseRequestInfo(request);
  if (info?.verb === 'list' || info?.verb === 'watch') return [...objects, ...watched];
  return info?.resource === 'pods' && info.subresource === 'log' ? ['text/plain', ...objects] : objects;
}
