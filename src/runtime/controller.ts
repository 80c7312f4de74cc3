/**
 * Controller: level-triggered reconciliation of keys; Manager: runs a set of controllers over shared informers.
 *
 * A factory registers informer handlers that put keys into its queue, and returns `reconcile`. Throwing retries the key with
 * back-off; answering `requeueAfterMs` looks again later. reconcile must be idempotent at every line: the process may die
 * after any await.
 */

import { isConflict } from '#api/errors.ts';
import { isAborted } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import type { EventRecorder } from './event-recorder.ts';
import { createEventRecorder } from './event-recorder.ts';
import { Informers } from './informer.ts';
import { WorkQueue } from './work-queue.ts';
import type { WorkQueueMetrics } from './work-queue-metrics.ts';

export interface ControllerContext {
  readonly env: Env;
  readonly client: Client;
  /** Shared; a factory asks for what it needs, the manager waits until all are synced before the first reconcile. */
  readonly informers: Informers;
  readonly queue: WorkQueue;
  readonly events: EventRecorder;
  /** Fires when the manager stops. */
  readonly signal: AbortSignal;
}

export interface Controller {
  /** Keys processed at a time; 1 when absent. */
  readonly workers?: number;
  reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number } | undefined | void>;
}

export interface ControllerFactory {
  /** Upstream's name, as its flags and metrics spell it: 'replicaset-controller'. */
  readonly name: string;
  /** Whom its events come from, where upstream does not call that as the controller. */
  readonly eventSource?: string;
  create(context: ControllerContext): Controller;
}

export interface ManagerConfig {
  readonly env: Env;
  /** The client that a controller acts with; called once per controller. */
  readonly clientFor: (controllerName: string) => Client;
  /** Client of the shared informers. */
  readonly client: Client;
  readonly controllers: readonly ControllerFactory[];
  /** Absent: nothing is measured. */
  readonly metrics?: WorkQueueMetrics;
}

/** Starts the controllers; resolves once their informers are synced. `stopped` resolves after the signal, when all have ended. */
export async function startControllers(
  config: ManagerConfig,
  signal: AbortSignal,
): Promise<{ readonly stopped: Promise<void> }> {
  const informers = new Informers(config.client, config.env, signal);
  const running = config.controllers.map((factory) => {
    const env = { ...config.env, log: config.env.log.child({ controller: factory.name }) };
    const client = config.clientFor(factory.name);
    const queue = new WorkQueue(env.clock, undefined, config.metrics?.of(factory.name));
    const events = createEventRecorder({ client, env, component: factory.eventSource ?? factory.name });
    const controller = factory.create({ env, client, informers, queue, events, signal });
    return { env, queue, controller };
  });
  const closeQueues = () => {
    for (const { queue } of running) queue.close();
  };
  signal.addEventListener('abort', closeQueues, { once: true });
  await informers.whenSynced();
  const workers = running.flatMap(({ env, queue, controller }) =>
    Array.from({ length: controller.workers ?? 1 }, () => work(env, queue, controller, signal)),
  );
  return {
    stopped: Promise.all([...workers, informers.stopped()]).then(() => {}),
  };
}

async function work(env: Env, queue: WorkQueue, controller: Controller, signal: AbortSignal): Promise<void> {
  for (;;) {
    const key = await queue.take();
    if (key === undefined) return;
    try {
      const again = await controller.reconcile(key, signal);
      queue.forget(key);
      if (again?.requeueAfterMs !== undefined) queue.addAfter(key, again.requeueAfterMs);
    } catch (error) {
      if (signal.aborted || isAborted(error)) return;
      // A conflict is the ordinary fate of a plan from a cache that was a moment behind.
      const log = isConflict(error) ? env.log.debug : env.log.warn;
      log.call(env.log, 'reconcile failed, will retry', {
        key,
        error: messageOf(error),
        failures: queue.failuresOf(key) + 1,
      });
      queue.addRateLimited(key);
    } finally {
      queue.done(key);
    }
  }
}
