/** Rules of the spec of jobs, also of those that cron jobs make. */

import { checkDomainPrefixedPath } from '#api/domain-path.ts';
import { child, type FieldError, index, invalid, notSupported, required, tooLong, tooMany } from '#api/field-error.ts';
import { checkNonNegative } from '#api/field-rules.ts';
import { validatePodTemplate } from '#kinds/core/pod/validation/template.ts';
import type { JobSpec, SuccessPolicyRule } from '#kinds/generated/batch-v1.ts';
import { checkPodFailurePolicy } from './failure-policy-rules.ts';
import { countIndexes, parseIndexRanges } from './index-ranges.ts';

const completionModes = ['NonIndexed', 'Indexed'];
const replacementPolicies = ['Failed', 'TerminatingOrFailed'];
const maxIndexedParallelism = 100_000;
const maxFailedIndexes = 100_000;
/** Above this number of completions, jobs with a backoff limit per index keep to the two bounds that follow. */
const manyCompletions = 100_000;
const maxParallelismOfMany = 10_000;
const maxFailedIndexesOfMany = 10_000;
const maxManagedBy = 63;
const maxSuccessRules = 20;
const maxSucceededIndexes = 64 * 1024;

export function checkJobSpec(spec: JobSpec, path: string, errors: FieldError[], old?: JobSpec): void {
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const) {
    checkNonNegative(spec[field], child(path, field), errors);
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(child(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  }
  if (spec.managedBy !== undefined) {
    const managedByPath = child(path, 'managedBy');
    checkDomainPrefixedPath(spec.managedBy, managedByPath, errors);
    if (spec.managedBy.length > maxManagedBy) errors.push(tooLong(managedByPath, maxManagedBy));
  }
  const { completionMode = 'NonIndexed' } = spec;
  if (!completionModes.includes(completionMode)) {
    errors.push(notSupported(child(path, 'completionMode'), completionMode, completionModes));
  }
  if (completionMode === 'Indexed') checkIndexed(spec, path, errors);
  if (completionMode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[field] === undefined) continue;
      errors.push(invalid(child(path, field), spec[field], 'requires indexed completion mode'));
    }
  }
  if (spec.podFailurePolicy) {
    checkPodFailurePolicy(spec.podFailurePolicy, spec, child(path, 'podFailurePolicy'), errors);
  }
  checkSuccessPolicy(spec, child(path, 'successPolicy'), errors);
  checkReplacementPolicy(spec, child(path, 'podReplacementPolicy'), errors);
  validatePodTemplate(spec.template, child(path, 'template'), errors, old?.template);
  checkRestartPolicy(spec, child(path, 'template', 'spec', 'restartPolicy'), errors);
}

function checkIndexed(spec: JobSpec, path: string, errors: FieldError[]): void {
  const { completions, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex } = spec;
  const failedPath = child(path, 'maxFailedIndexes');
  const parallelismPath = child(path, 'parallelism');
  if (completions === undefined) {
    errors.push(required(child(path, 'completions'), 'when completion mode is Indexed'));
  }
  if (parallelism > maxIndexedParallelism) {
    const detail = `must be less than or equal to ${maxIndexedParallelism} when completion mode is Indexed`;
    errors.push(invalid(parallelismPath, parallelism, detail));
  }
  if (completions !== undefined && failed !== undefined && failed > completions) {
    errors.push(invalid(failedPath, failed, 'must be less than or equal to completions'));
  }
  if (failed !== undefined && failed > maxFailedIndexes) {
    errors.push(invalid(failedPath, failed, `must be less than or equal to ${maxFailedIndexes}`));
  }
  if (completions === undefined || completions <= manyCompletions || backoffLimitPerIndex === undefined) return;
  const when = `when completions are above ${manyCompletions} and used with backoff limit per index`;
  if (failed === undefined) {
    errors.push(required(failedPath, `must be specified when completions is above ${manyCompletions}`));
  }
  if (parallelism > maxParallelismOfMany) {
    const detail = `must be less than or equal to ${maxParallelismOfMany} ${when}`;
    errors.push(invalid(parallelismPath, parallelism, detail));
  }
  if (failed !== undefined && failed > maxFailedIndexesOfMany) {
    errors.push(invalid(failedPath, failed, `must be less than or equal to ${maxFailedIndexesOfMany} ${when}`));
  }
}

function checkSuccessPolicy(
  { successPolicy, completionMode, completions = 0 }: JobSpec,
  path: string,
  errors: FieldError[],
): void {
  if (!successPolicy) return;
  const { rules = [] } = successPolicy;
  if (completionMode !== 'Indexed') {
    // Upstream prints its internal type.
    const printed = {
      Rules:
        rules.length === 0
          ? null
          : rules.map((rule) => ({
              SucceededIndexes: rule.succeededIndexes ?? null,
              SucceededCount: rule.succeededCount ?? null,
            })),
    };
    errors.push(invalid(path, printed, 'requires indexed completion mode'));
    return;
  }
  const rulesPath = child(path, 'rules');
  if (rules.length === 0) {
    errors.push(required(rulesPath, 'at least one rules must be specified when the successPolicy is specified'));
  }
  if (rules.length > maxSuccessRules) errors.push(tooMany(rulesPath, rules.length, maxSuccessRules));
  rules.forEach((rule, position) => {
    checkSuccessRule(rule, completions, index(rulesPath, position), errors);
  });
}

function checkSuccessRule(
  { succeededIndexes, succeededCount }: SuccessPolicyRule,
  completions: number,
  path: string,
  errors: FieldError[],
): void {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total = 0;
  if (succeededIndexes !== undefined) {
    const indexesPath = child(path, 'succeededIndexes');
    if (succeededIndexes.length > maxSucceededIndexes) errors.push(tooLong(indexesPath, maxSucceededIndexes));
    try {
      total = countIndexes(parseIndexRanges(succeededIndexes, completions));
    } catch (error) {
      const detail = `error parsing succeededIndexes: ${(error as Error).message}`;
      errors.push(invalid(indexesPath, succeededIndexes, detail));
    }
  }
  if (succeededCount === undefined) return;
  const countPath = child(path, 'succeededCount');
  checkNonNegative(succeededCount, countPath, errors);
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalid(countPath, succeededCount, detail));
  }
  if (succeededIndexes !== undefined && succeededCount > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalid(countPath, succeededCount, detail));
  }
}

function checkReplacementPolicy(
  { podReplacementPolicy, podFailurePolicy }: JobSpec,
  path: string,
  errors: FieldError[],
): void {
  if (podReplacementPolicy === undefined) return;
  const supported = podFailurePolicy ? ['Failed'] : replacementPolicies;
  if (!supported.includes(podReplacementPolicy)) errors.push(notSupported(path, podReplacementPolicy, supported));
}

function checkRestartPolicy({ template, podFailurePolicy }: JobSpec, path: string, errors: FieldError[]): void {
  const policy = template?.spec?.restartPolicy;
  if (!policy || policy === 'Always') errors.push(required(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(path, policy, ['OnFailure', 'Never']));
  } else if (podFailurePolicy && policy !== 'Never') {
    errors.push(invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
}
