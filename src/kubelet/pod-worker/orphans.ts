/**
 * What is on the node and belongs to no pod of the API: pods that were deleted while the kubelet was away. Containers are stopped
 * with the grace period that their annotations kept, then everything goes.
 */

import { sleep } from '#base/abort.ts';
import { messageOf } from '#base/errors.ts';
import { podUidLabel, readContainerRecord } from '../pod/identity.ts';
import { removePodFromRuntime } from './garbage.ts';
import type { PodServices } from './services.ts';

const retryMs = 5000;

/** The runtime may be starting, or down: tries until it has looked once. Never rejects. */
export async function removeOrphansUntilDone(
  isKnown: (uid: string) => boolean,
  services: PodServices,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = services.env;
  while (!signal.aborted) {
    try {
      await removeOrphans(isKnown, services);
      return;
    } catch (error) {
      log.warn('orphan cleanup failed, will retry', { error: messageOf(error) });
      await sleep(clock, retryMs, signal).catch(() => {});
    }
  }
}

/**
 * `isKnown` is asked after the node was listed: whoever made something of what was found is known by then. What cannot be
 * removed is logged: the next start of the
 * kubelet tries again.
 */
async function removeOrphans(isKnown: (uid: string) => boolean, services: PodServices): Promise<void> {
  const { runtime, cgroups } = services.ports;
  const [sandboxes, containers, onDisk, groups] = await Promise.all([
    runtime.listPodSandboxes(),
    runtime.listContainers(),
    services.volumes.podsOnDisk(),
    cgroups.list(),
  ]);
  const groupOf = new Map(groups.map((name) => [name.slice(name.lastIndexOf('/pod') + '/pod'.length), name]));
  const uids = new Set<string>([...onDisk, ...groupOf.keys()]);
  for (const { labels } of [...sandboxes, ...containers]) {
    const uid = labels[podUidLabel];
    if (uid) uids.add(uid);
  }
  await Promise.all(
    [...uids]
      .filter((uid) => !isKnown(uid))
      .map(async (uid) => {
        try {
          services.env.log.info('removing what a deleted pod left', { podUid: uid });
          const running = containers.filter(
            ({ labels, state }) => labels[podUidLabel] === uid && state === 'CONTAINER_RUNNING',
          );
          await Promise.all(
            running.map(({ id, annotations }) =>
              runtime.stopContainer(id, readContainerRecord(annotations).terminationGracePeriodSeconds ?? 30),
            ),
          );
          await removePodFromRuntime(uid, services);
          await services.volumes.removePod(uid);
          const group = groupOf.get(uid);
          if (group) await cgroups.remove(group);
        } catch (error) {
          services.env.log.warn('could not remove an orphaned pod', { podUid: uid, error: messageOf(error) });
        }
      }),
  );
  await removeStrayLogs(isKnown, services);
}

/** Log directories end with the pod's uid. */
async function removeStrayLogs(isKnown: (uid: string) => boolean, services: PodServices): Promise<void> {
  const { files } = services.ports;
  const { podLogsDirectory } = services.config;
  if (!(await files.stat(podLogsDirectory))) return;
  for (const entry of await files.list(podLogsDirectory)) {
    const uid = entry.slice(entry.lastIndexOf('_') + 1);
    if (!isKnown(uid)) await files.remove(`${podLogsDirectory}/${entry}`);
  }
}
