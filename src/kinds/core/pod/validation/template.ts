/** Rules of pod templates, for every kind that makes pods from one. */

import { child, type FieldError, forbidden } from '#api/field-error.ts';
import { checkAnnotations, checkLabels } from '#api/label-rules.ts';
import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import { checkPodAnnotations } from './annotations.ts';
import { checkProfileAnnotationsMatch } from './profiles.ts';
import { podRules } from './rules.ts';
import { checkPodSpec } from './spec.ts';

/** `old` is the stored template on an update: what it has already is let stay. */
export function validatePodTemplate(
  template: PodTemplateSpec | undefined,
  path: string,
  errors: FieldError[],
  old?: PodTemplateSpec,
): void {
  const { metadata = {}, spec = { containers: [] } } = template ?? {};
  const rules = podRules(old, false);
  const annotationsPath = child(path, 'annotations');
  const specPath = child(path, 'spec');
  checkLabels(metadata.labels, child(path, 'labels'), errors);
  checkAnnotations(metadata.annotations, annotationsPath, errors);
  checkPodAnnotations(metadata.annotations, spec, rules, annotationsPath, errors);
  checkPodSpec(spec, undefined, rules, specPath, errors);
  checkProfileAnnotationsMatch(metadata.annotations, spec, specPath, errors);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden(child(specPath, 'ephemeralContainers'), 'ephemeral containers not allowed in pod template'));
  }
}
