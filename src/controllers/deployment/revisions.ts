/**
 * Revisions of a Deployment are its ReplicaSets: which one has the current template, which number it has, and the annotations by
 * which kubectl's `rollout history` and `rollout undo` find their way (upstream's deployment/util).
 */

import { equalTrees } from '#base/equal.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import type { Deployment, ReplicaSet } from '#kinds/generated/apps-v1.ts';
import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import { newControllerRef } from '../ownership/controller-ref.ts';
import { templateHash } from '../pods/template-hash.ts';

export const podTemplateHashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

type Annotations = Readonly<Record<string, string>>;

/** Annotations of the Deployment that describe it or one of its ReplicaSets, not the revision. */
const notCopied: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
]);

const maxHistoryLength = 2000;
const maxNameLength = 253;

/** Oldest first; the name decides between equal times. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compareText(a.metadata?.creationTimestamp, b.metadata?.creationTimestamp) ||
    compareText(a.metadata?.name, b.metadata?.name)
  );
}

function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The oldest ReplicaSet whose template is the Deployment's, but for the hash label. */
export function findNewReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const template = withoutHash(deployment.spec?.template);
  return replicaSets
    .toSorted(byCreation)
    .find((candidate) => equalTrees(withoutHash(candidate.spec?.template), template));
}

export function hasTemplateOf(deployment: Deployment, replicaSet: ReplicaSet): boolean {
  return equalTrees(withoutHash(replicaSet.spec?.template), withoutHash(deployment.spec?.template));
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec {
  const { [podTemplateHashLabel]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

/** The revision number (64 bits); 0 when it has none, undefined when the annotation is no number. */
export function revisionOf(replicaSet: ReplicaSet): bigint | undefined {
  const text = replicaSet.metadata?.annotations?.[revisionAnnotation];
  if (text === undefined) return 0n;
  return /^[+-]?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
}

export function maxRevision(replicaSets: readonly ReplicaSet[]): bigint {
  let newest = 0n;
  for (const replicaSet of replicaSets) {
    const revision = revisionOf(replicaSet) ?? 0n;
    if (revision > newest) newest = revision;
  }
  return newest;
}

/** The ReplicaSet of the Deployment's current template, with no replicas yet. */
export function newReplicaSetFor(deployment: Deployment, revision: bigint): ReplicaSet {
  const { spec, metadata, status } = deployment;
  const hash = templateHash(spec?.template, status?.collisionCount);
  const labels = { ...spec?.template.metadata?.labels, [podTemplateHashLabel]: hash };
  const selector = spec?.selector;
  const base: ReplicaSet = {
    metadata: {
      name: `${metadata?.name?.slice(0, maxNameLength - 1 - hash.length)}-${hash}`,
      namespace: metadata?.namespace,
      labels,
      ownerReferences: [newControllerRef(Deployments, deployment)],
    },
    spec: {
      replicas: 0,
      minReadySeconds: spec?.minReadySeconds,
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [podTemplateHashLabel]: hash } },
      template: { ...spec?.template, metadata: { ...spec?.template.metadata, labels } },
    },
  };
  return withAnnotations(base, revisionAnnotations(deployment, base, revision));
}

/**
 * The annotations that a ReplicaSet of the current template should have: the Deployment's own, the newest revision number, and
 * the numbers that it had before (it was rolled back to).
 */
export function revisionAnnotations(deployment: Deployment, replicaSet: ReplicaSet, revision: bigint): Annotations {
  const annotations: Record<string, string> = { ...replicaSet.metadata?.annotations };
  for (const [key, value] of Object.entries(deployment.metadata?.annotations ?? {})) {
    if (!notCopied.has(key)) annotations[key] = value;
  }
  const before = annotations[revisionAnnotation];
  const old = revisionOf(replicaSet);
  if (old === undefined || old >= revision) return annotations;
  annotations[revisionAnnotation] = String(revision);
  if (before !== undefined) {
    const history = appendHistory(annotations[revisionHistoryAnnotation] ?? '', before);
    if (history !== undefined) annotations[revisionHistoryAnnotation] = history;
  }
  return annotations;
}

/** Drops the oldest numbers when the list gets too long; undefined when even one number does not fit. */
function appendHistory(history: string, revision: string): string | undefined {
  const revisions = history === '' ? [] : history.split(',');
  revisions.push(revision);
  while (revisions.length > 0 && revisions.join(',').length > maxHistoryLength) revisions.shift();
  return revisions.length > 0 ? revisions.join(',') : undefined;
}

/** How far the ReplicaSet's Deployment was scaled when it was last written: the base of proportional scaling. */
export function scaleAnnotations(deployment: Deployment, maxSurge: number): Annotations {
  const replicas = deployment.spec?.replicas ?? 0;
  return { [desiredReplicasAnnotation]: String(replicas), [maxReplicasAnnotation]: String(replicas + maxSurge) };
}

/** A count from an annotation; undefined when it is absent or no count of 31 bits. */
export function countAnnotation(replicaSet: ReplicaSet, key: string): number | undefined {
  const text = replicaSet.metadata?.annotations?.[key];
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const count = Number(text);
  return count < 2 ** 31 ? count : undefined;
}

export function withAnnotations(replicaSet: ReplicaSet, annotations: Annotations): ReplicaSet {
  const { metadata } = replicaSet;
  return { ...replicaSet, metadata: { ...metadata, annotations: { ...metadata?.annotations, ...annotations } } };
}
