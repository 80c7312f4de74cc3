/**
 * WriteFence: a controller must not plan from a cache that does not hold its own last writes yet, or it creates twice what it
 * created once. Upstream counts expectations; our informers know the resourceVersion they have reached, so we remember the
 * newest version that we wrote per key and kind, and wait for it before the key is planned again.
 */

import type { KubeObject } from '#api/object.ts';
import type { Informer } from '#runtime/informer.ts';

type AnyInformer = Pick<Informer<KubeObject>, 'waitFor'>;

export class WriteFence {
  private readonly written = new Map<string, Map<AnyInformer, number>>();

  /** Notes the answer of a create, update, patch or delete; answers without a version (a Status) change nothing. */
  wrote(key: string, informer: AnyInformer, answer: KubeObject): void {
    const version = Number(answer.metadata?.resourceVersion ?? 0);
    if (!(version > 0)) return;
    let versions = this.written.get(key);
    if (!versions) {
      versions = new Map();
      this.written.set(key, versions);
    }
    versions.set(informer, Math.max(version, versions.get(informer) ?? 0));
  }

  /** Resolves when the caches show everything that was written for the key; rejects when aborted. */
  async passed(key: string, signal: AbortSignal): Promise<void> {
    const versions = this.written.get(key);
    if (!versions) return;
    for (const [informer, version] of versions) await informer.waitFor(String(version), signal);
    this.written.delete(key);
  }
}
