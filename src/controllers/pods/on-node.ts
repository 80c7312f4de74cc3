/** Pods by the node that they are bound to. */

import type { Pod } from '#kinds/generated/core-v1.ts';
import type { Informer } from '#runtime/informer.ts';

const index = 'node';

/** Prepares an informer for `podsOnNode`. */
export function indexByNode(pods: Informer<Pod>): Informer<Pod> {
  pods.addIndex(index, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []));
  return pods;
}

export function podsOnNode(pods: Informer<Pod>, nodeName: string): Pod[] {
  return pods.byIndex(index, nodeName);
}
