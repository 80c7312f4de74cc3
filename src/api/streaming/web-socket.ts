/**
 * WebSockets (RFC 6455) as streaming endpoints see them: messages both ways, and which subprotocol a client may have.
 * The platform frames and unframes (it has a library for that); nothing here touches a socket.
 */

import type { Headers } from '../request.ts';
import type { ByteStream } from './byte-stream.ts';

/** An open WebSocket. */
export interface MessageSocket {
  /** Text messages are strings. Ends when the peer closes; throws when the connection breaks. Iterated at most once. */
  readonly messages: AsyncIterable<Uint8Array | string>;
  /** Resolves when there is room for more. */
  send(message: Uint8Array | string): Promise<void>;
  /** The closing handshake; resolves when the connection is gone. */
  close(code?: number, reason?: string): Promise<void>;
}

/** The server's side of the handshake, as the platform provides it. */
export interface WebSocketAcceptor {
  /**
   * Answers the upgrade request on `connection` with 101 and this subprotocol (none when undefined). Rejects, with the
   * connection closed, when the request is not a WebSocket handshake.
   */
  accept(connection: ByteStream, headers: Headers, protocol: string | undefined): Promise<MessageSocket>;
}

/** True when the client asks to change protocol, to whichever. */
export function isUpgradeRequest(headers: Headers): boolean {
  return (headers.connection ?? '').toLowerCase().includes('upgrade');
}

export function isWebSocketRequest(headers: Headers): boolean {
  return isUpgradeRequest(headers) && (headers.upgrade ?? '').toLowerCase() === 'websocket';
}

/** Subprotocols that the client offers, in its order. */
export function offeredProtocols(headers: Headers): readonly string[] {
  return (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');
}

/**
 * The first offered protocol that is supported. A client that offers none gets '' when that is supported. Undefined: no common one.
 */
export function chooseProtocol(headers: Headers, supported: readonly string[]): string | undefined {
  const offered = offeredProtocols(headers);
  if (offered.length === 0) return supported.includes('') ? '' : undefined;
  return offered.find((protocol) => supported.includes(protocol));
}

/** A browser hands its bearer token over as a subprotocol of this prefix; it is the authenticator's, never echoed and never handed on. */
export const bearerProtocolPrefix = 'base64url.bearer.authorization.k8s.io.';

/** The subprotocols as a backend may see them: without the token. */
export function withoutBearerProtocol(headers: Headers): readonly string[] {
  return offeredProtocols(headers).filter((protocol) => !protocol.startsWith(bearerProtocolPrefix));
}

/** A WebSocket whose binary messages are the bytes of one stream, message borders meaning nothing (port-forward tunnels). */
export function messagesAsBytes(socket: MessageSocket): ByteStream {
  const encoder = new TextEncoder();
  return {
    incoming: {
      async *[Symbol.asyncIterator]() {
        for await (const message of socket.messages)
          yield typeof message === 'string' ? encoder.encode(message) : message;
      },
    },
    write: (bytes) => socket.send(bytes),
    // A WebSocket has no half-close: both directions end together.
    end: () => socket.close(1000),
    destroy: () => {
      void socket.close(1001).catch(() => {});
    },
  };
}
