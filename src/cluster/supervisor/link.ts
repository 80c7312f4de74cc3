/**
 * A process's link to its supervisor, for as long as the process lives.
 *
 * It says which unit this is and when it serves, to the next supervisor again when one dies.
 */

import { isAborted, sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import type { Failure } from '../failure.ts';
import { type ControlAnswer, type ControlConnection, type ControlRequest, connectControl } from './control.ts';

export interface LinkOptions {
  readonly socketPath: string;
  readonly unit: string;
}

export interface SupervisorLink {
  /** This process serves now. */
  ready(): void;
  /** This process ends for something that a person can mend; resolves when that is said, or nobody listens. */
  refused(failure: Failure): Promise<void>;
}

const reconnectMs = 250;
/** How long a process that ends looks for its supervisor. */
const lastWordsMs = 2_000;

export function linkToSupervisor(env: Env, options: LinkOptions, signal: AbortSignal): SupervisorLink {
  let isReady = false;
  let connection: ControlConnection<ControlRequest, ControlAnswer> | undefined;
  const keep = async () => {
    while (!signal.aborted) {
      try {
        connection = await connectControl(options.socketPath);
        connection.send({ op: 'attach', unit: options.unit, pid: process.pid });
        if (isReady) connection.send({ op: 'ready' });
        const close = () => connection?.close();
        signal.addEventListener('abort', close, { once: true });
        // Nothing is sent to us: the end of the messages is the news.
        for await (const _ of connection.messages);
        signal.removeEventListener('abort', close);
      } catch {
        // No supervisor listens yet.
      }
      connection = undefined;
      await sleep(env.clock, reconnectMs, signal);
    }
  };
  keep().catch((error: unknown) => {
    if (!isAborted(error)) env.log.error('link to the supervisor ended', { error });
  });
  return {
    ready: () => {
      isReady = true;
      connection?.send({ op: 'ready' });
    },
    async refused({ message, remedy }) {
      const deadlineMs = env.clock.monotonic() + lastWordsMs;
      while (!connection && env.clock.monotonic() < deadlineMs) await sleep(env.clock, 10);
      connection?.send({ op: 'refused', message, ...(remedy === undefined ? {} : { remedy }) });
      // The line is on its way before the process is gone.
      await sleep(env.clock, 50);
    },
  };
}
