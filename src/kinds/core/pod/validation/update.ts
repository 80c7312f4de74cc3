/**
 * What may change in a pod: images, deadlines downwards, more tolerations, fewer scheduling gates, and, while it is gated, where it
 * may run. The rest of the spec is fixed when the pod is made; ephemeral containers and resources change by subresources of their own.
 */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, forbidden, index, invalid, required } from '#api/field-error.ts';
import { inclusiveRangeMessage } from '#api/name-format.ts';
import { printedStruct } from '#api/printed-struct.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { treeDiff } from '#api/tree-diff.ts';
import type { Affinity, Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec } from '#kinds/generated/core-v1.ts';
import { nodeSelectorTerm, printedPodSpec } from '../printed-spec.ts';
import { checkPodAnnotationsUpdate } from './annotations.ts';
import { checkEphemeralContainersUpdate } from './ephemeral-containers.ts';
import { checkResize } from './resize.ts';
import { maxInt32 } from './spec.ts';
import { checkTolerations } from './tolerations.ts';

const annotationsPath = 'metadata.annotations';
const noSpec: PodSpec = { containers: [] };

const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** Runs after the rules of pods, which look at the new pod alone. */
export function validatePodUpdate(pod: Pod, old: Pod, { subresource }: HookContext): FieldError[] {
  if (subresource === 'resize') return checkResize(pod, old);
  const errors: FieldError[] = [];
  checkPodAnnotationsUpdate(pod, old, annotationsPath, errors);
  if (subresource === 'ephemeralcontainers') checkEphemeralContainersUpdate(pod, old, errors);
  else checkSpecUpdate(pod.spec ?? noSpec, old.spec ?? noSpec, 'spec', errors);
  return errors;
}

function checkSpecUpdate(spec: PodSpec, old: PodSpec, path: string, errors: FieldError[]): void {
  for (const list of ['containers', 'initContainers'] as const) {
    if (!checkImages(spec[list] ?? [], old[list] ?? [], child(path, list), errors)) return;
  }
  if (!checkDeadline(spec, old, child(path, 'activeDeadlineSeconds'), errors)) return;
  checkAddedTolerations(spec, old, child(path, 'tolerations'), errors);
  checkDeletedGates(spec, old, child(path, 'schedulingGates'), errors);
  if (semanticallyEqual(spec, old)) return;
  const masked = mask(spec, old, path, errors);
  if (semanticallyEqual(masked, old)) return;
  const difference = treeDiff(printedPodSpec(old), printedPodSpec(masked));
  errors.push(forbidden(path, `pod updates may not change fields other than ${changeable}\n${difference}`));
}

/** False when containers came or went: what follows would compare the wrong ones. */
function checkImages(
  containers: readonly Container[],
  old: readonly Container[],
  path: string,
  errors: FieldError[],
): boolean {
  if (containers.length !== old.length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'));
    return false;
  }
  containers.forEach(({ image = '' }, position) => {
    const at = child(index(path, position), 'image');
    if (image === '') errors.push(required(at));
    if (image.trim() !== image) errors.push(invalid(at, image, 'must not have leading or trailing whitespace'));
  });
  return true;
}

/** A deadline may be set once and then only come nearer. False ends the look at the update. */
function checkDeadline(
  { activeDeadlineSeconds: deadline }: PodSpec,
  { activeDeadlineSeconds: old }: PodSpec,
  path: string,
  errors: FieldError[],
): boolean {
  if (deadline === undefined) {
    if (old !== undefined) errors.push(invalid(path, null, 'must not update from a positive integer to nil value'));
    return true;
  }
  if (deadline < 0 || deadline > maxInt32) {
    errors.push(invalid(path, deadline, inclusiveRangeMessage(0, maxInt32)));
    return false;
  }
  if (old !== undefined && old < deadline) {
    errors.push(invalid(path, deadline, 'must be less than or equal to previous value'));
    return false;
  }
  return true;
}

function checkAddedTolerations(
  { tolerations = [] }: PodSpec,
  { tolerations: old = [] }: PodSpec,
  path: string,
  errors: FieldError[],
): void {
  for (const before of old) {
    const kept = tolerations.some((toleration) =>
      semanticallyEqual(toleration, { ...before, tolerationSeconds: toleration.tolerationSeconds }),
    );
    if (kept) continue;
    errors.push(forbidden(path, 'existing toleration can not be modified except its tolerationSeconds'));
    return;
  }
  checkTolerations(tolerations, path, errors);
}

function checkDeletedGates(
  { schedulingGates = [] }: PodSpec,
  { schedulingGates: old = [] }: PodSpec,
  path: string,
  errors: FieldError[],
): void {
  schedulingGates.forEach(({ name }, position) => {
    if (old.some((gate) => gate.name === name)) return;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(forbidden(child(index(path, position), 'name'), detail));
  });
}

/** The new spec with the old values wherever a change is allowed or was already judged. */
function mask(spec: PodSpec, old: PodSpec, path: string, errors: FieldError[]): PodSpec {
  const withOldImages = (list: PodSpec['containers'] | undefined, before: PodSpec['initContainers']) =>
    list?.map((container, position) => ({ ...container, image: before?.[position]?.image }));
  const becameOne = (old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1;
  const masked = {
    ...spec,
    containers: withOldImages(spec.containers, old.containers) ?? [],
    initContainers: withOldImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    ...(becameOne ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds } : {}),
  };
  if ((old.schedulingGates ?? []).length === 0) return masked;
  checkNodeSelectorAdditions(spec, old, child(path, 'nodeSelector'), errors);
  const affinityPath = child(path, 'affinity', 'nodeAffinity');
  checkNodeAffinityAdditions(spec.affinity?.nodeAffinity, old.affinity?.nodeAffinity, affinityPath, errors);
  return { ...masked, nodeSelector: old.nodeSelector, affinity: withNodeAffinity(spec.affinity, old.affinity) };
}

function withNodeAffinity(affinity: Affinity | undefined, old: Affinity | undefined): Affinity | undefined {
  if (!affinity && !old?.nodeAffinity) return undefined;
  return { ...affinity, nodeAffinity: old?.nodeAffinity };
}

/** A gated pod's choice of nodes may only become narrower (KEP-3838). */
function checkNodeSelectorAdditions(
  { nodeSelector = {} }: PodSpec,
  { nodeSelector: old = {} }: PodSpec,
  path: string,
  errors: FieldError[],
): void {
  for (const key in old) {
    if (nodeSelector[key] === old[key]) continue;
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid(path, nodeSelector, detail));
    return;
  }
}

function checkNodeAffinityAdditions(
  affinity: NodeAffinity | undefined,
  old: NodeAffinity | undefined,
  path: string,
  errors: FieldError[],
): void {
  const field = 'requiredDuringSchedulingIgnoredDuringExecution';
  const before = old?.[field]?.nodeSelectorTerms ?? [];
  const after = affinity?.[field]?.nodeSelectorTerms ?? [];
  const termsPath = child(path, field, 'nodeSelectorTerms');
  if (before.length > 0 && before.length !== after.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    errors.push(invalid(termsPath, printedStruct(after, nodeSelectorTerm), detail));
    return;
  }
  before.forEach((term, position) => {
    const next = after[position] ?? {};
    if (isNarrower(next, term)) return;
    const detail = 'only additions are allowed (no mutations or deletions)';
    errors.push(invalid(index(termsPath, position), printedStruct(next, nodeSelectorTerm), detail));
  });
}

function isNarrower(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  // A term without requirements matches nothing; one with some would match more.
  if (lists.every((list) => (old[list] ?? []).length === 0)) {
    return lists.every((list) => (term[list] ?? []).length === 0);
  }
  return lists.every((list) => {
    const before = old[list] ?? [];
    return semanticallyEqual((term[list] ?? []).slice(0, before.length), before);
  });
}
