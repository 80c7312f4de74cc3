/**
 * Exec and attach requests on their way to a server that speaks SPDY: the API server hands them to the kubelet with this, and the
 * kubelet to the container runtime.
 */

import type { Clock } from '#base/env.ts';
import { fromStatus, newBadRequest, newInternalError } from '../errors.ts';
import type { Status } from '../generated/meta-v1.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { type Backend, type BackendResponse, dialUpgrade } from './backend.ts';
import { collect } from './byte-stream.ts';
import { proxyUpgrade } from './proxy-upgrade.ts';
import {
  type RemoteCommandStreams,
  remoteCommandSpdyProtocol,
  remoteCommandWebSocketProtocols,
  translateRemoteCommand,
  WebSocketRemoteCommand,
} from './remote-command.ts';
import { SpdyConnection } from './spdy/connection.ts';
import type { RawDeflate } from './spdy/header-block.ts';
import { chooseProtocol, isUpgradeRequest, isWebSocketRequest, type WebSocketAcceptor } from './web-socket.ts';

/** What streaming needs of the platform. */
export interface StreamingPorts {
  readonly clock: Clock;
  readonly deflate: RawDeflate;
  readonly webSockets: WebSocketAcceptor;
}

/** Bytes of a refusal that are read for its reason. */
const maxRefusalBytes = 64 * 1024;

/** Carries the request to `url`: WebSockets translated, SPDY as it is. `streams` are those that the request's query names. */
export async function proxyRemoteCommand(
  request: ApiRequest,
  url: URL,
  streams: RemoteCommandStreams,
  backend: Backend,
  ports: StreamingPorts,
): Promise<ApiResponse> {
  if (!isUpgradeRequest(request.headers)) throw newBadRequest('Upgrade request required');
  if (!isWebSocketRequest(request.headers)) return proxyUpgrade(request, url, backend);
  const protocol = chooseProtocol(request.headers, remoteCommandWebSocketProtocols);
  if (protocol === undefined) return unsupportedProtocol(request);
  return {
    type: 'upgrade',
    upgrade: async (connection) => {
      const socket = await ports.webSockets.accept(connection, request.headers, protocol || undefined);
      const client = new WebSocketRemoteCommand(socket, protocol, streams);
      await translateRemoteCommand(client, () => connectSpdy(url, request.signal, backend, ports), streams);
    },
  };
}

/** A WebSocket handshake without a common subprotocol: 403, as golang.org/x/net/websocket answers. */
export function unsupportedProtocol(request: ApiRequest): ApiResponse {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return {
    type: 'bytes',
    status: 403,
    contentType: 'text/plain; charset=utf-8',
    body: new TextEncoder().encode(`requested protocol(s) are not supported: [${offered}]\n`),
    headers: { connection: 'close' },
  };
}

/** Opens a SPDY connection for a remote command. Rejects with StatusError when the server refuses with one. */
async function connectSpdy(
  url: URL,
  signal: AbortSignal,
  backend: Backend,
  ports: StreamingPorts,
): Promise<SpdyConnection> {
  const answer = await dialUpgrade(backend, {
    method: 'POST',
    url,
    headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': remoteCommandSpdyProtocol },
    signal,
  });
  if (answer.type === 'response') throw await refusedUpgrade(answer);
  return new SpdyConnection(answer.connection, { role: 'client', deflate: ports.deflate, clock: ports.clock });
}

async function refusedUpgrade(answer: BackendResponse): Promise<Error> {
  const text = new TextDecoder().decode((await collect(answer.body, maxRefusalBytes)) ?? new Uint8Array());
  try {
    const status: unknown = JSON.parse(text);
    if (typeof status === 'object' && status !== null && 'kind' in status && status.kind === 'Status') {
      return fromStatus(status as Status);
    }
  } catch {
    // Not JSON: runtimes answer plain text.
  }
  return newInternalError(`unable to upgrade connection: ${text.trim() || `${answer.status} ${answer.statusText}`}`);
}
