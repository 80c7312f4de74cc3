/**
 * Managers of a Scale: those of the object's replicas, told as fields of the Scale, and back (apimachinery managedfields: scalehandler).
 * Times of the managers that a Scale brings are lost, as upstream loses them.
 */

import type { FieldPath } from '../definition.ts';
import { type FieldSet, fieldSetOf } from './field-set.ts';
import { type Manager, type Managers, managerId } from './managers.ts';

const scaleVersion = 'autoscaling/v1';
const scaleReplicas = fieldSetOf([['f:spec', 'f:replicas']]);

/** Where objects of a version have their replicas: undefined when the version is unknown, 'none' when it has no scale. */
export type ReplicasOf = (apiVersion: string) => FieldPath | 'none' | undefined;

export function managersOfScale(managers: Managers, replicasOf: ReplicasOf): Managers {
  const scaled = new Map<string, Manager>();
  for (const manager of managers.values()) {
    const path = replicasOf(manager.apiVersion);
    if (path === undefined || path === 'none' || manager.set.intersection(setOf(path)).isEmpty) continue;
    const own: Manager = { ...manager, apiVersion: scaleVersion, set: scaleReplicas, entry: undefined };
    scaled.set(managerId(own), own);
  }
  return scaled;
}

/** The object's managers after a write of its Scale in `apiVersion`. */
export function managersAfterScale(
  managers: Managers,
  scaled: Managers,
  replicasOf: ReplicasOf,
  apiVersion: string,
): readonly Manager[] {
  const kept = new Map<string, Manager>();
  const fromScale = new Map(scaled);
  for (const [id, manager] of managers) {
    const path = replicasOf(manager.apiVersion);
    if (path === undefined) continue;
    if (path === 'none' || manager.set.intersection(setOf(path)).isEmpty || fromScale.delete(id)) {
      kept.set(id, manager);
      continue;
    }
    const set = manager.set.difference(setOf(path));
    if (!set.isEmpty) kept.set(id, { ...manager, set, entry: undefined });
  }
  const path = replicasOf(apiVersion);
  for (const [id, manager] of fromScale) {
    if (path === undefined || path === 'none' || manager.set.intersection(scaleReplicas).isEmpty) continue;
    const { time } = managers.get(id) ?? { time: undefined };
    kept.set(id, { ...manager, apiVersion, time, set: setOf(path), entry: undefined });
  }
  return [...kept.values()];
}

const sets = new WeakMap<FieldPath, FieldSet>();

function setOf(path: FieldPath): FieldSet {
  const known = sets.get(path);
  if (known) return known;
  const set = fieldSetOf([path.map((name) => `f:${name}`)]);
  sets.set(path, set);
  return set;
}
