/** PartialObjectMetadata: objects without their content, for clients that only look at metadata (garbage collector, informers). */

import type { KubeObject } from '#api/object.ts';
import type { EncodedObject, EncodedWatchEvent } from '#api/request.ts';
import { PlainObject } from '../cache/cached-object.ts';
import { WatchFrame } from '../cache/watch-frame.ts';
import type { Registry } from '../registry/registry.ts';

export class PartialMetadata {
  private readonly apiVersion: string;
  private readonly registry: Registry;

  constructor(apiVersion: string, registry: Registry) {
    this.apiVersion = apiVersion;
    this.registry = registry;
  }

  of({ object }: EncodedObject): EncodedObject {
    return partialOf(object, this.apiVersion, this.registry);
  }

  async *watch(
    batches: AsyncIterable<readonly EncodedWatchEvent[]>,
  ): AsyncGenerator<readonly EncodedWatchEvent[], void, void> {
    for await (const batch of batches) {
      yield batch.map((event) => (event.type === 'ERROR' ? event : new WatchFrame(event.type, this.of(event.body))));
    }
  }
}

function partialOf(object: KubeObject, apiVersion: string, registry: Registry | undefined): EncodedObject {
  const partial: KubeObject = { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata };
  const codec = registry?.codecOf('meta.k8s.io', 'v1', 'PartialObjectMetadata');
  return codec
    ? new PlainObject(partial, (value) => codec.encodeJson(value), codec.encodeProtobuf)
    : new PlainObject(partial);
}
