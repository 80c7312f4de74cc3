/** What the rules of Deployments, ReplicaSets, DaemonSets and StatefulSets have in common: selector, template, status counts. */

import { child, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import { checkNonNegative } from '#api/field-rules.ts';
import type { LabelSelector } from '#api/generated/meta-v1.ts';
import { checkLabelSelector, type LabelSelectorRules } from '#api/label-rules.ts';
import { type Selector, SelectorError, selectorFromLabelSelector } from '#api/label-selector.ts';
import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';

const mismatchMessage = '`selector` does not match template `labels`';

/** Undefined when it cannot be understood; checkLabelSelector says why. */
export function compiledSelector(selector: LabelSelector | undefined): Selector | undefined {
  try {
    return selectorFromLabelSelector(selector);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}

/** `kind` is the word in the message about an empty selector. */
export function checkWorkloadSelector(
  selector: LabelSelector | undefined,
  kind: string,
  path: string,
  errors: FieldError[],
  rules?: LabelSelectorRules,
): void {
  if (!selector) {
    errors.push(required(path));
    return;
  }
  checkLabelSelector(selector, path, errors, rules);
  if (isEmptySelector(selector)) errors.push(invalid(path, selector, `empty selector is invalid for ${kind}`));
}

export function checkSelectsTemplate(
  selector: Selector,
  template: PodTemplateSpec | undefined,
  path: string,
  errors: FieldError[],
): void {
  const labels = template?.metadata?.labels;
  if (!selector.matches(labels ?? {})) {
    errors.push(invalid(child(path, 'metadata', 'labels'), labels ?? null, mismatchMessage));
  }
}

/** Pods of these kinds run until they are deleted. */
export function checkRunsForever(
  template: PodTemplateSpec | undefined,
  kind: string,
  path: string,
  errors: FieldError[],
): void {
  const { restartPolicy = '', activeDeadlineSeconds } = template?.spec ?? {};
  const specPath = child(path, 'spec');
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(child(specPath, 'restartPolicy'), restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden(child(specPath, 'activeDeadlineSeconds'), detail));
  }
}

type Counts<Field extends string> = { readonly [name in Field]?: number | undefined };

export function checkCounts<Field extends string>(
  status: Counts<Field>,
  fields: readonly Field[],
  errors: FieldError[],
): void {
  for (const field of fields) checkNonNegative(status[field], child('status', field), errors);
}

/** None of the fields is greater than status.replicas. */
export function checkWithinReplicas<Field extends string>(
  status: Counts<Field | 'replicas'>,
  fields: readonly Field[],
  errors: FieldError[],
): void {
  const { replicas = 0 } = status;
  for (const field of fields) {
    const count = status[field] ?? 0;
    if (count > replicas) {
      errors.push(invalid(child('status', field), count, 'cannot be greater than status.replicas'));
    }
  }
}

/** `name` is what the message calls readyReplicas. */
export function checkAvailableAreReady(
  { availableReplicas = 0, readyReplicas = 0 }: Counts<'availableReplicas' | 'readyReplicas'>,
  name: string,
  errors: FieldError[],
): void {
  if (availableReplicas <= readyReplicas) return;
  errors.push(invalid('status.availableReplicas', availableReplicas, `cannot be greater than ${name}`));
}

/** The number that keeps the names of revisions apart only grows. */
export function checkCollisionCount(
  status: Counts<'collisionCount'> | undefined,
  old: Counts<'collisionCount'> | undefined,
  errors: FieldError[],
): void {
  const count = status?.collisionCount ?? 0;
  if (old?.collisionCount !== undefined && count < old.collisionCount) {
    errors.push(invalid('status.collisionCount', count, 'cannot be decremented'));
  }
}
