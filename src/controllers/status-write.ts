/** Writing an object's status: only when it differs, and not minding that the object went meanwhile. */

import type { ResourceDefinition } from '#api/definition.ts';
import { isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import type { Client } from '#client/client.ts';
import type { Informer } from '#runtime/informer.ts';
import type { WriteFence } from './write-fence.ts';

type WithStatus = KubeObject & { readonly status?: object | undefined };

export class StatusWriter<T extends WithStatus> {
  private readonly client: Client;
  private readonly definition: ResourceDefinition<T>;
  private readonly informer: Informer<T>;
  private readonly fence: WriteFence;

  constructor(client: Client, definition: ResourceDefinition<T>, informer: Informer<T>, fence: WriteFence) {
    this.client = client;
    this.definition = definition;
    this.informer = informer;
    this.fence = fence;
  }

  /** Fails with Conflict when `object` is not the newest; the key's next round waits for what was written. */
  async write(key: string, object: T, status: NonNullable<T['status']>, signal: AbortSignal): Promise<void> {
    if (equalTrees(object.status ?? {}, status)) return;
    try {
      const updated = await this.client.updateStatus(this.definition, { ...object, status }, { signal });
      this.fence.wrote(key, this.informer, updated);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
