/** Rules of StatefulSets. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, forbidden, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat, checkNonNegative } from '#api/field-rules.ts';
import { checkAnnotations, checkLabels } from '#api/label-rules.ts';
import { isDNS1123Label } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { checkClaimSpec } from '#kinds/core/persistent-volume-claim/spec-rules.ts';
import { validatePodTemplate } from '#kinds/core/pod/validation/template.ts';
import type { StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy } from '#kinds/generated/apps-v1.ts';
import type { PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import { checkAtMostAll, checkIntOrPercent, isZero } from '../int-or-percent.ts';
import {
  checkAvailableAreReady,
  checkCollisionCount,
  checkCounts,
  checkRunsForever,
  checkSelectsTemplate,
  checkWithinReplicas,
  checkWorkloadSelector,
  compiledSelector,
} from '../workload-rules.ts';

const retentionPolicies: ReadonlySet<string> = new Set(['Retain', 'Delete']);

export function validateStatefulSet({ spec }: StatefulSet, _context: HookContext, old?: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec) return [required('spec.selector')];
  checkManagement(spec, errors);
  checkStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', errors);
  const retention = spec.persistentVolumeClaimRetentionPolicy;
  for (const event of ['whenDeleted', 'whenScaled'] as const) {
    const policy = retention?.[event] ?? '';
    const path = child('spec.persistentVolumeClaimRetentionPolicy', event);
    if (retention && !retentionPolicies.has(policy)) errors.push(notSupported(path, policy, [...retentionPolicies]));
  }
  // Stored names and claim templates cannot change; what today's rules refuse in them must not block other updates.
  if (!old) {
    spec.volumeClaimTemplates?.forEach((template, position) => {
      checkClaimSpec(template.spec ?? {}, child(index('spec.volumeClaimTemplates', position), 'spec'), errors);
    });
  }
  checkNonNegative(spec.replicas, 'spec.replicas', errors);
  checkNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  checkNonNegative(spec.ordinals?.start, 'spec.ordinals.start', errors);
  if (!old && spec.serviceName) checkFormat(isDNS1123Label, spec.serviceName, 'spec.serviceName', errors);
  checkWorkloadSelector(spec.selector, 'statefulset', 'spec.selector', errors);
  checkTemplate(spec, errors, old?.spec);
  checkRunsForever(spec.template, 'StatefulSet', 'spec.template', errors);
  return errors;
}

function checkManagement({ podManagementPolicy }: StatefulSetSpec, errors: FieldError[]): void {
  const path = 'spec.podManagementPolicy';
  if (!podManagementPolicy) errors.push(required(path));
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    errors.push(invalid(path, podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
  }
}

function checkStrategy({ type, rollingUpdate }: StatefulSetUpdateStrategy, path: string, errors: FieldError[]): void {
  const rollingPath = child(path, 'rollingUpdate');
  // Upstream prints its internal types.
  const printed = rollingUpdate
    ? { Partition: rollingUpdate.partition ?? 0, MaxUnavailable: rollingUpdate.maxUnavailable ?? null }
    : null;
  if (!type) errors.push(required(path));
  else if (type === 'OnDelete') {
    if (rollingUpdate) errors.push(invalid(rollingPath, printed, "only allowed for updateStrategy 'RollingUpdate'"));
  } else if (type !== 'RollingUpdate') {
    errors.push(invalid(path, { Type: type, RollingUpdate: printed }, "must be 'RollingUpdate' or 'OnDelete'"));
  } else if (rollingUpdate) {
    checkNonNegative(rollingUpdate.partition, child(rollingPath, 'partition'), errors);
    const { maxUnavailable } = rollingUpdate;
    if (maxUnavailable === undefined) return;
    const unavailablePath = child(rollingPath, 'maxUnavailable');
    checkIntOrPercent(maxUnavailable, unavailablePath, errors);
    if (isZero(maxUnavailable)) errors.push(invalid(unavailablePath, maxUnavailable, 'cannot be 0'));
    checkAtMostAll(maxUnavailable, unavailablePath, errors);
  }
}

/** Labels and annotations are looked at twice, as upstream does. */
function checkTemplate(spec: StatefulSetSpec, errors: FieldError[], old?: StatefulSetSpec): void {
  const path = 'spec.template';
  const selector = compiledSelector(spec.selector);
  if (!selector) {
    errors.push(invalid('spec.selector', spec.selector, ''));
    return;
  }
  checkSelectsTemplate(selector, spec.template, path, errors);
  if (!old || isValidTemplate(old)) validatePodTemplate(templateOfPods(spec), path, errors, old?.template);
  checkLabels(spec.template?.metadata?.labels, child(path, 'labels'), errors);
  checkAnnotations(spec.template?.metadata?.annotations, child(path, 'annotations'), errors);
}

/** A stored template that today's rules refuse is let stay. */
function isValidTemplate(spec: StatefulSetSpec): boolean {
  const errors: FieldError[] = [];
  validatePodTemplate(templateOfPods(spec), '', errors, spec.template);
  return errors.length === 0;
}

/** The template as pods will be made of it: the controller sets hostname and subdomain, and claim templates become volumes. */
function templateOfPods({ template, volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec | undefined {
  if (!template?.spec) return template;
  const { subdomain: _subdomain, hostname: _hostname, ...spec } = template.spec;
  const names = new Set(volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? ''));
  const claims = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const volumes = [...claims, ...(spec.volumes ?? []).filter(({ name }) => !names.has(name))];
  return { ...template, spec: names.size > 0 ? { ...spec, volumes } : spec };
}

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function validateStatefulSetUpdate({ spec }: StatefulSet, old: StatefulSet): FieldError[] {
  const fixed = (value: StatefulSetSpec | undefined): Record<string, unknown> => {
    // Always shown, be it empty or not.
    const rest: Record<string, unknown> = { ...value, serviceName: value?.serviceName ?? '' };
    for (const field of changeable) delete rest[field];
    return rest;
  };
  if (semanticallyEqual(fixed(spec), fixed(old.spec))) return [];
  const fields = "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit'";
  const last = "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds'";
  return [forbidden('spec', `updates to statefulset spec for fields other than ${fields}, ${last} are forbidden`)];
}

const counts = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
] as const;

export function validateStatefulSetStatus({ status }: StatefulSet, old: StatefulSet): FieldError[] {
  const errors: FieldError[] = [];
  if (status) {
    checkCounts(status, counts, errors);
    checkWithinReplicas(status, ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'], errors);
    checkAvailableAreReady(status, 'status.readyReplicas', errors);
  }
  checkCollisionCount(status, old.status, errors);
  return errors;
}
