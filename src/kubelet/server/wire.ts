/** The kubelet's answers for a byte transport: text, streams and upgrades; it serves no watch and no list of objects. */

import type { ApiHandler } from '#api/request.ts';
import { type WireHandler, type WireResponse, wireHeaders } from '#api/wire.ts';
import { errorResponse } from './http-error.ts';

export function kubeletWire(handler: ApiHandler): WireHandler {
  return async (request): Promise<WireResponse> => {
    const answered = await handler(request).catch(errorResponse);
    if (answered.type === 'upgrade') return answered;
    const response =
      answered.type === 'bytes' ? answered : errorResponse(new Error(`the kubelet does not serve ${answered.type}`));
    const headers = wireHeaders(response.contentType, response.headers);
    const { status, body } = response;
    return body instanceof Uint8Array
      ? { type: 'full', status, headers, body, compressible: true }
      : { type: 'stream', status, headers, chunks: body, compressible: false, longRunning: true };
  };
}
