/** Columns of Job tables. */

import { ageColumn, nameColumn, selectorColumn, templateColumns } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import { humanDuration } from '#api/time.ts';
import type { Job } from '#kinds/generated/batch-v1.ts';

export const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  { name: 'Status', type: 'string', cell: statusOf },
  { name: 'Completions', type: 'string', cell: completionsOf },
  { name: 'Duration', type: 'string', cell: durationOf },
  ageColumn,
  ...templateColumns(({ spec }) => spec?.template),
  selectorColumn(({ spec }) => spec?.selector),
];

function statusOf({ metadata, status }: Job): string {
  const holds = (type: string) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  if (holds('FailureTarget')) return 'FailureTarget';
  if (holds('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationOf({ status }: Job, nowMs: number): string {
  if (!status?.startTime) return '';
  const endMs = status.completionTime ? Date.parse(status.completionTime) : nowMs;
  return humanDuration(endMs - Date.parse(status.startTime));
}
