/** Which of several classes that are marked as default counts: the newest, by name among those of one second. */

import type { KubeObject } from '#api/object.ts';

export function newestDefault(classes: Iterable<KubeObject>, marks: readonly string[]): KubeObject | undefined {
  const isMarked = ({ metadata }: KubeObject): boolean =>
    marks.some((mark) => metadata?.annotations?.[mark] === 'true');
  const newestFirst = (a: KubeObject, b: KubeObject): number =>
    (b.metadata?.creationTimestamp ?? '').localeCompare(a.metadata?.creationTimestamp ?? '') ||
    (a.metadata?.name ?? '').localeCompare(b.metadata?.name ?? '');
  return [...classes].filter(isMarked).sort(newestFirst)[0];
}
