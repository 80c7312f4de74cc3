/**
 * What a delete does to an object: nothing to wait for, and it goes; otherwise it is marked, and goes when its finalizers are taken
 * away and its grace period was given up (rest.BeforeDelete, generic registry Store.Delete). Pure.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { newConflict } from '#api/errors.ts';
import type { DeleteOptions } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime, parseTime } from '#api/time.ts';
import { mutableCopy } from '#base/edit.ts';
import { asMutable, type MutableObject } from './write.ts';

const orphanFinalizer = 'orphan';
const foregroundFinalizer = 'foregroundDeletion';

export type Deletion =
  /** Nothing holds the object. `marked`: how it is shown as it goes, where a grace period of none was its end. */
  | { readonly type: 'remove'; readonly marked: MutableObject | undefined }
  /** It is being deleted already, with nothing to change. */
  | { readonly type: 'pending' }
  /** It stays, marked like this. */
  | { readonly type: 'mark'; readonly draft: MutableObject };

/** Throws Conflict when a precondition does not hold. */
export function planDeletion(
  definition: ResourceDefinition,
  object: KubeObject,
  options: DeleteOptions,
  nowMs: number,
): Deletion {
  checkPreconditions(definition, object, options);
  const grace = planGrace(definition, object, options, nowMs);
  if (grace === 'pending') return { type: 'pending' };
  const finalizers = finalizersFor(definition, object, options);
  const finalizersChanged = !sameSet(finalizers, object.metadata?.finalizers ?? []);
  const isMarked = Boolean(object.metadata?.deletionTimestamp);
  // Those that are marked by their time are told first, even when nothing holds them.
  const held =
    finalizers.length > 0 ||
    (definition.holdsDeletion?.(object) ?? false) ||
    (definition.marksDeletionByTime === true && !isMarked);
  if (!held && (grace === 'none' || grace.seconds === 0)) {
    const isFirst = grace !== 'none' && !isMarked;
    return { type: 'remove', marked: isFirst ? marked(definition, object, grace, finalizers, nowMs) : undefined };
  }
  if (grace === 'none' && isMarked && !finalizersChanged) return { type: 'pending' };
  return { type: 'mark', draft: marked(definition, object, grace, finalizers, nowMs) };
}

function marked(
  definition: ResourceDefinition,
  object: KubeObject,
  grace: Exclude<Grace, 'pending'>,
  finalizers: readonly string[],
  nowMs: number,
): MutableObject {
  const draft = asMutable(mutableCopy(object), { apiVersion: object.apiVersion ?? '', kind: object.kind ?? '' });
  const { metadata } = draft;
  if (finalizers.length === 0) delete metadata.finalizers;
  else if (!sameSet(finalizers, metadata.finalizers ?? [])) metadata.finalizers = [...finalizers];
  if (grace === 'none') {
    metadata.deletionTimestamp ??= formatTime(nowMs);
    if (!definition.marksDeletionByTime) metadata.deletionGracePeriodSeconds = 0;
  } else {
    metadata.deletionTimestamp = grace.deletionTimestamp;
    metadata.deletionGracePeriodSeconds = grace.seconds;
  }
  // The first mark is a change of what is wanted.
  const isNew = !object.metadata?.deletionTimestamp && !definition.marksDeletionByTime;
  if (isNew && metadata.generation) metadata.generation++;
  definition.prepareForDelete?.(draft);
  return draft;
}

type Grace = 'none' | 'pending' | { readonly deletionTimestamp: string; readonly seconds: number };

function planGrace(definition: ResourceDefinition, object: KubeObject, options: DeleteOptions, nowMs: number): Grace {
  const { gracefulDeletion } = definition;
  if (!gracefulDeletion) return 'none';
  const meta = object.metadata ?? {};
  if (!meta.deletionTimestamp) {
    const seconds = gracefulDeletion(object, { gracePeriodSeconds: options.gracePeriodSeconds });
    return { deletionTimestamp: formatTime(nowMs + seconds * 1000), seconds };
  }
  if (!meta.deletionGracePeriodSeconds) return 'none';
  // A second delete may only shorten the period.
  const asked = options.gracePeriodSeconds;
  if (asked === undefined || asked >= meta.deletionGracePeriodSeconds) return 'pending';
  const startedMs = (parseTime(meta.deletionTimestamp) ?? nowMs) - meta.deletionGracePeriodSeconds * 1000;
  const endsMs = startedMs + asked * 1000;
  if (endsMs >= nowMs) return { deletionTimestamp: formatTime(endsMs), seconds: asked };
  // The whole period is over already; a graceful deletion keeps the least that still is one.
  return { deletionTimestamp: formatTime(nowMs), seconds: asked === 0 ? 0 : 1 };
}

/** The object's finalizers with the two of garbage collection set as the options say. */
function finalizersFor(definition: ResourceDefinition, object: KubeObject, options: DeleteOptions): readonly string[] {
  const finalizers = object.metadata?.finalizers ?? [];
  if (definition.plural === 'events') return finalizers;
  const others = finalizers.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (orphans(definition, finalizers, options)) return [...others, orphanFinalizer];
  if (deletesInForeground(finalizers, options)) return [...others, foregroundFinalizer];
  return others;
}

function orphans(definition: ResourceDefinition, finalizers: readonly string[], options: DeleteOptions): boolean {
  if (options.orphanDependents !== undefined && options.orphanDependents !== null) return options.orphanDependents;
  if (options.propagationPolicy) return options.propagationPolicy === 'Orphan';
  if (finalizers.includes(orphanFinalizer)) return true;
  return orphansByDefault.has(`${definition.group}/${definition.plural}`);
}

/** Kinds that orphan their dependents unless told otherwise, for compatibility with their oldest clients. */
const orphansByDefault = new Set(['/replicationcontrollers', 'batch/jobs']);

function deletesInForeground(finalizers: readonly string[], options: DeleteOptions): boolean {
  if (options.propagationPolicy) return options.propagationPolicy === 'Foreground';
  if (options.orphanDependents !== undefined && options.orphanDependents !== null) return false;
  return finalizers.includes(foregroundFinalizer);
}

function checkPreconditions(
  { group, kind, plural, marksDeletionByTime }: ResourceDefinition,
  object: KubeObject,
  { preconditions }: DeleteOptions,
): void {
  const { name = '', uid = '', resourceVersion = '' } = object.metadata ?? {};
  // Upstream deletes these in a way of their own, with words of its own.
  const failed = (what: string, wanted: string | undefined, is: string) =>
    newConflict(
      { group, resource: plural },
      name,
      `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${is}`,
    );
  if (marksDeletionByTime) {
    if (isAnother(preconditions?.uid, uid)) throw failed('UID', preconditions?.uid, uid);
    if (isAnother(preconditions?.resourceVersion, resourceVersion))
      throw failed('ResourceVersion', preconditions?.resourceVersion, resourceVersion);
    return;
  }
  const subject = { group, resource: kind };
  if (isAnother(preconditions?.uid, uid)) {
    throw newConflict(
      subject,
      name,
      `the UID in the precondition (${preconditions?.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (isAnother(preconditions?.resourceVersion, resourceVersion)) {
    throw newConflict(
      subject,
      name,
      `the ResourceVersion in the precondition (${preconditions?.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

/** Something is asked for, be it an empty text, and it is not so. */
function isAnother(wanted: string | null | undefined, is: string): boolean {
  return wanted !== undefined && wanted !== null && wanted !== is;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
