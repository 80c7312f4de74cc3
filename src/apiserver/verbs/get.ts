/** GET of one object. */

import { newBadRequest, newNotFound } from '#api/errors.ts';
import type { ApiResponse } from '#api/request.ts';
import type { RequestContext } from '../context.ts';
import { isTrue } from '../request/request-info.ts';
import { whenFresh } from './read.ts';

export async function get({ server, request, info, resource }: RequestContext): Promise<ApiResponse> {
  const exports = request.query.get('export');
  if (exports !== null && isTrue(exports))
    throw newBadRequest('the export parameter, deprecated since v1.14, is no longer supported');
  const waiting = whenFresh(resource, server.store, request.query.get('resourceVersion') ?? '');
  if (waiting) await waiting;
  const object = resource.cache.get(resource.keyOf(info.namespace, info.name));
  if (!object) throw newNotFound(resource.name, info.name);
  const reading = resource.whenReadable([object]);
  if (reading) await reading;
  return { type: 'object', status: 200, body: object };
}
