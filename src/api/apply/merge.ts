/** The merge of server-side apply (structured-merge-diff: typed, mergingWalker). */

import { isObject, type JsonObject, setMember } from '../patch/json-tree.ts';
import { type Place, type Shape, shapeOf } from './place.ts';
import { hasContent, itemsByElement } from './typed.ts';

/**
 * The live value with the configuration on top: stated fields win, maps and keyed lists merge, the rest stays. `undefined` stands for
 * nothing there; null is a value, which maps and lists with content do not give way to.
 */
export function merge(live: unknown, stated: unknown, place: Place): unknown {
  if (stated === undefined) return live;
  const shape = shapeOf(place, stated);
  if (shape.type === 'leaf' || (!hasContent(live, shape) && !hasContent(stated, shape))) return stated;
  return shape.type === 'list' ? mergeLists(live, stated, shape) : mergeMaps(live, stated, shape);
}

function mergeMaps(live: unknown, stated: unknown, shape: Extract<Shape, { readonly type: 'map' }>): JsonObject {
  const merged: JsonObject = {};
  if (isObject(live)) for (const key of Object.keys(live)) setMember(merged, key, live[key]);
  if (!isObject(stated)) return merged;
  for (const key of Object.keys(stated)) {
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    setMember(merged, key, merge(before, stated[key], shape.child(key)));
  }
  return merged;
}

/**
 * Stated elements come in the configuration's order; those that only the live list has keep their place before those that follow them
 * there, and come before new ones (visitListItems). An element that is live twice is replaced.
 */
function mergeLists(live: unknown, stated: unknown, shape: Extract<Shape, { readonly type: 'list' }>): unknown[] {
  const { element: place, elementOf } = shape;
  const liveItems = Array.isArray(live) ? (live as readonly unknown[]) : [];
  const statedItems = Array.isArray(stated) ? (stated as readonly unknown[]) : [];
  const liveByElement = itemsByElement(liveItems, elementOf);
  const statedElements = statedItems.map(elementOf);
  const isStated = new Set(statedElements);
  const shared = statedElements.filter((element) => element !== undefined && liveByElement.has(element));
  const taken = new Set<string | undefined>();
  const merged: unknown[] = [];
  let nextShared = 0;
  let next = 0;
  let position = 0;
  const takeStated = (): void => {
    const element = statedElements[position];
    const before = element === undefined ? [] : (liveByElement.get(element) ?? []);
    taken.add(element);
    merged.push(merge(before.length > 1 ? null : before[0], statedItems[position], place));
    position++;
    if (nextShared < shared.length && shared[nextShared] === element) nextShared++;
  };
  while (next < liveItems.length || position < statedItems.length) {
    if (next < liveItems.length) {
      const element = elementOf(liveItems[next]);
      if (position < statedItems.length) {
        if (element === statedElements[position]) {
          next++;
          takeStated();
          continue;
        }
        if (isStated.has(element) && nextShared < shared.length && element !== shared[nextShared]) {
          next++;
          continue;
        }
      }
      if (!isStated.has(element)) {
        merged.push(liveItems[next++]);
        continue;
      }
      if (taken.has(element)) next++;
    }
    if (position < statedItems.length) takeStated();
  }
  return merged;
}
