import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { podSpec } from '../workload-cases.ts';

const jobTemplate = { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } };
const { create, spec, metadata, store, patch, patchStatus } = caseBuilders('batch/v1/namespaces/NAMESPACE/cronjobs', {
  metadata: { name: 'a' },
  spec: { schedule: '* * * * *', jobTemplate },
});
const schedules = ['', 'x', '* * * *', '60 * * * *', '@often', 'TZ=UTC 0 * * * *', '@every 1x', '5-1 * * * *'];

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  ...schedules.map((schedule) => spec(`schedule ${schedule}`, { schedule })),
  ...['', 'Local', 'a b', 'Mars/Olympus', 'Europe/Berlin', '../x'].map((timeZone) =>
    spec(`zone ${timeZone}`, { timeZone }),
  ),
  spec('negative numbers', { startingDeadlineSeconds: -1, successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 }),
  spec('concurrency', { concurrencyPolicy: 'Queue' }),
  spec('selector', { jobTemplate: { spec: { ...jobTemplate.spec, selector: {}, manualSelector: true } } }),
  spec('bad job', { jobTemplate: { spec: { template: { spec: podSpec }, parallelism: -1 } } }),
  create('long name', { metadata: { name: 'a'.repeat(53) } }),
  store(),
  patch('schedule may change', { spec: { schedule: '@hourly', suspend: true } }),
  patch('schedule becomes bad', { spec: { schedule: 'x' } }),
  patchStatus('status', { lastScheduleTime: '2026-01-01T00:00:00Z', active: [{ kind: 'Job', name: 'j' }] }),
];
