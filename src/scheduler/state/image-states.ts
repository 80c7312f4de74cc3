/** Which images are on which nodes, for ImageLocality: an image's size and on how many nodes it is. */

import type { Node } from '#kinds/generated/core-v1.ts';

export interface ImageState {
  readonly sizeBytes: number;
  readonly nodeCount: number;
}

interface MutableImageState extends ImageState {
  nodeCount: number;
}

export class ImageStates {
  private readonly states = new Map<string, MutableImageState>();
  private changes = 0;

  /** Changes whenever a score from images may change, on any node. */
  get epoch(): number {
    return this.changes;
  }

  /** Takes the images of a node; returns them by name. */
  add(node: Node): ReadonlyMap<string, ImageState> {
    const own = new Map<string, ImageState>();
    for (const { names, sizeBytes } of node.status?.images ?? []) {
      for (const name of names ?? []) {
        if (own.has(name)) continue;
        let state = this.states.get(name);
        if (!state) {
          state = { sizeBytes: sizeBytes ?? 0, nodeCount: 0 };
          this.states.set(name, state);
        }
        state.nodeCount++;
        own.set(name, state);
      }
    }
    if (own.size > 0) this.changes++;
    return own;
  }

  remove(own: ReadonlyMap<string, ImageState>): void {
    for (const name of own.keys()) {
      const state = this.states.get(name);
      if (state && --state.nodeCount === 0) this.states.delete(name);
    }
    if (own.size > 0) this.changes++;
  }
}

export function sameImages(a: Node, b: Node): boolean {
  const before = a.status?.images ?? [];
  const after = b.status?.images ?? [];
  if (before === after) return true;
  return (
    before.length === after.length &&
    before.every((image, i) => {
      const other = after[i];
      const names = image.names ?? [];
      return (
        image.sizeBytes === other?.sizeBytes &&
        names.length === (other?.names?.length ?? 0) &&
        names.every((name, j) => name === other?.names?.[j])
      );
    })
  );
}
