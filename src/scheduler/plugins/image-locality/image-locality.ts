/**
 * ImageLocality: likes nodes that have the pod's images already, by size; an image that is on few nodes counts less, so that
 * not all pods of it run after one node.
 */

import type { Pod } from '#kinds/generated/core-v1.ts';
import { maxNodeScore, type Plugin } from '../../framework/plugin.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';

const mebibyte = 1024 * 1024;
/** Below this sum an image is as good as absent. */
const minThreshold = 23 * mebibyte;
/** Per container: more makes no difference. */
const maxContainerThreshold = 1000 * mebibyte;

export function imageLocality(state: ClusterState): Plugin {
  return {
    name: 'ImageLocality',
    // The spread of images over nodes is part of the score: results of another epoch are not kept.
    sign: ({ pod }) => `${containersOf(pod)} ${[...imagesOf(pod)].join()}@${state.images.epoch}/${state.nodeCount}`,
    score({ pod: { pod } }, node) {
      const sum = sumOfImages(pod, node, state.nodeCount);
      const maxThreshold = maxContainerThreshold * containersOf(pod);
      const bounded = Math.min(Math.max(sum, minThreshold), maxThreshold);
      return Math.trunc((maxNodeScore * (bounded - minThreshold)) / (maxThreshold - minThreshold));
    },
  };
}

function sumOfImages(pod: Pod, node: NodeInfo, nodeCount: number): number {
  if (node.images.size === 0) return 0;
  let sum = 0;
  for (const image of imagesOf(pod)) {
    const state = node.images.get(image);
    if (state) sum += Math.trunc(state.sizeBytes * (state.nodeCount / nodeCount));
  }
  return sum;
}

function containersOf(pod: Pod): number {
  return (pod.spec?.initContainers?.length ?? 0) + (pod.spec?.containers.length ?? 0);
}

/** One entry per container and image volume. */
function* imagesOf(pod: Pod): Generator<string> {
  for (const { image } of pod.spec?.initContainers ?? []) yield normalized(image ?? '');
  for (const { image } of pod.spec?.containers ?? []) yield normalized(image ?? '');
  for (const { image } of pod.spec?.volumes ?? []) if (image) yield normalized(image.reference ?? '');
}

/** Names without tag mean 'latest', as in node.status.images. */
function normalized(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
