import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { podSpec } from '../workload-cases.ts';

const template = { spec: { ...podSpec, restartPolicy: 'Never' } };
const manual = {
  manualSelector: true,
  selector: { matchLabels: { app: 'a' } },
  template: { metadata: { labels: { app: 'a' } }, ...template },
};
const { create, spec, store, patch, patchStatus, metadata } = caseBuilders('batch/v1/namespaces/NAMESPACE/jobs', {
  metadata: { name: 'a' },
  spec: manual,
});
const indexed = { completionMode: 'Indexed', completions: 5, parallelism: 2 };
const failure = (name: string, ...rules: readonly object[]): GoldenCase => spec(name, { podFailurePolicy: { rules } });
const success = (name: string, ...rules: readonly object[]): GoldenCase =>
  spec(name, { ...indexed, successPolicy: { rules } });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  spec('no selector', { selector: null }),
  spec('selector that does not match', { selector: { matchLabels: { app: 'b' } } }),
  spec('restart policy', { template: { metadata: manual.template.metadata, spec: podSpec } }),
  spec('negative numbers', {
    parallelism: -1,
    completions: -1,
    activeDeadlineSeconds: -1,
    backoffLimit: -1,
    ttlSecondsAfterFinished: -1,
  }),
  spec('completion mode', { completionMode: 'Random' }),
  spec('indexed without completions', { completionMode: 'Indexed' }),
  spec('index limits without indexes', { backoffLimitPerIndex: 1, maxFailedIndexes: 1 }),
  spec('failed indexes', { ...indexed, maxFailedIndexes: 6 }),
  spec('failed indexes of many', { ...indexed, completions: 200_000, parallelism: 20_000, backoffLimitPerIndex: 1 }),
  spec('managed by', { managedBy: 'me' }),
  spec('managed by nobody', { managedBy: '' }),
  spec('managed by a bad path', { managedBy: 'A.b/c d' }),
  spec('replacement policy', { podReplacementPolicy: 'Never' }),
  spec('replacement with failure policy', {
    podReplacementPolicy: 'TerminatingOrFailed',
    podFailurePolicy: { rules: [{ action: 'Count', onPodConditions: [{ type: 'Ready' }] }] },
  }),
  failure('failure rule without criteria', { action: 'Count' }),
  failure('failure rule without action', { onExitCodes: { operator: 'In', values: [1] } }),
  failure('failure rule of a bad action', { action: 'Cry', onExitCodes: { operator: 'Out', values: [] } }),
  failure('fail index', { action: 'FailIndex', onExitCodes: { operator: 'In', values: [2, 1, 1, 0] } }),
  failure('both criteria', {
    action: 'Ignore',
    onExitCodes: { containerName: 'x', operator: 'NotIn', values: [1] },
    onPodConditions: [{ type: 'a b', status: 'Maybe' }],
  }),
  spec('success policy without indexes', { successPolicy: { rules: [{ succeededCount: 1 }] } }),
  success('success without rules'),
  success('success of nothing', {}),
  success('success indexes', { succeededIndexes: '0-2,1', succeededCount: 6 }),
  success('too large an index', { succeededIndexes: '5' }),
  success('more than the indexes', { succeededIndexes: '0-1,3', succeededCount: 4 }),
  success('no index', { succeededIndexes: 'a' }, { succeededIndexes: '1-2-3' }, { succeededIndexes: '3-2' }),
  create('long name of an indexed job', { metadata: { name: 'a'.repeat(62) }, spec: { ...manual, ...indexed } }),
  store({ spec: { ...manual, suspend: false } }),
  patch('completions are immutable', { spec: { completions: 3 } }),
  patch('selector is immutable', { spec: { selector: { matchLabels: { app: 'a', b: 'c' } } } }),
  patch('mode is immutable', { spec: { completionMode: 'Indexed', completions: 1 } }),
  patch('what may change', { spec: { parallelism: 3, activeDeadlineSeconds: 4, suspend: true } }),
  spec('many indexes', { completionMode: 'Indexed', completions: 100_001, parallelism: 10_001 }),
  create('name that is no label', { metadata: { name: 'a.b' } }),
  ...statusCases(),
];

/** Each one changes what the ones before it left. */
function statusCases(): readonly GoldenCase[] {
  const is = (type: string, status = 'True'): object => ({ type, status });
  const [start, end] = ['2026-01-02T00:00:00Z', '2026-01-02T00:01:00Z'];
  return [
    patchStatus('status negative', { active: -1, succeeded: -1, failed: -1, ready: -1, terminating: -1 }),
    patchStatus('status: more ready than active', { active: 1, ready: 2 }),
    patchStatus('status: uncounted', { uncountedTerminatedPods: { succeeded: ['', 'u'], failed: ['u'] } }),
    patchStatus('status: indexes of a job without', { completedIndexes: '1', failedIndexes: '1' }),
    patchStatus('status: completion without start', { conditions: [is('Complete')], completionTime: end }),
    patchStatus('status: completion time alone', { completionTime: end }),
    patchStatus('status: failed without target', { conditions: [is('Failed')], startTime: start }),
    patchStatus('status: complete and failed', {
      startTime: start,
      completionTime: end,
      conditions: [is('Complete'), is('Failed'), is('FailureTarget'), is('SuccessCriteriaMet')],
    }),
    patchStatus('status: started', { startTime: start, active: 2, ready: 1, succeeded: 1, failed: 1 }),
    patchStatus('status: counters decrease', { succeeded: 0, failed: 0 }),
    patchStatus('status: start changes', { startTime: end }),
    patchStatus('status: completed before the start', {
      completionTime: '2026-01-01T00:00:00Z',
      active: 0,
      ready: 0,
      conditions: [is('SuccessCriteriaMet'), is('Complete')],
    }),
    patchStatus('status: finished with pods', {
      completionTime: end,
      terminating: 1,
      uncountedTerminatedPods: { failed: ['u'] },
      conditions: [is('SuccessCriteriaMet'), is('Complete')],
    }),
    patchStatus('status: complete', {
      completionTime: end,
      active: 0,
      ready: 0,
      conditions: [is('SuccessCriteriaMet'), is('Complete')],
    }),
    patchStatus('status: completion changes', { completionTime: '2026-01-02T00:02:00Z' }),
    patchStatus('status: not complete any more', { conditions: [] }),
    patchStatus('status: failed after all', {
      conditions: [is('SuccessCriteriaMet'), is('Complete'), is('FailureTarget')],
    }),
  ];
}
