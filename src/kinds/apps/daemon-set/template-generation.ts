/** A number that counts the changes of the template; of a field of old versions only this annotation is left. */

import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { Draft } from '#base/edit.ts';
import type { DaemonSet } from '#kinds/generated/apps-v1.ts';

const annotation = 'deprecated.daemonset.template.generation';

/** Every daemon set says it, so whoever writes one without it owns the annotation. */
export function showTemplateGeneration(daemonSet: Draft<DaemonSet>): void {
  setGeneration(daemonSet, generationOf(daemonSet));
}

export function startTemplateGeneration(daemonSet: Draft<DaemonSet>): void {
  setGeneration(daemonSet, Math.max(1, generationOf(daemonSet)));
}

/** Clients cannot set it. */
export function countTemplateChange(daemonSet: Draft<DaemonSet>, old: DaemonSet): void {
  const changed = !semanticallyEqual(daemonSet.spec?.template, old.spec?.template);
  setGeneration(daemonSet, generationOf(old) + (changed ? 1 : 0));
}

function generationOf({ metadata }: DaemonSet | Draft<DaemonSet>): number {
  const value = Number(metadata?.annotations?.[annotation] ?? 0);
  return Number.isSafeInteger(value) ? value : 0;
}

function setGeneration(daemonSet: Draft<DaemonSet>, generation: number): void {
  daemonSet.metadata ??= {};
  daemonSet.metadata.annotations = { ...daemonSet.metadata.annotations, [annotation]: String(generation) };
}
