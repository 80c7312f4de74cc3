/** TTL-after-finished controller: deletes jobs with spec.ttlSecondsAfterFinished when that time has passed since they finished (KEP-592). */

import { isNotFound } from '#api/errors.ts';
import { keyOf } from '#api/object.ts';
import { Jobs } from '#kinds/batch/job/definition.ts';
import type { Job } from '#kinds/generated/batch-v1.ts';
import type { ControllerFactory } from '#runtime/controller.ts';

export const ttlAfterFinishedController: ControllerFactory = {
  name: 'ttl-after-finished-controller',
  create: ({ client, env, informers, queue }) => {
    const jobs = informers.of(Jobs);
    const enqueue = (job: Job) => {
      if (expiryMs(job) !== undefined) queue.add(keyOf(job));
    };
    jobs.addHandler({ onAdd: enqueue, onUpdate: (_, job) => enqueue(job) });
    const left = (job: Job | undefined) => (job && (expiryMs(job) ?? Number.NaN)) ?? Number.NaN;
    return {
      workers: 5,
      async reconcile(key, signal) {
        const cached = jobs.get(key);
        const waitMs = left(cached) - env.clock.now();
        if (!cached || Number.isNaN(waitMs)) return;
        if (waitMs > 0) return { requeueAfterMs: waitMs };
        const target = { namespace: cached.metadata?.namespace, name: cached.metadata?.name ?? '' };
        try {
          // The cache may be behind somebody who has just given the job more time.
          const fresh = await client.get(Jobs, target, { signal });
          const stillMs = left(fresh) - env.clock.now();
          if (Number.isNaN(stillMs)) return;
          if (stillMs > 0) return { requeueAfterMs: stillMs };
          const { uid = '', resourceVersion = '' } = fresh.metadata ?? {};
          const preconditions = { uid, resourceVersion };
          await client.delete(Jobs, target, { propagationPolicy: 'Foreground', preconditions, signal });
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
        return;
      },
    };
  },
};

/** When the job is to be deleted, in ms since the epoch; undefined when it is not to be. */
function expiryMs({ metadata, spec, status }: Job): number | undefined {
  const seconds = spec?.ttlSecondsAfterFinished;
  if (seconds === undefined || metadata?.deletionTimestamp !== undefined) return undefined;
  const finished = status?.conditions?.find(
    ({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True',
  );
  return finished?.lastTransitionTime ? Date.parse(finished.lastTransitionTime) + seconds * 1000 : undefined;
}
