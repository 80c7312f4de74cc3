/**
 * ObjectMemory: what the objects of a server keep beside their bytes, bounded over all resources. Bytes are what has to be there; a decoded
 * pod is three times as large, and its protobuf as large again. So views and protobuf are kept of what was used lately, and made
 * again of the others.
 *
 * A view that somebody holds longer than this (an informer's cache) is shared further on: its object refers to it weakly.
 */

import type { KubeObject } from '#api/object.ts';
import { RecentMap } from '#base/recent-map.ts';
import { SecondChance } from '#base/second-chance.ts';
import type { CachedObject } from './cached-object.ts';

export interface ObjectMemoryBounds {
  /** Views, by the size of their JSON. */
  readonly viewBytes: number;
  readonly protobufBytes: number;
  /** Views of what was just written, until the feed brings it, by the size of their JSON. */
  readonly writtenBytes: number;
}

const mebibyte = 2 ** 20;
const objectMemoryBounds: ObjectMemoryBounds = {
  viewBytes: 8 * mebibyte,
  protobufBytes: 64 * mebibyte,
  writtenBytes: 4 * mebibyte,
};

export class ObjectMemory {
  readonly views: SecondChance<CachedObject>;
  readonly protobufs: SecondChance<CachedObject>;
  /** Keyed by the byte array itself: the store hands the same array back in its events. */
  private readonly written: RecentMap<Uint8Array, KubeObject>;

  constructor(bounds = objectMemoryBounds) {
    this.views = new SecondChance(bounds.viewBytes, {
      wasUsed: (object) => object.viewWasUsed(),
      drop: (object) => object.dropView(),
    });
    this.protobufs = new SecondChance(bounds.protobufBytes, {
      wasUsed: (object) => object.protobufWasUsed(),
      drop: (object) => object.dropProtobuf(),
    });
    this.written = new RecentMap(bounds.writtenBytes / 2);
  }

  /** `view` (frozen, without resourceVersion or with any) is what `value` encodes. */
  rememberView(value: Uint8Array, view: KubeObject): void {
    if (!this.written.get(value)) this.written.set(value, view, value.length);
  }

  writtenView(value: Uint8Array): KubeObject | undefined {
    return this.written.get(value);
  }
}
