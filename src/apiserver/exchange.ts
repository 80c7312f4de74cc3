/**
 * Exchange: one request and its answer, beyond the handler's return: what every answer to it carries, and what is held until the answer is out.
 * A list is not done when it was found, but when its last piece was taken; a watch, when it is set up.
 */

import type { ApiResponse } from '#api/request.ts';
import type { WireHeaders, WireResponse } from '#api/wire.ts';
import type { Clock } from '#base/env.ts';
import type { HistogramSeries } from '#base/metrics.ts';
import type { RequestRecord } from './request-metrics.ts';
import { warningHeader } from './warnings.ts';
import { type Offer, objectOffer } from './wire/accept.ts';

/** A reader that takes longer than this (upstream's --request-timeout) holds nothing any more. */
const longestHoldMs = 60_000;

export class Exchange {
  /** Of any answer, failures too. */
  headers: WireHeaders | undefined;
  /** Texts of Warning headers, of refusals too. */
  readonly warnings: string[] = [];
  /** What the answer comes as; of a request that did not come to its resource, what most of them have. */
  offer: Offer = objectOffer;
  /** The answer is a watch of this server, which releases when its initial events are out. */
  watching = false;
  /** Of a request that came as far as what serves it: it is counted when its answer is out. */
  record: RequestRecord | undefined;
  /** Where the sizes of a watch's events go. */
  eventSizes: HistogramSeries | undefined;
  private sent = 0;
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

  /** Bytes of the answer, before compression. */
  count(bytes: number): void {
    this.sent += bytes;
  }

  /** Idempotent. */
  finish(status: number): void {
    this.record?.finish(status, this.sent);
  }

  /** The answer to an in-process caller, who gets it whole; of a watch of ours it is told when it is set up, and when it is over. */
  handedOver(response: ApiResponse, signal: AbortSignal): ApiResponse {
    if (response.type === 'watch') return this.warned(response);
    this.release();
    const status = response.type === 'upgrade' ? switchingProtocols.status : response.status;
    const isOpen = response.type === 'upgrade' || (response.type === 'bytes' && Symbol.asyncIterator in response.body);
    if (!isOpen) this.record?.finish(status, undefined);
    else if (this.record) whenAborted(signal, () => this.record?.finish(status, undefined));
    return this.warned(response);
  }

  /** The answer as bytes; what is held is released when they are taken, or the client is gone. */
  answered(response: WireResponse, signal: AbortSignal, clock: Clock): WireResponse {
    const { status } = response.type === 'upgrade' ? switchingProtocols : response;
    const gone = (): void => {
      this.release();
      this.finish(status);
    };
    if (response.type === 'upgrade') {
      this.release();
      // The transport's signal fires when the connection is closed, whatever was spoken on it.
      if (this.record) whenAborted(signal, gone);
      return response;
    }
    const headed = this.headed(response);
    if (headed.type === 'full') {
      this.sent = headed.body.length;
      gone();
      return headed;
    }
    if (!this.held && !this.record) return headed;
    const { chunks } = headed;
    if (Symbol.asyncIterator in chunks) {
      // A watch of ours says itself when it is set up; what another server streams is not our work.
      if (!this.watching) this.release();
      whenAborted(signal, gone);
      return this.watching ? headed : { ...headed, chunks: this.countedAsync(chunks) };
    }
    const timer = clock.after(longestHoldMs, () => this.release());
    const taken = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', taken);
      gone();
    };
    whenAborted(signal, taken);
    return { ...headed, chunks: this.counted(chunks, taken) };
  }

  private warned(response: ApiResponse): ApiResponse {
    const warning = warningHeader(this.warnings);
    if (warning === undefined || response.type === 'upgrade') return response;
    return { ...response, headers: { ...response.headers, warning } };
  }

  private headed<T extends Exclude<WireResponse, { readonly type: 'upgrade' }>>(response: T): T {
    const warning = warningHeader(this.warnings);
    if (warning === undefined && !this.headers) return response;
    const headers = { ...response.headers, ...this.headers };
    return { ...response, headers: warning === undefined ? headers : { ...headers, warning } };
  }

  private *counted(chunks: Iterable<Uint8Array>, end: () => void): Generator<Uint8Array, void, void> {
    try {
      for (const chunk of chunks) {
        this.sent += chunk.length;
        yield chunk;
      }
    } finally {
      end();
    }
  }

  private async *countedAsync(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of chunks) {
      this.sent += chunk.length;
      yield chunk;
    }
  }
}

const switchingProtocols = { status: 101 };

function whenAborted(signal: AbortSignal, run: () => void): void {
  if (signal.aborted) run();
  else signal.addEventListener('abort', run, { once: true });
}
