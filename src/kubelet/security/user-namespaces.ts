/**
 * User namespaces of pods with hostUsers: false (KEP-127): each has a range of host ids of its own, kept in a file beside its volumes so
 * that the next kubelet gives the range to nobody else.
 */

import type { NamespaceOptions } from '../cri/runtime.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { podDirectory } from '../pod/paths.ts';
import { isMissing, type NodeFiles } from '../ports.ts';

/** Upstream's: 65536 ids a pod; the first range is the host's. */
const idsPerPod = 65_536;

interface Mapping {
  readonly hostId: number;
  readonly containerId: number;
  readonly length: number;
}

export interface UserNamespaceHost {
  readonly files: NodeFiles;
  readonly rootDirectory: string;
  readonly maxPods: number;
}

export class UserNamespaces {
  private readonly host: UserNamespaceHost;
  /** Index of the range by pod. */
  private readonly ranges = new Map<string, number>();
  private loaded: Promise<void> | undefined;

  constructor(host: UserNamespaceHost) {
    this.host = host;
  }

  /** Undefined for a pod of the host's users. Throws with upstream's text when the runtime cannot. */
  async optionsOf(pod: NodePod, runtimeSupports: boolean): Promise<NamespaceOptions['usernsOptions']> {
    if (pod.spec.hostUsers !== false) return undefined;
    if (!runtimeSupports)
      throw new Error("can't set `spec.hostUsers: false`, runtime does not support user namespaces");
    this.loaded ??= this.load();
    await this.loaded;
    const { uid } = pod.metadata;
    let range = this.ranges.get(uid);
    if (range === undefined) {
      range = this.free();
      this.ranges.set(uid, range);
      const mappings = [mapping(range)];
      const content = JSON.stringify({ uidMappings: mappings, gidMappings: mappings });
      await this.host.files.makeDirectory(podDirectory(this.host.rootDirectory, uid), 0o750);
      await this.host.files.write(this.fileOf(uid), content, 0o600);
    }
    const ids = [mapping(range)];
    return { mode: 'POD', uids: ids, gids: ids };
  }

  release(uid: string): void {
    this.ranges.delete(uid);
  }

  private free(): number {
    const taken = new Set(this.ranges.values());
    for (let range = 1; range <= this.host.maxPods; range++) if (!taken.has(range)) return range;
    throw new Error('create user namespace: could not find an empty slot to allocate a user namespace');
  }

  private async load(): Promise<void> {
    const { files, rootDirectory } = this.host;
    const root = `${rootDirectory}/pods`;
    if (!(await files.stat(root))) return;
    for (const uid of await files.list(root)) {
      try {
        const stored = JSON.parse(await files.readText(this.fileOf(uid))) as {
          readonly uidMappings: readonly Mapping[];
        };
        const hostId = stored.uidMappings[0]?.hostId;
        if (hostId !== undefined) this.ranges.set(uid, hostId / idsPerPod);
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
  }

  private fileOf(uid: string): string {
    return `${podDirectory(this.host.rootDirectory, uid)}/userns`;
  }
}

function mapping(range: number): Mapping {
  return { hostId: range * idsPerPod, containerId: 0, length: idsPerPod };
}
