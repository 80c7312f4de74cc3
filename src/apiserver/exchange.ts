/**
 * Exchange: one request and its answer, beyond the handler's return: what every answer to it carries, and what is held until the answer is out.
 * A list is not done when it was found, but when its last piece was taken; a watch, when it is set up.
 */

import type { Headers } from '#api/request.ts';
import type { WireResponse } from '#api/wire.ts';
import type { Clock } from '#base/env.ts';

/** A reader that takes longer than this (upstream's --request-timeout) holds nothing any more. */
const longestHoldMs = 60_000;

export class Exchange {
  /** Of any answer, failures too. */
  headers: Headers | undefined;
  /** The answer is a watch of this server, which releases when its initial events are out. */
  watching = false;
  private held: (() => void) | undefined;
  private released = false;

  /** `free` is called once; at once if the answer went out before, because the time was up. */
  hold(free: () => void): void {
    if (this.released) free();
    else this.held = free;
  }

  /** Idempotent. */
  release(): void {
    this.released = true;
    const { held } = this;
    this.held = undefined;
    held?.();
  }

  /** The answer as bytes; what is held is released when they are taken, or the client is gone. */
  answered(response: WireResponse, signal: AbortSignal, clock: Clock): WireResponse {
    if (response.type === 'upgrade') {
      this.release();
      return response;
    }
    const headed = this.headers
      ? { ...response, headers: { ...response.headers, ...defined(this.headers) } }
      : response;
    if (headed.type === 'full' || signal.aborted) {
      this.release();
      return headed;
    }
    if (!this.held) return headed;
    const { chunks } = headed;
    // A watch of ours says itself when it is set up; what another server streams is not our work.
    if (Symbol.asyncIterator in chunks) {
      if (!this.watching) this.release();
      return headed;
    }
    const gone = (): void => this.release();
    const timer = clock.after(longestHoldMs, gone);
    signal.addEventListener('abort', gone, { once: true });
    const taken = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', gone);
      this.release();
    };
    return { ...headed, chunks: until(chunks, taken) };
  }
}

function* until(chunks: Iterable<Uint8Array>, end: () => void): Generator<Uint8Array, void, void> {
  try {
    yield* chunks;
  } finally {
    end();
  }
}

function defined(headers: Headers): Record<string, string> {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) present[name] = value;
  return present;
}
