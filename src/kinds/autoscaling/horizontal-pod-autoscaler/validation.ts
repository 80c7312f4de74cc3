/** Rules of HorizontalPodAutoscalers: bounds, target, behaviour. Those of metrics are in metric-rules.ts. */

import { child, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkNonNegative, checkOptionalWord, notPositiveMessage } from '#api/field-rules.ts';
import { checkNonNegativeQuantity } from '#kinds/core/resource-names.ts';
import type { HorizontalPodAutoscaler, HPAScalingPolicy, HPAScalingRules } from '#kinds/generated/autoscaling-v2.ts';
import { apiVersionFault, checkMetrics, checkReference, type ReferenceRules } from './metric-rules.ts';

const maxPeriodSeconds = 1800;
const maxStabilizationWindowSeconds = 3600;
const selectPolicies: ReadonlySet<string> = new Set(['Disabled', 'Max', 'Min']);
const policyTypes = ['Percent', 'Pods'];

export function validateHorizontalPodAutoscaler(
  { spec }: HorizontalPodAutoscaler,
  _context: unknown,
  old?: HorizontalPodAutoscaler,
): FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas = 0, metrics = [], behavior } = spec ?? {};
  // Zero is for a feature that is off; what has it may keep it.
  const lowest = old?.spec?.minReplicas === 0 ? 0 : 1;
  if (minReplicas !== undefined && minReplicas < lowest) {
    errors.push(invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${lowest}`));
  }
  if (maxReplicas === 0) errors.push(required('spec.maxReplicas', 'must be set and greater than 0'));
  else if (maxReplicas < 0) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1'));
  }
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  checkReference(spec?.scaleTargetRef, 'spec.scaleTargetRef', targetRules(spec, old?.spec), errors);
  checkMetrics(metrics, 'spec.metrics', minReplicas, objectRules(old), errors);
  checkScalingRules(behavior?.scaleUp, 'spec.behavior.scaleUp', errors);
  checkScalingRules(behavior?.scaleDown, 'spec.behavior.scaleDown', errors);
  return errors;
}

export function validateHorizontalPodAutoscalerStatus({ status }: HorizontalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(status?.currentReplicas, 'status.currentReplicas', errors);
  checkNonNegative(status?.desiredReplicas, 'status.desiredReplicas', errors);
  return errors;
}

type Spec = HorizontalPodAutoscaler['spec'];

/** A stored apiVersion is not looked at again; only ReplicationControllers are scalable in the core group. */
function targetRules(spec: Spec, old: Spec): ReferenceRules {
  const target = spec?.scaleTargetRef;
  const before = old?.scaleTargetRef;
  if (old && before?.apiVersion === target?.apiVersion && before?.kind === target?.kind) return 'any';
  return target?.kind === 'ReplicationController' ? 'core too' : 'with group';
}

function objectRules(old: HorizontalPodAutoscaler | undefined): ReferenceRules {
  const wasWrong = old?.spec?.metrics?.some(
    ({ type, object }) =>
      type === 'Object' && object && apiVersionFault(object.describedObject.apiVersion, 'core too') !== undefined,
  );
  return wasWrong ? 'any' : 'core too';
}

function checkScalingRules(rules: HPAScalingRules | undefined, path: string, errors: FieldError[]): void {
  if (!rules) return;
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const windowPath = child(path, 'stabilizationWindowSeconds');
  if (window !== undefined && window < 0) {
    errors.push(invalid(windowPath, window, 'must be greater than or equal to zero'));
  }
  if (window !== undefined && window > maxStabilizationWindowSeconds) {
    errors.push(invalid(windowPath, window, `must be less than or equal to ${maxStabilizationWindowSeconds}`));
  }
  checkOptionalWord(selectPolicy, selectPolicies, child(path, 'selectPolicy'), errors);
  const policiesPath = child(path, 'policies');
  if (policies.length === 0) errors.push(required(policiesPath, 'must specify at least one Policy'));
  policies.forEach((policy, position) => {
    checkScalingPolicy(policy, index(policiesPath, position), errors);
  });
  if (tolerance !== undefined) checkNonNegativeQuantity(tolerance, child(path, 'tolerance'), errors);
}

function checkScalingPolicy(
  { type = '', value = 0, periodSeconds = 0 }: HPAScalingPolicy,
  path: string,
  errors: FieldError[],
): void {
  if (!policyTypes.includes(type)) errors.push(notSupported(child(path, 'type'), type, policyTypes));
  if (value <= 0) errors.push(invalid(child(path, 'value'), value, notPositiveMessage));
  const periodPath = child(path, 'periodSeconds');
  if (periodSeconds <= 0) errors.push(invalid(periodPath, periodSeconds, notPositiveMessage));
  if (periodSeconds > maxPeriodSeconds) {
    errors.push(invalid(periodPath, periodSeconds, `must be less than or equal to ${maxPeriodSeconds}`));
  }
}
