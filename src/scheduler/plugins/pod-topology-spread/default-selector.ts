/**
 * The selector for default constraints: what the pod's services and its controller select, together (plugins/helper
 * DefaultSelector).
 */

import type { Labels } from '#api/label-selector.ts';
import type { Listers } from '../../framework/handle.ts';
import { bothMatch, type LabelMatcher, labelMatcher, labelMatcherOfSet } from '../../framework/label-matcher.ts';
import type { PodInfo } from '../../framework/pod-info.ts';

export type SelectingListers = Pick<Listers, 'services' | 'replicationControllers' | 'replicaSets' | 'statefulSets'>;

/** Empty when nothing selects the pod. */
export function defaultSelector({ pod, namespace, labels }: PodInfo, listers: SelectingListers): LabelMatcher {
  const set: Record<string, string> = {};
  if (listers.services.size > 0) {
    for (const { spec } of listers.services.list(namespace)) {
      if (spec?.selector && isSubset(spec.selector, labels)) Object.assign(set, spec.selector);
    }
  }
  const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return labelMatcherOfSet(set);
  const key = `${namespace}/${owner.name}`;
  switch (`${owner.apiVersion}/${owner.kind}`) {
    case 'v1/ReplicationController':
      return labelMatcherOfSet({ ...set, ...listers.replicationControllers.get(key)?.spec?.selector });
    case 'apps/v1/ReplicaSet':
      return withSelector(set, listers.replicaSets.get(key)?.spec?.selector);
    case 'apps/v1/StatefulSet':
      return withSelector(set, listers.statefulSets.get(key)?.spec?.selector);
    default:
      return labelMatcherOfSet(set);
  }
}

function withSelector(set: Labels, selector: Parameters<typeof labelMatcher>[0]): LabelMatcher {
  const services = labelMatcherOfSet(set);
  return selector ? bothMatch(services, labelMatcher(selector)) : services;
}

function isSubset(part: Labels, whole: Labels | undefined): boolean {
  for (const key in part) if (whole?.[key] !== part[key]) return false;
  return true;
}
