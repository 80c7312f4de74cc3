/** Images on all nodes of a cluster: each node's containerd has its own store. */

import { accepts } from '#platform/node/sockets.ts';
import { Failure } from './failure.ts';
import { type ImageStore, importImages, listImages, type StoredImage } from './images/image-store.ts';
import { findRuntime } from './machine/find-runtime.ts';
import { type ClusterLayout, nodeLayout } from './machine/layout.ts';
import { type ClusterSettings, nodesOf } from './settings.ts';

export interface NodeImages {
  readonly node: string;
  readonly store: ImageStore;
}

/** The image stores of the nodes; a Failure when one of them does not answer. */
export async function nodeImageStores(
  layout: ClusterLayout,
  settings: ClusterSettings,
): Promise<readonly NodeImages[]> {
  const { programs } = await findRuntime(settings.containerdBinDir);
  return Promise.all(
    nodesOf(settings).map(async ({ name }) => {
      const socket = nodeLayout(layout, name).containerdSocket;
      if (!(await accepts(socket)))
        throw new Failure(`containerd of ${name} does not answer`, 'kubets up, or kubets status');
      return { node: name, store: { ctr: programs.ctr, socket } };
    }),
  );
}

/** Imports an archive into every node; returns the references that it holds. */
export async function loadImages(stores: readonly NodeImages[], archive: string): Promise<readonly string[]> {
  const loaded = await Promise.all(stores.map(({ store }) => importImages(store, archive)));
  return loaded[0] ?? [];
}

/** Which nodes have an image, for every image. */
export async function imagesByReference(
  stores: readonly NodeImages[],
): Promise<ReadonlyMap<string, { readonly image: StoredImage; readonly nodes: readonly string[] }>> {
  const found = new Map<string, { image: StoredImage; nodes: string[] }>();
  const lists = await Promise.all(stores.map(async ({ node, store }) => ({ node, images: await listImages(store) })));
  for (const { node, images } of lists) {
    for (const image of images) {
      const entry = found.get(image.reference) ?? { image, nodes: [] };
      entry.nodes.push(node);
      found.set(image.reference, entry);
    }
  }
  return found;
}
