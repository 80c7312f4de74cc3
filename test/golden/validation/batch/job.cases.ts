import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { podSpec } from '../workload-cases.ts';

const template = { spec: { ...podSpec, restartPolicy: 'Never' } };
const manual = {
  manualSelector: true,
  selector: { matchLabels: { app: 'a' } },
  template: { metadata: { labels: { app: 'a' } }, ...template },
};
const { create, spec, store, patch } = caseBuilders('batch/v1/namespaces/NAMESPACE/jobs', {
  metadata: { name: 'a' },
  spec: manual,
});
const indexed = { completionMode: 'Indexed', completions: 5, parallelism: 2 };
const failure = (name: string, ...rules: readonly object[]): GoldenCase => spec(name, { podFailurePolicy: { rules } });
const success = (name: string, ...rules: readonly object[]): GoldenCase =>
  spec(name, { ...indexed, successPolicy: { rules } });

export const cases: readonly GoldenCase[] = [
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
];
