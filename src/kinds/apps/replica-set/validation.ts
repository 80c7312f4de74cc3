/** Rules of ReplicaSets, which are also those of the common part of Deployments. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, invalid } from '#api/field-error.ts';
import { checkImmutable, checkNonNegative } from '#api/field-rules.ts';
import type { LabelSelector } from '#api/generated/meta-v1.ts';
import { validatePodTemplate } from '#kinds/core/pod/validation/template.ts';
import type { ReplicaSet } from '#kinds/generated/apps-v1.ts';
import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import {
  checkAvailableAreReady,
  checkCounts,
  checkRunsForever,
  checkSelectsTemplate,
  checkWithinReplicas,
  checkWorkloadSelector,
  compiledSelector,
} from '../workload-rules.ts';

interface PodMaker {
  readonly selector?: LabelSelector | undefined;
  readonly template?: PodTemplateSpec | undefined;
}

export function validateReplicaSet({ spec }: ReplicaSet, _context: HookContext, old?: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(spec?.replicas, 'spec.replicas', errors);
  checkNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', errors);
  checkSelectorAndTemplate(spec ?? {}, 'spec', errors, old?.spec);
  return errors;
}

/** The messages name other kinds than the one at hand, in both kinds that share these rules. */
export function checkSelectorAndTemplate(spec: PodMaker, path: string, errors: FieldError[], old?: PodMaker): void {
  const selectorPath = child(path, 'selector');
  checkWorkloadSelector(spec.selector, 'deployment', selectorPath, errors);
  const selector = compiledSelector(spec.selector);
  if (!selector) {
    errors.push(invalid(selectorPath, spec.selector, 'invalid label selector'));
    return;
  }
  const templatePath = child(path, 'template');
  checkSelectsTemplate(selector, spec.template, templatePath, errors);
  validatePodTemplate(spec.template, templatePath, errors, old?.template);
  checkRunsForever(spec.template, 'ReplicaSet', templatePath, errors);
}

export function validateReplicaSetUpdate({ spec }: ReplicaSet, old: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(spec?.selector, old.spec?.selector, 'spec.selector', errors);
  return errors;
}

const counts = [
  'replicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'observedGeneration',
  'terminatingReplicas',
] as const;

export function validateReplicaSetStatus({ status }: ReplicaSet): FieldError[] {
  const errors: FieldError[] = [];
  if (!status) return errors;
  checkCounts(status, counts, errors);
  checkWithinReplicas(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], errors);
  checkAvailableAreReady(status, 'readyReplicas', errors);
  return errors;
}
