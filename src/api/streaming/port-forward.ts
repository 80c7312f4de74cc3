/**
 * Port-forward by WebSocket as kubectl 1.31 and later does it: the bytes of a SPDY/3.1 connection, frames and all, are the
 * payload of binary messages (KEP-4006). The tunnel is opened here and its bytes go to the backend as the SPDY that they are.
 */

import { newBadRequest } from '../errors.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { type Backend, dialUpgrade, headerOf } from './backend.ts';
import { splice } from './byte-stream.ts';
import { forwardedHeaders, refusal } from './proxy-upgrade.ts';
import { isWebSocketRequest, messagesAsBytes, offeredProtocols, type WebSocketAcceptor } from './web-socket.ts';

const tunnelPrefix = 'SPDY/3.1+';
const tunnelSuffix = '.k8s.io';

/** SPDY protocol versions that the client offers through a tunnel: 'SPDY/3.1+portforward.k8s.io' offers portforward.k8s.io. */
export function tunneledProtocols(request: ApiRequest): readonly string[] {
  if (!isWebSocketRequest(request.headers)) return [];
  return offeredProtocols(request.headers)
    .filter((protocol) => protocol.startsWith(tunnelPrefix) && protocol.endsWith(tunnelSuffix))
    .map((protocol) => protocol.slice(tunnelPrefix.length));
}

/** Opens the tunnel that the request asks for, to a backend that speaks SPDY at `url`. */
export async function tunnelPortForward(
  request: ApiRequest,
  url: URL,
  backend: Backend,
  webSockets: WebSocketAcceptor,
): Promise<ApiResponse> {
  const protocols = tunneledProtocols(request);
  if (protocols.length === 0) throw newBadRequest('unable to upgrade: no tunneling spdy protocols provided');
  const headers = Object.fromEntries(
    Object.entries(forwardedHeaders(request)).filter(([name]) => !name.startsWith('sec-websocket-')),
  );
  const answer = await dialUpgrade(backend, {
    method: 'POST',
    url,
    headers: { ...headers, connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocols },
    signal: request.signal,
  });
  if (answer.type === 'response') return refusal(answer);
  const chosen = headerOf(answer.headers, 'x-stream-protocol-version');
  return {
    type: 'upgrade',
    upgrade: async (connection) => {
      try {
        const protocol = chosen === undefined ? undefined : `${tunnelPrefix}${chosen}`;
        const socket = await webSockets.accept(connection, request.headers, protocol);
        await splice(messagesAsBytes(socket), answer.connection);
      } finally {
        answer.connection.destroy();
      }
    },
  };
}
