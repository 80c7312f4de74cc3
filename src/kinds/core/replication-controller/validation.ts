/** Rules of replication controllers. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import { checkNonNegative } from '#api/field-rules.ts';
import type { ReplicationController } from '#kinds/generated/core-v1.ts';
import { validatePodTemplate } from '../pod/validation/template.ts';

const path = 'spec';
const templatePath = 'spec.template';

export function validateReplicationController(
  { spec = {} }: ReplicationController,
  _context: HookContext,
  old?: ReplicationController,
): FieldError[] {
  const errors: FieldError[] = [];
  const { replicas, selector = {}, template } = spec;
  checkNonNegative(spec.minReadySeconds, child(path, 'minReadySeconds'), errors);
  const keys = Object.keys(selector);
  if (keys.length === 0) errors.push(required(child(path, 'selector')));
  if (replicas === undefined) errors.push(required(child(path, 'replicas')));
  checkNonNegative(replicas, child(path, 'replicas'), errors);
  if (!template) {
    errors.push(required(templatePath));
    return errors;
  }
  const labels = template.metadata?.labels;
  if (keys.some((key) => labels?.[key] !== selector[key])) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalid(child(templatePath, 'metadata', 'labels'), labels, detail));
  }
  validatePodTemplate(template, templatePath, errors, old?.spec?.template);
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(child(templatePath, 'spec', 'restartPolicy'), restartPolicy ?? '', ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicationController is not Supported';
    errors.push(forbidden(child(templatePath, 'spec', 'activeDeadlineSeconds'), detail));
  }
  return errors;
}

export function validateReplicationControllerStatusUpdate({ status }: ReplicationController): FieldError[] {
  const errors: FieldError[] = [];
  const { replicas = 0, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  const counts = { replicas, fullyLabeledReplicas, readyReplicas, availableReplicas };
  for (const [field, count] of Object.entries(counts)) checkNonNegative(count, child('status', field), errors);
  checkNonNegative(status?.observedGeneration, 'status.observedGeneration', errors);
  for (const [field, count] of Object.entries(counts)) {
    if (count > replicas) errors.push(invalid(child('status', field), count, 'cannot be greater than status.replicas'));
  }
  if (availableReplicas > readyReplicas) {
    errors.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return errors;
}
