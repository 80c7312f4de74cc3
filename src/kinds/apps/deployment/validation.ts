/** Rules of Deployments. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import { checkImmutable, checkNonNegative } from '#api/field-rules.ts';
import type { Deployment, DeploymentStrategy, RollingUpdateDeployment } from '#kinds/generated/apps-v1.ts';
import { checkAtMostAll, checkIntOrPercent, isZero } from '../int-or-percent.ts';
import { checkSelectorAndTemplate } from '../replica-set/validation.ts';
import { checkAvailableAreReady, checkCollisionCount, checkCounts, checkWithinReplicas } from '../workload-rules.ts';

export function validateDeployment({ spec }: Deployment, _context: HookContext, old?: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(spec?.replicas, 'spec.replicas', errors);
  checkSelectorAndTemplate(spec ?? {}, 'spec', errors, old?.spec);
  checkStrategy(spec?.strategy ?? {}, 'spec.strategy', errors);
  checkNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', errors);
  checkNonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  if (spec?.progressDeadlineSeconds !== undefined) {
    const path = 'spec.progressDeadlineSeconds';
    checkNonNegative(spec.progressDeadlineSeconds, path, errors);
    if (spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
      errors.push(invalid(path, spec.progressDeadlineSeconds, 'must be greater than minReadySeconds'));
    }
  }
  return errors;
}

function checkStrategy({ type, rollingUpdate }: DeploymentStrategy, path: string, errors: FieldError[]): void {
  const rollingPath = child(path, 'rollingUpdate');
  if (type === 'Recreate') {
    if (rollingUpdate) {
      errors.push(forbidden(rollingPath, "may not be specified when strategy `type` is 'Recreate'"));
    }
  } else if (type === 'RollingUpdate') {
    if (!rollingUpdate) errors.push(required(rollingPath, 'this should be defaulted and never be nil'));
    else checkRollingUpdate(rollingUpdate, rollingPath, errors);
  } else {
    // Upstream prints its internal type.
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
    const printed = {
      Type: type ?? '',
      RollingUpdate: rollingUpdate ? { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge } : null,
    };
    errors.push(notSupported(path, printed, ['Recreate', 'RollingUpdate']));
  }
}

function checkRollingUpdate(
  { maxUnavailable, maxSurge }: RollingUpdateDeployment,
  path: string,
  errors: FieldError[],
): void {
  const unavailablePath = child(path, 'maxUnavailable');
  checkIntOrPercent(maxUnavailable, unavailablePath, errors);
  checkIntOrPercent(maxSurge, child(path, 'maxSurge'), errors);
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(invalid(unavailablePath, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'));
  }
  checkAtMostAll(maxUnavailable, unavailablePath, errors);
}

export function validateDeploymentUpdate({ spec }: Deployment, old: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(spec?.selector, old.spec?.selector, 'spec.selector', errors);
  return errors;
}

const counts = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
] as const;

export function validateDeploymentStatus({ status = {} }: Deployment, old: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  checkCounts(status, counts, errors);
  checkWithinReplicas(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], errors);
  checkAvailableAreReady(status, 'readyReplicas', errors);
  checkCollisionCount(status, old.status, errors);
  return errors;
}
