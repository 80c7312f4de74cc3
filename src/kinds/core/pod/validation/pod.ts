/** Rules of pods: what ValidatePodCreate and the common part of ValidatePodUpdate look at. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, forbidden, index } from '#api/field-error.ts';
import type { Pod, PodSpec } from '#kinds/generated/core-v1.ts';
import { checkPodAnnotations } from './annotations.ts';
import { checkImageSpace } from './containers.ts';
import { checkProfileAnnotationsMatch } from './profiles.ts';
import { newPodRules, type PodRules, podRules } from './rules.ts';
import { checkPodSpec } from './spec.ts';

const specPath = 'spec';
const noSpec: PodSpec = { containers: [] };

/** What the stored pod may keep is only asked when there is something to refuse: updates are many, faults are few. */
export function validatePod(pod: Pod, _context: HookContext, old?: Pod): FieldError[] {
  const errors = check(pod, newPodRules);
  if (old) return errors.length === 0 ? errors : check(pod, podRules(old, true));
  checkNew(pod, errors);
  return errors;
}

function check(pod: Pod, rules: PodRules): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, spec = noSpec } = pod;
  checkPodAnnotations(metadata?.annotations, spec, rules, 'metadata.annotations', errors);
  checkPodSpec(spec, metadata, rules, specPath, errors);
  checkTokensHaveAccount(pod, errors);
  for (const list of ['containers', 'initContainers'] as const) {
    spec[list]?.forEach((container, position) => {
      checkImageSpace(container, index(child(specPath, list), position), errors);
    });
  }
  return errors;
}

function checkNew({ metadata, spec = noSpec }: Pod, errors: FieldError[]): void {
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(child(specPath, 'ephemeralContainers'), 'cannot be set on create'));
  }
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) {
    const detail = 'cannot be set until all schedulingGates have been cleared';
    errors.push(forbidden(child(specPath, 'nodeName'), detail));
  }
  checkProfileAnnotationsMatch(metadata?.annotations, spec, specPath, errors);
}

function checkTokensHaveAccount({ spec }: Pod, errors: FieldError[]): void {
  if (!spec || spec.serviceAccountName) return;
  spec.volumes?.forEach(({ projected }, position) => {
    projected?.sources?.forEach(({ serviceAccountToken }, sourcePosition) => {
      if (!serviceAccountToken) return;
      const at = index(child(index(child(specPath, 'volumes'), position), 'projected', 'sources'), sourcePosition);
      const detail = 'must not be specified when serviceAccountName is not set';
      errors.push(forbidden(child(at, 'serviceAccountToken'), detail));
    });
  });
}
