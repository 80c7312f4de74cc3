/** How long a peer may take, by what it does. Whoever takes longer is cut off; nobody else notices. */

export interface HttpBounds {
  /** To send the head of a request, the TLS handshake too (upstream: ReadHeaderTimeout). */
  readonly headMs: number;
  /** Without any request (upstream: IdleTimeout). */
  readonly idleMs: number;
  /** Without taking anything of an answer that waits for it. Upstream's watches have no such bound. */
  readonly stalledMs: number;
  /** To take an answer that is no watch, log or stream, from its first byte on (upstream: --request-timeout). */
  readonly answerMs: number;
  /** To send the rest of a body that nobody wanted, before the connection goes. */
  readonly unwantedBodyMs: number;
}

export const httpBounds: HttpBounds = {
  headMs: 32_000,
  idleMs: 90_000,
  stalledMs: 60_000,
  answerMs: 60_000,
  unwantedBodyMs: 1000,
};

/** Bytes of a request's head: as much by HTTP/1.1 as by HTTP/2. */
export const headBound = 64 * 1024;
