/**
 * Backend: HTTP/1.1 requests that a server makes on behalf of its client (API server to kubelet, kubelet to container runtime,
 * API server to a proxied pod). A port: the platform has the sockets and TLS.
 *
 * Contract of every implementation:
 * 1. Redirects are answers, never followed (CVE-2020-8559).
 * 2. A connection that was to be upgraded and was not is closed, never used again (CVE-2018-1002105).
 * 3. `signal` ends the request and whatever came of it.
 */

import { newPlainError } from '../errors.ts';
import type { ByteStream } from './byte-stream.ts';

export interface BackendRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names; several values are several header lines. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A stream's length is in the headers, or it goes in chunks. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

export interface BackendResponse {
  readonly status: number;
  readonly statusText: string;
  /** In order, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Must be read to its end, left early or discarded. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Instead of reading the body: what is still to come is not waited for. */
  readonly discard: () => void;
}

export interface UpgradedBackend {
  readonly headers: BackendResponse['headers'];
  readonly connection: ByteStream;
}

export type UpgradeAnswer =
  | ({ readonly type: 'upgraded' } & UpgradedBackend)
  | ({ readonly type: 'response' } & BackendResponse);

export interface Backend {
  /** Rejects with BackendError when no answer came. */
  request(request: BackendRequest): Promise<BackendResponse>;
  /** Asks for another protocol: `upgraded` on 101, else the ordinary answer. Rejects with BackendError when no answer came. */
  upgrade(request: BackendRequest): Promise<UpgradeAnswer>;
}

/** The backend could not be reached, or did not speak HTTP. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
}

/** Asks for an upgrade; a backend that cannot be reached is a StatusError in upstream's words. */
export async function dialUpgrade(backend: Backend, request: BackendRequest): Promise<UpgradeAnswer> {
  try {
    return await backend.upgrade(request);
  } catch (error) {
    throw unreachableBackend(error, 'error dialing backend');
  }
}

/** A backend that does not answer, as upstream tells it: 500 without a reason. Other errors are handed back as they are. */
export function unreachableBackend(error: unknown, what: string): unknown {
  if (!(error instanceof BackendError)) return error;
  return newPlainError(`${what}: ${error.message}`, { cause: error });
}

export function headerOf(headers: BackendResponse['headers'], name: string): string | undefined {
  return headers.find(([found]) => found === name)?.[1];
}
