/**
 * Rules of a Job's status (KEP-4368): whoever manages it, what is finished stays so and counts agree. What did not change is not
 * looked at again, as a new spec may be at odds with the status until the controller has seen it.
 */

import { duplicate, type FieldError, index, invalid, invalidOmitted, required } from '#api/field-error.ts';
import { checkNonNegative, immutableMessage } from '#api/field-rules.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { Job, JobStatus } from '#kinds/generated/batch-v1.ts';
import { firstCommonIndex, type IndexRange, parseIndexRanges } from './index-ranges.ts';

const conditionsPath = 'status.conditions';

export function validateJobStatus(job: Job, old: Job): FieldError[] {
  const errors: FieldError[] = [];
  const status = job.status ?? {};
  const before = old.status ?? {};
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
    checkNonNegative(status[field], `status.${field}`, errors);
  }
  checkUncounted(status, errors);
  checkConditions(job, status, before, errors);
  checkTimes(job, status, before, errors);
  checkFinished(job, status, before, errors);
  checkIndexes(job, status, before, errors);
  checkTransitions(job, status, before, errors);
  return errors;
}

function has({ conditions }: JobStatus, type: string, value = 'True'): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === value) ?? false;
}

function isFinished(status: JobStatus): boolean {
  return has(status, 'Complete') || has(status, 'Failed');
}

function changed(status: JobStatus, before: JobStatus, ...fields: readonly (keyof JobStatus)[]): boolean {
  return fields.some((field) => !semanticallyEqual(status[field], before[field]));
}

function turned(status: JobStatus, before: JobStatus, ...types: readonly string[]): boolean {
  return types.some((type) => has(status, type) !== has(before, type));
}

function checkUncounted({ uncountedTerminatedPods }: JobStatus, errors: FieldError[]): void {
  const seen = new Set<string>();
  for (const field of ['succeeded', 'failed'] as const) {
    uncountedTerminatedPods?.[field]?.forEach((uid, position) => {
      const at = index(`status.uncountedTerminatedPods.${field}`, position);
      if (uid === '') errors.push(invalid(at, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(at, uid));
      seen.add(uid);
    });
  }
}

function checkConditions({ spec }: Job, status: JobStatus, before: JobStatus, errors: FieldError[]): void {
  const refuse = (isWrong: boolean, detail: string): void => {
    if (isWrong) errors.push(invalidOmitted(conditionsPath, detail));
  };
  const is = (type: string): boolean => has(status, type);
  const did = (...types: readonly string[]): boolean => turned(status, before, ...types);
  refuse(
    did('Complete', 'Failed') && is('Complete') && is('Failed'),
    'cannot set Complete=True and Failed=true conditions',
  );
  refuse(
    did('Complete', 'FailureTarget') && is('Complete') && is('FailureTarget'),
    'cannot set Complete=True and FailureTarget=true conditions',
  );
  refuse(
    (did('Failed') || changed(status, before, 'failedIndexes')) && is('Failed') && !is('FailureTarget'),
    'cannot set Failed=True condition without the FailureTarget=true condition',
  );
  refuse(
    did('Complete', 'SuccessCriteriaMet') && is('Complete') && !is('SuccessCriteriaMet'),
    'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  );
  refuse(is('SuccessCriteriaMet') && is('Failed'), 'cannot set SuccessCriteriaMet=True and Failed=true conditions');
  refuse(
    is('SuccessCriteriaMet') && is('FailureTarget'),
    'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
  );
  refuse(
    spec?.successPolicy !== undefined && !is('SuccessCriteriaMet') && is('Complete'),
    'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
  );
}

function checkTimes({ spec }: Job, status: JobStatus, before: JobStatus, errors: FieldError[]): void {
  const { startTime, completionTime } = status;
  const path = 'status.completionTime';
  const isComplete = has(status, 'Complete');
  if (turned(status, before, 'Complete') || changed(status, before, 'completionTime')) {
    if (completionTime && !isComplete) {
      const detail = 'cannot set completionTime when there is no Complete=True condition';
      errors.push(invalid(path, completionTime, detail));
    }
    if (!completionTime && isComplete) errors.push(required(path, 'completionTime is required for Complete jobs'));
  }
  if (changed(status, before, 'startTime', 'completionTime') && startTime && completionTime) {
    if (Date.parse(completionTime) < Date.parse(startTime)) {
      errors.push(invalid(path, completionTime, 'must be equal to or after `startTime`'));
    }
  }
  if (completionTime && before.completionTime && changed(status, before, 'completionTime')) {
    errors.push(invalid(path, completionTime, immutableMessage));
  }
  const resumes = has(before, 'Suspended') && has(status, 'Suspended', 'False');
  if (before.startTime && changed(status, before, 'startTime') && !resumes && !spec?.suspend) {
    const detail = 'field is immutable for unsuspended job once set';
    errors.push(invalid('status.startTime', startTime ?? null, detail));
  }
}

function checkFinished({ spec }: Job, status: JobStatus, before: JobStatus, errors: FieldError[]): void {
  const { active = 0, terminating = 0, ready = 0, uncountedTerminatedPods: uncounted } = status;
  if (changed(status, before, 'ready', 'active') && ready > active) {
    errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
  }
  if (!isFinished(status)) return;
  const finishes = !isFinished(before);
  if ((finishes || changed(status, before, 'active')) && active > 0) {
    errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  }
  const neverStarts = spec?.suspend === true && spec.completions === 0;
  if ((finishes || changed(status, before, 'startTime')) && !neverStarts && !status.startTime) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  const { succeeded = [], failed = [] } = uncounted ?? {};
  if ((finishes || changed(status, before, 'uncountedTerminatedPods')) && succeeded.length + failed.length > 0) {
    // Upstream prints its internal type.
    const printed = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null };
    errors.push(invalid('status.uncountedTerminatedPods', printed, 'must be empty for finished job'));
  }
  if ((finishes || changed(status, before, 'terminating')) && terminating > 0) {
    errors.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  }
}

function checkIndexes({ spec }: Job, status: JobStatus, before: JobStatus, errors: FieldError[]): void {
  const { completedIndexes = '', failedIndexes } = status;
  const { completions, backoffLimitPerIndex, completionMode } = spec ?? {};
  const completedPath = 'status.completedIndexes';
  const failedPath = 'status.failedIndexes';
  const completedChanged = changed(status, before, 'completedIndexes');
  const failedChanged = changed(status, before, 'failedIndexes');
  const parsed = (text: string, path: string, name: string, tell: boolean): readonly IndexRange[] => {
    if (completions === undefined) return [];
    try {
      return parseIndexRanges(text, completions);
    } catch (error) {
      const { message } = error as Error;
      if (tell) errors.push(invalid(path, text, `error parsing ${name}: ${message}`));
      return [];
    }
  };
  const completed = parsed(completedIndexes, completedPath, 'completedIndexes', completedChanged);
  if (completedChanged && completedIndexes !== '' && completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    errors.push(invalid(completedPath, completedIndexes, detail));
  }
  if (failedIndexes === undefined) return;
  const tell = failedChanged && backoffLimitPerIndex !== undefined;
  const failed = parsed(failedIndexes, failedPath, 'failedIndexes', tell);
  if (failedChanged && backoffLimitPerIndex === undefined) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    errors.push(invalid(failedPath, failedIndexes, detail));
  }
  const common = firstCommonIndex(completed, failed);
  if ((failedChanged || completedChanged) && common !== undefined) {
    const detail = `failedIndexes and completedIndexes overlap at index: ${common}`;
    errors.push(invalid(failedPath, failedIndexes, detail));
  }
}

function checkTransitions({ spec }: Job, status: JobStatus, before: JobStatus, errors: FieldError[]): void {
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (has(before, type) && !has(status, type)) {
      errors.push(invalidOmitted(conditionsPath, `cannot disable the terminal ${type}=True condition`));
    }
  }
  const { failed = 0, succeeded = 0 } = status;
  if (failed < (before.failed ?? 0)) {
    errors.push(invalid('status.failed', failed, 'cannot decrease the failed counter'));
  }
  // Indexed jobs of equal completions and parallelism can be scaled down.
  const isElastic = spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!isElastic && succeeded < (before.succeeded ?? 0)) {
    errors.push(invalid('status.succeeded', succeeded, 'cannot decrease the succeeded counter'));
  }
  const met = has(status, 'SuccessCriteriaMet');
  const wasMet = has(before, 'SuccessCriteriaMet');
  if (wasMet && !met) {
    errors.push(invalidOmitted(conditionsPath, 'cannot disable the SuccessCriteriaMet=True condition'));
  }
  if (has(before, 'Complete') && !wasMet && met) {
    const detail = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    errors.push(invalidOmitted(conditionsPath, detail));
  }
}
