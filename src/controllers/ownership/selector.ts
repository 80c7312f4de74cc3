/** Label selectors of cached objects: parsed once per selector value, which is frozen and shared by all who read the object. */

import type { LabelSelector } from '#api/generated/meta-v1.ts';
import { type Labels, type Selector, selectorFromLabelSelector } from '#api/label-selector.ts';

const parsed = new WeakMap<object, Selector>();

/** An absent selector matches nothing, an empty one everything (meta/v1 LabelSelectorAsSelector). */
export function selects(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  let parsedSelector = parsed.get(selector);
  if (!parsedSelector) {
    parsedSelector = selectorFromLabelSelector(selector);
    parsed.set(selector, parsedSelector);
  }
  return parsedSelector.matches(labels);
}

/** Plain equality of every label of the map, as Services and ReplicationControllers select; an empty map selects nothing. */
export function selectsByMap(selector: Labels | undefined, labels: Labels | undefined): boolean {
  let any = false;
  for (const key in selector) {
    if (labels?.[key] !== selector[key]) return false;
    any = true;
  }
  return any;
}
