/** Rules of DaemonSets. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, invalid, notSupported, required } from '#api/field-error.ts';
import { checkImmutable, checkNonNegative } from '#api/field-rules.ts';
import { checkLabelSelector, hasInvalidLabelValue } from '#api/label-rules.ts';
import { validatePodTemplate } from '#kinds/core/pod/validation/template.ts';
import type { DaemonSet, DaemonSetUpdateStrategy, RollingUpdateDaemonSet } from '#kinds/generated/apps-v1.ts';
import { checkAtMostAll, checkIntOrPercent, isZero } from '../int-or-percent.ts';
import {
  checkCollisionCount,
  checkCounts,
  checkRunsForever,
  checkSelectsTemplate,
  compiledSelector,
  isEmptySelector,
} from '../workload-rules.ts';

export function validateDaemonSet({ spec }: DaemonSet, _context: HookContext, old?: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  const template = spec?.template;
  const rules = { allowInvalidValues: hasInvalidLabelValue(old?.spec?.selector) };
  checkLabelSelector(spec?.selector, 'spec.selector', errors, rules);
  const selector = compiledSelector(spec?.selector);
  if (selector) checkSelectsTemplate(selector, template, 'spec.template', errors);
  if (spec?.selector && isEmptySelector(spec.selector)) {
    errors.push(invalid('spec.selector', spec.selector, 'empty selector is invalid for daemonset'));
  }
  validatePodTemplate(template, 'spec.template', errors, old?.spec?.template);
  checkRunsForever(template, 'DaemonSet', 'spec.template', errors);
  checkNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', errors);
  checkStrategy(spec?.updateStrategy ?? {}, 'spec.updateStrategy', errors);
  checkNonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  return errors;
}

function checkStrategy({ type, rollingUpdate }: DaemonSetUpdateStrategy, path: string, errors: FieldError[]): void {
  const rollingPath = child(path, 'rollingUpdate');
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    // Upstream prints its internal type.
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
    const printed = {
      Type: type ?? '',
      RollingUpdate: rollingUpdate ? { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge } : null,
    };
    errors.push(notSupported(path, printed, ['RollingUpdate', 'OnDelete']));
  } else if (!rollingUpdate) errors.push(required(rollingPath));
  else checkRollingUpdate(rollingUpdate, rollingPath, errors);
}

function checkRollingUpdate(
  { maxUnavailable, maxSurge }: RollingUpdateDaemonSet,
  path: string,
  errors: FieldError[],
): void {
  const unavailablePath = child(path, 'maxUnavailable');
  const surgePath = child(path, 'maxSurge');
  checkIntOrPercent(maxUnavailable, unavailablePath, errors);
  checkIntOrPercent(maxSurge, surgePath, errors);
  checkAtMostAll(maxUnavailable, unavailablePath, errors);
  checkAtMostAll(maxSurge, surgePath, errors);
  const surges = !isZero(maxSurge);
  if (surges !== isZero(maxUnavailable)) {
    errors.push(
      surges
        ? invalid(surgePath, maxSurge, 'may not be set when maxUnavailable is non-zero')
        : required(unavailablePath, 'cannot be 0 when maxSurge is 0'),
    );
  }
}

export function validateDaemonSetUpdate({ spec }: DaemonSet, old: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(spec?.selector, old.spec?.selector, 'spec.selector', errors);
  return errors;
}

const counts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

export function validateDaemonSetStatus({ status }: DaemonSet, old: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  if (status) checkCounts(status, counts, errors);
  checkCollisionCount(status, old.status, errors);
  return errors;
}
