/**
 * Volumes of the pods on this node: set up before containers start, brought up to date when what they show changes, removed
 * after the last container has gone.
 *
 * State is on disk (directories and mounts), not here: a kubelet that starts again sets up what is set up already and finds it
 * done. Volumes of one pod are set up at the same time.
 */

import { messageOf } from '#base/errors.ts';
import type { Volume } from '#kinds/generated/core-v1.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { memoryDirectory, podDirectory } from '../pod/paths.ts';
import { configMap } from './config-map/config-map.ts';
import { downwardApi } from './downward-api/downward-api.ts';
import { emptyDir } from './empty-dir/empty-dir.ts';
import { hostPath } from './host-path/host-path.ts';
import { image } from './image/image.ts';
import { projected } from './projected/projected.ts';
import { secret } from './secret/secret.ts';
import type { MountedVolume, VolumeContext, VolumeType } from './volume.ts';

const volumeTypes: readonly VolumeType[] = [emptyDir, configMap, secret, projected, downwardApi, hostPath, image];

/** A volume could not be set up; the text is that of upstream's FailedMount event. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}

/** Turns a claim into the volume behind it; rejects when it is not bound. */
export type ClaimResolver = (pod: NodePod, volume: Volume) => Promise<Volume>;

export class VolumeManager {
  private readonly context: VolumeContext;
  private readonly resolveClaim: ClaimResolver;

  constructor(context: VolumeContext, resolveClaim: ClaimResolver) {
    this.context = context;
    this.resolveClaim = resolveClaim;
  }

  /** One tmpfs for everything secret: a mount per volume would cost more than all else that a small pod does. */
  async prepareNode(): Promise<void> {
    const { files, mounts, rootDirectory } = this.context;
    const memory = memoryDirectory(rootDirectory);
    await files.makeDirectory(memory, 0o700);
    if (!(await mounts.isMountPoint(memory))) await mounts.mountTmpfs(memory, { mode: 0o700 });
  }

  /** Every volume of the pod that a container mounts, by name. Throws VolumeError for the first that fails. */
  async setUp(pod: NodePod): Promise<ReadonlyMap<string, MountedVolume>> {
    const volumes = pod.spec.volumes ?? [];
    const mounted = await Promise.all(
      volumes.map(async (volume) => [volume.name, await this.setUpOne(pod, volume)] as const),
    );
    return new Map(mounted);
  }

  /** Content that follows API objects or the pod's metadata is written again; unchanged content is not touched. */
  async refresh(pod: NodePod): Promise<void> {
    const following = (pod.spec.volumes ?? []).filter((volume) => typeOf(volume)?.refreshes);
    await Promise.all(following.map((volume) => this.setUpOne(pod, volume)));
  }

  hasRefreshing(pod: NodePod): boolean {
    return (pod.spec.volumes ?? []).some((volume) => typeOf(volume)?.refreshes);
  }

  /** Unmounts and removes the pod's volumes. What its ended containers left to say stays until `removePod`. */
  async tearDown(uid: string): Promise<void> {
    const { files, mounts, rootDirectory } = this.context;
    const directory = podDirectory(rootDirectory, uid);
    if (await files.stat(directory)) {
      await mounts.unmountBelow(directory);
      const parts = ['volumes', 'volume-subpaths', 'plugins'];
      await Promise.all(parts.map((part) => files.remove(`${directory}/${part}`)));
    }
    await files.remove(podDirectory(memoryDirectory(rootDirectory), uid));
  }

  /** Removes everything that the pod has on this node's disk. */
  async removePod(uid: string): Promise<void> {
    await this.tearDown(uid);
    await this.context.files.remove(podDirectory(this.context.rootDirectory, uid));
  }

  /** Pods that have something on this node. */
  async podsOnDisk(): Promise<readonly string[]> {
    const { files, rootDirectory } = this.context;
    const found = new Set<string>();
    for (const root of [rootDirectory, memoryDirectory(rootDirectory)]) {
      if (await files.stat(`${root}/pods`)) for (const uid of await files.list(`${root}/pods`)) found.add(uid);
    }
    return [...found];
  }

  private async setUpOne(pod: NodePod, volume: Volume): Promise<MountedVolume> {
    try {
      const source = volume.persistentVolumeClaim || volume.ephemeral ? await this.resolveClaim(pod, volume) : volume;
      const type = typeOf(source);
      if (!type) throw new Error('no volume plugin matched');
      const mounted = await type.setUp(source, pod, this.context);
      return volume.persistentVolumeClaim?.readOnly ? { ...mounted, readOnly: true } : mounted;
    } catch (error) {
      throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}

function typeOf(volume: Volume): VolumeType | undefined {
  return volumeTypes.find((type) => type.supports(volume));
}
