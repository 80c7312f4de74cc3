/**
 * Revisions of DaemonSets and StatefulSets: ControllerRevisions that keep their pod templates, so that old and new pods can be told
 * apart and `kubectl rollout undo` finds its way back (upstream's pkg/controller/history).
 *
 * A revision's data is a strategic merge patch that puts its template back whole; its name ends with a hash of that.
 */

import type { RawExtension } from '#api/generated/meta-v1.ts';
import { equalTrees } from '#base/equal.ts';
import type { ControllerRevision } from '#kinds/generated/apps-v1.ts';
import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import { canonicalText, hashName } from '../pods/template-hash.ts';

/** Members are in the order of their names, as upstream's: its clients compare the bytes with what they encode themselves. */
export function revisionData(template: PodTemplateSpec): RawExtension {
  return { spec: { template: sorted({ ...template, $patch: 'replace' }) } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}

/** The template that a revision keeps; undefined when its data is not ours. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec | undefined {
  const spec = revision.data?.spec as
    | { readonly template?: PodTemplateSpec & { readonly $patch?: string } }
    | undefined;
  if (!spec?.template) return undefined;
  const { $patch: _, ...template } = spec.template;
  return template;
}

/** Oldest first. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  return (
    a.revision - b.revision ||
    compare(a.metadata?.creationTimestamp, b.metadata?.creationTimestamp) ||
    compare(a.metadata?.name, b.metadata?.name)
  );
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export type RevisionPlan =
  | { readonly type: 'current'; readonly revision: ControllerRevision }
  /** An older revision has this template: it becomes the newest again. */
  | { readonly type: 'renew'; readonly revision: ControllerRevision; readonly number: number }
  | { readonly type: 'create'; readonly number: number };

export function planRevision(revisions: readonly ControllerRevision[], template: PodTemplateSpec): RevisionPlan {
  const sorted = revisions.toSorted(byRevision);
  const newest = sorted.at(-1);
  const data = revisionData(template);
  const equal = sorted.findLast((revision) => equalTrees(revision.data, data));
  const number = (newest?.revision ?? 0) + 1;
  if (!equal) return { type: 'create', number };
  return equal === newest ? { type: 'current', revision: equal } : { type: 'renew', revision: equal, number };
}

const longestPrefix = 223;

/** Name and hash of a template's revision. A greater collision count gives another one. */
export function revisionName(
  ownerName: string,
  template: PodTemplateSpec,
  collisionCount: number,
): { readonly name: string; readonly hash: string } {
  const text = canonicalText(template);
  const hash = hashName(collisionCount === 0 ? text : `${text}#${collisionCount}`);
  return { name: `${ownerName.slice(0, longestPrefix)}-${hash}`, hash };
}

/** Revisions beyond the limit that no pod uses, oldest first. */
export function surplusRevisions(
  revisions: readonly ControllerRevision[],
  isLive: (revision: ControllerRevision) => boolean,
  limit: number,
): ControllerRevision[] {
  const unused = revisions.filter((revision) => !isLive(revision)).toSorted(byRevision);
  return limit < 0 ? [] : unused.slice(0, Math.max(0, unused.length - limit));
}
