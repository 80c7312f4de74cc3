/**
 * The one request path. HTTP servers, in-process clients and the simulated network all call the same ApiHandler; filters wrap
 * it. In-process callers skip only sockets and encoding: they hand over decoded objects and get frozen ones back.
 *
 * A handler throws StatusError for expected failures; the outermost filter turns it into a Status answer.
 */

import type { YamlDocument } from './codec/yaml-decode.ts';
import type { KubeObject, WatchEventType } from './object.ts';

/** Lower-case names. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** Several values are several header lines: cookies cannot be joined. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ApiRequest {
  /** TRACE stands for all that nothing here is asked by. */
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'TRACE';
  /** Decoded only where needed by the router: '/api/v1/namespaces/default/pods'. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it was sent, for those to whom requests are handed on. In-process callers have none. */
  readonly rawQuery?: string;
  readonly headers: Headers;
  /** Names and values in turn as they came: tells a header that came twice from one with a comma. In-process callers have none. */
  readonly rawHeaders?: readonly string[];
  /** Absent for none; `object` from in-process clients: a plain tree that the caller will not touch again. */
  readonly body?: RequestBody;
  /** Instead of `body`, where the server hands requests on and what comes is long or of unknown length. Iterated at most once. */
  readonly bodyStream?: AsyncIterable<Uint8Array>;
  /**
   * Of byte transports: receives the body, which stays with the peer until somebody asks, once. Whoever is not let in cannot make the server
   * hold a body. Undefined for none; throws 413.
   */
  readonly receive?: () => RequestBody | undefined | Promise<RequestBody | undefined>;
  /** What the transport knows about the caller: certificate, in-process identity, address. */
  readonly peer: Peer;
  /** Names the request in audit records and in the answer (Audit-Id): the client's own, or made by the transport. */
  readonly auditId?: string;
  /** Fires when the client is gone or the deadline has passed. */
  readonly signal: AbortSignal;
  /** Makes the signal fire: nobody waits for this request any more. */
  readonly abandon?: (reason: Error) => void;
}

export type RequestBody =
  | {
      readonly type: 'bytes';
      readonly bytes: Uint8Array;
      readonly contentType: string;
      /** What it says, where somebody has read it as YAML before: once, for it is given away. Throws what reading threw. */
      readonly yaml?: () => YamlDocument;
    }
  | { readonly type: 'object'; readonly object: unknown; readonly contentType: string };

export interface Peer {
  readonly address: string;
  /** A verified client certificate's subject: common name is the user, organizations its groups. */
  readonly certificate?: {
    readonly commonName: string;
    readonly organizations: readonly string[];
    readonly fingerprint?: string;
    /** Unix time in milliseconds. */
    readonly validUntilMs?: number;
    /** Attribute 1.3.6.1.4.1.57683.2 of the subject. */
    readonly uid?: string;
  };
  /** A verified client certificate of the request-header authority: a proxy that speaks for others. */
  readonly frontProxy?: { readonly commonName: string };
  /** Identity of an in-process component; it is authorized like any other. */
  readonly inProcess?: UserInfo;
}

/** Every value of a header, in order; `name` in lower case. */
export function headerValues({ headers, rawHeaders }: ApiRequest, name: string): readonly string[] {
  const joined = headers[name];
  if (joined === undefined) return [];
  if (!rawHeaders) return joined.split(', ');
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
}

/** Who asks (authentication/v1 UserInfo). */
export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * An object as the watch cache keeps it: a frozen view and its encodings, each made at most once. `json` is the encoding with
 * metadata.resourceVersion filled in; a thousand watchers share one buffer.
 */
export interface EncodedObject {
  readonly object: KubeObject;
  readonly json: () => Uint8Array;
  readonly protobuf: () => Uint8Array;
}

export type ApiResponse =
  | { readonly type: 'object'; readonly status: number; readonly body: EncodedObject; readonly headers?: Headers }
  | {
      readonly type: 'list';
      readonly status: 200;
      readonly apiVersion: string;
      readonly kind: string;
      readonly metadata: {
        /** Absent for what is not stored. */
        readonly resourceVersion?: string;
        readonly continue?: string;
        readonly remainingItemCount?: number;
      };
      readonly items: readonly EncodedObject[];
      /** On the wire the items do not repeat what the list says of their kind, as Go prints lists of types that it has. */
      readonly itemsOmitKind?: boolean;
      readonly headers?: Headers;
    }
  | {
      readonly type: 'watch';
      readonly status: 200;
      readonly events: WatchEvents;
      readonly headers?: Headers;
    }
  /** Anything that is not an API object: discovery bytes, metrics, health text, logs. */
  | {
      readonly type: 'bytes';
      readonly status: number;
      /** '' for none: what a backend did not say. */
      readonly contentType: string;
      readonly body: Uint8Array | AsyncIterable<Uint8Array>;
      readonly headers?: ResponseHeaders;
    }
  /** The connection changes protocol (exec, attach, port-forward, proxied upgrades); only stream transports can do that. */
  | { readonly type: 'upgrade'; readonly upgrade: (connection: UpgradeConnection) => Promise<void> };

export interface EncodedWatchEvent {
  readonly type: WatchEventType;
  readonly body: EncodedObject;
}

/** In batches: what was there when the last was asked for. */
export interface WatchEvents extends AsyncIterable<readonly EncodedWatchEvent[]> {
  /** The events of the initial state, for who sends them at the peer's speed and says when they are out. They do not come by iteration then. */
  readonly takeInitial?: () => InitialEvents | undefined;
  /** Instead of iterating, without promises. */
  readonly listen?: (reader: EventReader) => EventQueue;
}

export interface EventReader {
  /** The next event, past the queue; false when it has no room, or has not begun: then the event waits in the queue. Must not throw. */
  event(event: EncodedWatchEvent): boolean;
  /** There is something to take, or the end has come. Must not throw. */
  ready(): void;
}

export interface EventQueue {
  /** All that waits, in order; empty for nothing yet; undefined at the end. */
  take(): readonly EncodedWatchEvent[] | undefined;
  /** Idempotent. */
  close(): void;
}

export interface InitialEvents {
  readonly events: readonly EncodedWatchEvent[];
  readonly sent: () => void;
}

/** The raw duplex connection after the request's head: what an upgrade handler speaks on. Implemented by the HTTP transport. */
export interface UpgradeConnection {
  /** Bytes that arrived after the head, then the rest as they come. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Resolves when the transport takes more; rejects when the peer is gone. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Half-close of our direction. */
  readonly end: () => Promise<void>;
  readonly destroy: (error?: unknown) => void;
}

export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;
