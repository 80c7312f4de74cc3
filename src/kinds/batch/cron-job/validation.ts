/** Rules of CronJobs. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, invalid, notSupported, required } from '#api/field-error.ts';
import { checkNonNegative, checkWord } from '#api/field-rules.ts';
import type { CronJob, JobTemplateSpec } from '#kinds/generated/batch-v1.ts';
import { checkJobSpec } from '../job/spec-rules.ts';
import { isTimeZone, parseSchedule, ScheduleError } from './schedule.ts';

const concurrencyPolicies: ReadonlySet<string> = new Set(['Allow', 'Forbid', 'Replace']);
/** Jobs are named after their cron job and a time of eleven characters. */
const maxName = 52;

export function validateCronJob({ metadata, spec }: CronJob, _context: HookContext, old?: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  const schedulePath = 'spec.schedule';
  if (!spec?.schedule) errors.push(required(schedulePath));
  else {
    const mayNameZone = old?.spec?.schedule.includes('TZ') ?? false;
    checkSchedule(spec.schedule, mayNameZone, spec.timeZone, schedulePath, errors);
  }
  checkNonNegative(spec?.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', errors);
  if (spec?.timeZone !== undefined && spec.timeZone !== old?.spec?.timeZone) {
    checkTimeZone(spec.timeZone, 'spec.timeZone', errors);
  }
  checkWord(spec?.concurrencyPolicy, concurrencyPolicies, 'spec.concurrencyPolicy', errors);
  if (spec?.jobTemplate) checkJobTemplate(spec.jobTemplate, 'spec.jobTemplate', errors, old?.spec?.jobTemplate);
  checkNonNegative(spec?.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', errors);
  checkNonNegative(spec?.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', errors);
  const name = metadata?.name ?? '';
  if (!old && name.length > maxName) errors.push(invalid('metadata.name', name, 'must be no more than 52 characters'));
  return errors;
}

function checkSchedule(
  schedule: string,
  mayNameZone: boolean,
  timeZone: string | undefined,
  path: string,
  errors: FieldError[],
): void {
  try {
    parseSchedule(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    errors.push(invalid(path, schedule, error.message));
  }
  if (!schedule.includes('TZ')) return;
  if (!mayNameZone) {
    errors.push(invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  } else if (timeZone !== undefined) {
    errors.push(invalid(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
}

const zonePart = /^[A-Za-z._0-9+-]{1,14}$/;

function checkTimeZone(zone: string, path: string, errors: FieldError[]): void {
  if (zone === '') {
    errors.push(invalid(path, zone, 'timeZone must be nil or non-empty string'));
    return;
  }
  const isPart = (part: string): boolean =>
    part !== '.' && part !== '..' && !part.startsWith('-') && zonePart.test(part);
  if (!zone.split('/').every(isPart)) {
    errors.push(invalid(path, zone, `unknown time zone ${zone}`));
    return;
  }
  if (zone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    errors.push(invalid(path, zone, detail));
  }
  if (zone !== 'Local' && !isTimeZone(zone)) errors.push(invalid(path, zone, `unknown time zone ${zone}`));
}

function checkJobTemplate({ spec }: JobTemplateSpec, path: string, errors: FieldError[], old?: JobTemplateSpec): void {
  if (!spec) return;
  const specPath = child(path, 'spec');
  checkJobSpec(spec, specPath, errors, old?.spec);
  if (spec.selector)
    errors.push(invalid(child(specPath, 'selector'), spec.selector, '`selector` will be auto-generated'));
  if (spec.manualSelector) {
    errors.push(notSupported(child(specPath, 'manualSelector'), spec.manualSelector, ['nil', 'false']));
  }
}
