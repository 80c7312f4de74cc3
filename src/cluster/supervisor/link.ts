/**
 * A process's link to its supervisor, for as long as the process lives.
 *
 * It says which unit this is and when it serves, to the next supervisor again when one dies.
 */

import { isAborted, sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { type ControlAnswer, type ControlConnection, type ControlRequest, connectControl } from './control.ts';

export interface LinkOptions {
  readonly socketPath: string;
  readonly unit: string;
}

export interface SupervisorLink {
  /** This process serves now. */
  ready(): void;
}

const reconnectMs = 250;

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
  };
}
