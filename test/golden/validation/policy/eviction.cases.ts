import { answered, type GoldenCase, goldenNamespace } from '../golden-case.ts';

type Tree = Readonly<Record<string, unknown>>;

const pod = (name: string, phase: string, ready: boolean, labels: Tree = {}): readonly GoldenCase[] => [
  {
    name: `pod ${name}`,
    method: 'POST',
    path: 'pods',
    body: {
      metadata: { name, labels },
      spec: {
        nodeName: 'golden-nowhere',
        terminationGracePeriodSeconds: 0,
        automountServiceAccountToken: false,
        containers: [{ name: 'c', image: 'i' }],
      },
    },
  },
  {
    name: `status of ${name}`,
    method: 'PATCH',
    path: `pods/${name}/status`,
    body: { status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] } },
  },
];
const budgets = `/apis/policy/v1/namespaces/${goldenNamespace}/poddisruptionbudgets`;
const budget = (name: string, spec: Tree, status: Tree): readonly GoldenCase[] => [
  { name: `budget ${name}`, method: 'POST', path: budgets, body: { metadata: { name }, spec } },
  { name: `status of budget ${name}`, method: 'PATCH', path: `${budgets}/${name}/status`, body: { status } },
];
const evict = (name: string, pod: string, fields: Tree = {}, query = ''): GoldenCase => ({
  name,
  method: 'POST',
  path: `pods/${pod}/eviction${query}`,
  body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: goldenNamespace }, ...fields },
});
const counts = { observedGeneration: 1, expectedPods: 2, currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1 };
const of = (app: string): Tree => ({ selector: { matchLabels: { app } }, minAvailable: 1 });

export const cases: readonly GoldenCase[] = [
  ...pod('plain', 'Running', true),
  ...pod('tried', 'Running', true),
  ...pod('early', 'Pending', false, { app: 'none-allowed' }),
  ...pod('over', 'Succeeded', false, { app: 'none-allowed' }),
  ...pod('allowed', 'Running', true, { app: 'allowed' }),
  ...pod('second', 'Running', true, { app: 'allowed' }),
  ...pod('refused', 'Running', true, { app: 'none-allowed' }),
  ...pod('unhealthy', 'Running', false, { app: 'healthy-enough' }),
  ...pod('unhealthy-few', 'Running', false, { app: 'none-allowed' }),
  ...pod('unhealthy-always', 'Running', false, { app: 'always' }),
  ...pod('of-two', 'Running', true, { app: 'two' }),
  ...pod('unseen', 'Running', true, { app: 'unseen' }),
  ...pod('failed-sync', 'Running', true, { app: 'failed-sync' }),
  ...pod('negative', 'Running', true, { app: 'negative' }),
  ...budget('allowed', of('allowed'), counts),
  ...budget('none-allowed', of('none-allowed'), { ...counts, currentHealthy: 1, disruptionsAllowed: 0 }),
  ...budget('healthy-enough', of('healthy-enough'), { ...counts, currentHealthy: 1, disruptionsAllowed: 0 }),
  ...budget(
    'always',
    { ...of('always'), unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    { ...counts, disruptionsAllowed: 0 },
  ),
  ...budget('two-a', of('two'), counts),
  ...budget('two-b', of('two'), counts),
  ...budget('unseen', of('unseen'), { ...counts, observedGeneration: 0 }),
  ...budget('failed-sync', of('failed-sync'), {
    ...counts,
    disruptionsAllowed: 0,
    conditions: [
      {
        type: 'DisruptionAllowed',
        status: 'False',
        reason: 'SyncFailed',
        message: 'no scale',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  }),
  ...budget('negative', of('negative'), { ...counts, disruptionsAllowed: 0 }),
  evict('dry run', 'tried', {}, '?dryRun=All'),
  evict('dry run of the delete', 'tried', { deleteOptions: { dryRun: ['All'] } }),
  evict('dry run that is none', 'tried', { deleteOptions: { dryRun: ['Some'] } }),
  evict('dry run of the request only', 'tried', { deleteOptions: { dryRun: [] } }, '?dryRun=All'),
  evict('other uid', 'tried', { deleteOptions: { preconditions: { uid: 'other' } } }),
  evict('other version', 'tried', { deleteOptions: { preconditions: { resourceVersion: '1' } } }),
  evict('propagation that is none', 'tried', { deleteOptions: { propagationPolicy: 'Odd' } }),
  evict('grace that is negative', 'tried', { deleteOptions: { gracePeriodSeconds: -5 } }, '?dryRun=All'),
  evict('both kinds of propagation', 'tried', {
    deleteOptions: { propagationPolicy: 'Orphan', orphanDependents: true },
  }),
  evict('other name', 'tried', { metadata: { name: 'other' } }),
  evict('no name', 'tried', { metadata: {} }),
  evict('other namespace', 'tried', { metadata: { name: 'tried', namespace: 'kube-system' } }),
  evict('beta', 'tried', { apiVersion: 'policy/v1beta1' }, '?dryRun=All'),
  evict('other group', 'tried', { apiVersion: 'v1' }, '?dryRun=All'),
  evict('other kind', 'tried', { kind: 'Binding', apiVersion: 'v1' }, '?dryRun=All'),
  evict('unknown field', 'tried', { odd: 1 }, '?fieldValidation=Strict&dryRun=All'),
  evict('delete options that are none', 'tried', { deleteOptions: 'x' }),
  { name: 'body that is a list', method: 'POST', path: 'pods/tried/eviction', body: [] },
  { name: 'empty body', method: 'POST', path: 'pods/tried/eviction?dryRun=All', body: {} },
  { name: 'get', method: 'GET', path: 'pods/tried/eviction' },
  { name: 'update', method: 'PUT', path: 'pods/tried/eviction', body: {} },
  { name: 'delete', method: 'DELETE', path: 'pods/tried/eviction' },
  { name: 'eviction of no pod', method: 'POST', path: 'evictions', body: {} },
  evict('pod that is not there', 'nobody'),
  evict('plain', 'plain'),
  evict('again', 'plain'),
  evict('right uid', 'tried', {
    deleteOptions: { preconditions: { uid: answered('pod tried', 'uid') }, gracePeriodSeconds: 0 },
  }),
  evict('pending', 'early'),
  evict('succeeded', 'over'),
  evict('allowed', 'allowed'),
  evict('no longer allowed', 'second'),
  { name: 'budget after it', method: 'GET', path: `${budgets}/allowed` },
  evict('refused', 'refused'),
  evict('refused dry run', 'refused', {}, '?dryRun=All'),
  evict('unhealthy, with enough healthy ones', 'unhealthy'),
  evict('unhealthy, with too few', 'unhealthy-few'),
  evict('unhealthy, always allowed', 'unhealthy-always'),
  evict('two budgets', 'of-two'),
  evict('budget that was not looked at', 'unseen'),
  evict('budget that could not be counted', 'failed-sync'),
  evict('nothing left', 'negative'),
];
