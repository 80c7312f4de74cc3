/** Image garbage collection (pkg/kubelet/images/image_gc_manager.go): when the disk fills, images that nothing uses go, the longest unused first. */

import { sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { KubeletConfig } from '../config.ts';
import type { RuntimeImage } from '../cri/runtime.ts';
import type { KubeletPorts } from '../ports.ts';

export interface ImageRecord {
  readonly image: RuntimeImage;
  readonly firstSeenMs: number;
  readonly lastUsedMs: number;
}

export interface ImageCollectorConfig {
  readonly env: Env;
  readonly config: KubeletConfig;
  readonly ports: KubeletPorts;
}

const checkMs = 5 * 60_000;

/** Images to remove, in order, to free `bytes`; those in use now, pinned ones and young ones stay. */
export function imagesToRemove(
  records: readonly ImageRecord[],
  bytes: number,
  nowMs: number,
  minimumAgeMs: number,
  isKept: (image: RuntimeImage) => boolean,
): readonly RuntimeImage[] {
  const candidates = records
    .filter(
      ({ image, firstSeenMs, lastUsedMs }) =>
        !isKept(image) && lastUsedMs < nowMs && nowMs - firstSeenMs >= minimumAgeMs,
    )
    .sort((a, b) => a.lastUsedMs - b.lastUsedMs || a.firstSeenMs - b.firstSeenMs);
  const chosen: RuntimeImage[] = [];
  let freed = 0;
  for (const { image } of candidates) {
    if (freed >= bytes) break;
    chosen.push(image);
    freed += image.sizeBytes;
  }
  return chosen;
}

export class ImageCollector {
  private readonly config: ImageCollectorConfig;
  private records = new Map<string, ImageRecord>();

  constructor(config: ImageCollectorConfig) {
    this.config = config;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { env } = this.config;
    while (!signal.aborted) {
      await this.collect().catch((error: unknown) =>
        env.log.warn('image garbage collection failed', { error: messageOf(error) }),
      );
      await sleep(env.clock, checkMs, signal).catch(() => {});
    }
  }

  /** Frees space down to the low threshold when the high one is passed. */
  async collect(): Promise<void> {
    const { env, config, ports } = this.config;
    const now = env.clock.now();
    const used = await this.observe(now);
    const filesystem = (await ports.images.imageFsInfo())[0]?.mountpoint ?? config.rootDirectory;
    const { capacityBytes, availableBytes } = await ports.files
      .usage(filesystem)
      .catch(() => ports.files.usage(config.rootDirectory));
    const usedBytes = capacityBytes - availableBytes;
    if (capacityBytes === 0 || usedBytes < (capacityBytes * config.imageGCHighThresholdPercent) / 100) return;
    const excess = usedBytes - (capacityBytes * config.imageGCLowThresholdPercent) / 100;
    const isKept = (image: RuntimeImage) =>
      image.pinned || used.has(image.id) || image.repoTags.includes(config.sandboxImage);
    const chosen = imagesToRemove([...this.records.values()], excess, now, config.imageMinimumGCAgeMs, isKept);
    for (const image of chosen) {
      env.log.info('removing an unused image', { image: image.repoTags[0] ?? image.id, bytes: image.sizeBytes });
      await ports.images.removeImage({ image: image.id });
      this.records.delete(image.id);
    }
  }

  /** Ids of images in use. */
  private async observe(now: number): Promise<ReadonlySet<string>> {
    const { images, runtime } = this.config.ports;
    const [present, containers] = await Promise.all([images.listImages(), runtime.listContainers()]);
    const used = new Set(containers.flatMap(({ image, imageRef }) => [image.image, imageRef]));
    const records = new Map<string, ImageRecord>();
    for (const image of present) {
      const before = this.records.get(image.id);
      const isUsed = [image.id, ...image.repoTags, ...image.repoDigests].some((name) => used.has(name));
      if (isUsed) used.add(image.id);
      records.set(image.id, {
        image,
        firstSeenMs: before?.firstSeenMs ?? now,
        lastUsedMs: isUsed ? now : (before?.lastUsedMs ?? 0),
      });
    }
    this.records = records;
    return used;
  }
}
