/**
 * SimNetwork: requests between simulated processes: late, lost on the way there or back, cut off.
 *
 * A call is a message there and a message back; a watch is a message for every batch, in order. A lost answer leaves the
 * caller not knowing whether its request was carried out, which is what every caller must survive.
 */

import type { ApiHandler, ApiRequest, ApiResponse, EncodedWatchEvent } from '#api/request.ts';
import { AbortedError } from '#base/abort.ts';
import type { SimEnv } from './env.ts';
import type { SimProcess } from './process.ts';
import type { SimRandom } from './random.ts';

export interface NetworkFaults {
  /** Probability that a message is lost: the call fails after `timeoutMs`, a watch breaks. */
  readonly lossRate: number;
  /** Delay of a message, in ms. */
  readonly delayMs: { readonly low: number; readonly high: number };
}

export const quietNetwork: NetworkFaults = { lossRate: 0, delayMs: { low: 0.2, high: 2 } };

/** When a caller gives up on a message that was lost. */
const timeoutMs = 5000;

export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** A server process that listens now, with what it answers. */
export interface Listener {
  readonly process: SimProcess;
  readonly handler: ApiHandler;
}

export class SimNetwork {
  faults: NetworkFaults = quietNetwork;
  private readonly world: SimEnv;
  private readonly random: SimRandom;
  private readonly cut = new Map<string, AbortController>();
  private listener: Listener | undefined;

  constructor(world: SimEnv) {
    this.world = world;
    this.random = world.random.fork('network');
  }

  /** What callers reach from now on; nobody when absent. */
  listen(listener: Listener | undefined): void {
    this.listener = listener;
  }

  /** Cuts a host off, or mends its connection. Watches of a host that is cut off break. */
  partition(host: string, isCut: boolean): void {
    if (isCut) this.linkOf(host).abort();
    else this.cut.set(host, new AbortController());
  }

  /** The API server as a process on `host` reaches it. */
  handlerFor(process: SimProcess, host: string): ApiHandler {
    return (request) => process.outcome(this.call(request, process, host));
  }

  private async call(request: ApiRequest, caller: SimProcess, host: string): Promise<ApiResponse> {
    const { listener } = this;
    await this.message(host);
    if (!listener?.process.alive || this.listener !== listener) throw new ConnectionError('connection refused');
    const exchange = new AbortController();
    const ends = [request.signal, caller.died, listener.process.died, this.linkOf(host).signal];
    const done = () => {
      for (const signal of ends) signal.removeEventListener('abort', end);
    };
    const end = () => {
      // Now, not in the end of what waits: a dead process has none.
      done();
      exchange.abort();
    };
    for (const signal of ends) signal.addEventListener('abort', end, { once: true });
    try {
      const response = await untilAborted(listener.handler({ ...request, signal: exchange.signal }), exchange.signal);
      await this.message(host);
      if (response.type !== 'watch') {
        done();
        return response;
      }
      const events = this.stream(response.events, { caller, host, ended: exchange.signal, done });
      return { ...response, events };
    } catch (error) {
      done();
      exchange.abort();
      if (request.signal.aborted) throw new AbortedError('aborted', { cause: request.signal.reason });
      if (!(error instanceof ConnectionError)) await this.message(host);
      throw error;
    }
  }

  private async *stream(
    events: AsyncIterable<readonly EncodedWatchEvent[]>,
    { caller, host, ended, done }: Exchange,
  ): AsyncGenerator<readonly EncodedWatchEvent[], void, void> {
    const iterator = events[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await caller.outcome(untilAborted(iterator.next(), ended));
        if (next.done) return;
        await caller.outcome(this.message(host));
        yield next.value;
      }
    } finally {
      done();
      // Not awaited: a server that died never comes to its end.
      void iterator.return?.();
    }
  }

  /** One message's way: resolves when it arrives, rejects when the sender gives it up. */
  private async message(host: string): Promise<void> {
    const lost = this.linkOf(host).signal.aborted || this.random.chance(this.faults.lossRate);
    const { low, high } = this.faults.delayMs;
    const delayMs = lost ? timeoutMs : low + this.random.next() * (high - low);
    await new Promise<void>((resolve) => this.world.clock.after(delayMs, resolve));
    if (lost) throw new ConnectionError('connection timed out');
  }

  private linkOf(host: string): AbortController {
    const known = this.cut.get(host);
    if (known) return known;
    const link = new AbortController();
    this.cut.set(host, link);
    return link;
  }
}

interface Exchange {
  readonly caller: SimProcess;
  readonly host: string;
  /** Fires when either side is gone, or the way between. */
  readonly ended: AbortSignal;
  readonly done: () => void;
}

/** Rejects with ConnectionError when the connection ends first. */
function untilAborted<T>(promise: Promise<T>, ended: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new ConnectionError('connection reset'));
    if (ended.aborted) onAbort();
    else ended.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => ended.removeEventListener('abort', onAbort));
  });
}
