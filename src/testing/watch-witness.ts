/**
 * WatchWitness: a client that lists and watches a kind through a faulty network and checks what the API promises: every watch
 * shows changes in the order of their versions, each once, and never one that contradicts what was shown before.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isExpired } from '#api/errors.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import { sleep } from '#base/abort.ts';
import type { Client } from '#client/client.ts';
import type { SimProcess } from '#platform/sim/process.ts';

/** Between two tries to reach the server, in ms. */
const retryMs = 500;

export class WatchWitness<T extends KubeObject> {
  /** What was seen that must not be. */
  readonly violations: string[] = [];
  private readonly objects = new Map<string, T>();
  private readonly client: Client;
  private readonly definition: ResourceDefinition<T>;
  private version = 0;

  constructor(process: SimProcess, client: Client, definition: ResourceDefinition<T>) {
    this.client = client;
    this.definition = definition;
    void this.run(process);
  }

  /** 'namespace/name' and version of everything that the witness believes to exist, sorted. */
  state(): string[] {
    return [...this.objects]
      .map(([key, { metadata }]) => `${key} ${metadata?.uid} ${metadata?.resourceVersion}`)
      .sort();
  }

  private async run({ env: { clock } }: SimProcess): Promise<never> {
    let listed = false;
    for (;;) {
      try {
        if (!listed) await this.list();
        listed = true;
        await this.follow();
      } catch (error) {
        if (isExpired(error)) listed = false;
      }
      await sleep(clock, retryMs);
    }
  }

  private async list(): Promise<void> {
    const { items, resourceVersion } = await this.client.list(this.definition);
    const version = Number(resourceVersion);
    if (version < this.version) this.violations.push(`a list of version ${version} after ${this.version} was seen`);
    this.objects.clear();
    for (const object of items) {
      if (versionOf(object) > version) this.violations.push(`${describe(object)} in a list of version ${version}`);
      this.objects.set(keyOf(object), object);
    }
    this.version = version;
  }

  private async follow(): Promise<void> {
    const options = { resourceVersion: String(this.version), allowWatchBookmarks: true };
    for await (const { type, object } of this.client.watch(this.definition, options)) {
      const version = versionOf(object);
      if (type === 'BOOKMARK') {
        if (version < this.version) this.violations.push(`a bookmark of ${version} after ${this.version}`);
        this.version = Math.max(this.version, version);
        continue;
      }
      if (version <= this.version) this.violations.push(`${type} ${describe(object)} after version ${this.version}`);
      const known = this.objects.get(keyOf(object));
      if ((type === 'ADDED') === (known !== undefined)) {
        this.violations.push(`${type} ${describe(object)} while ${known ? describe(known) : 'nothing'} was known`);
      }
      if (known && known.metadata?.uid !== object.metadata?.uid) {
        this.violations.push(`${type} ${describe(object)} without a DELETED of ${describe(known)}`);
      }
      if (type === 'DELETED') this.objects.delete(keyOf(object));
      else this.objects.set(keyOf(object), object);
      this.version = version;
    }
  }
}

function versionOf(object: KubeObject): number {
  return Number(object.metadata?.resourceVersion ?? 0);
}

function describe(object: KubeObject): string {
  return `${keyOf(object)} (uid ${object.metadata?.uid}, version ${object.metadata?.resourceVersion})`;
}
