import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const reject = { limitResponse: { type: 'Reject' } };
const path = 'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations';
const { create, spec, store, patch, patchStatus, metadata } = caseBuilders(path, {
  metadata: { name: 'golden' },
  spec: { type: 'Limited', limited: reject },
});
const limited = (name: string, fields: Tree): GoldenCase => spec(name, { limited: { ...reject, ...fields } });
const queuing = (name: string, fields: Tree): GoldenCase =>
  limited(name, { limitResponse: { type: 'Queue', queuing: fields } });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  queuing('queuing defaults', {}),
  spec('full', {
    limited: {
      nominalConcurrencyShares: 0,
      lendablePercent: 50,
      borrowingLimitPercent: 100,
      limitResponse: { type: 'Queue', queuing: { queues: 128, handSize: 6, queueLengthLimit: 10 } },
    },
  }),
  create('no spec', { spec: {} }),
  spec('type', { type: 'Sometimes' }),
  spec('type empty', { type: '' }),
  spec('exempt by another name', { type: 'Exempt' }),
  spec('exempt without limited', {
    type: 'Exempt',
    limited: null,
    exempt: { lendablePercent: 101, nominalConcurrencyShares: -1 },
  }),
  spec('limited without limited', { limited: null }),
  spec('limited with exempt', { exempt: {} }),
  limited('shares', { nominalConcurrencyShares: -1 }),
  limited('lendable', { lendablePercent: 101 }),
  limited('lendable negative', { lendablePercent: -1 }),
  limited('borrowing', { borrowingLimitPercent: -1 }),
  limited('response type', { limitResponse: { type: 'Cry' } }),
  limited('response empty', { limitResponse: {} }),
  limited('queue without queuing', { limitResponse: { type: 'Queue' } }),
  limited('reject with queuing', { limitResponse: { type: 'Reject', queuing: {} } }),
  queuing('negative', { queues: -1, handSize: -1, queueLengthLimit: -1 }),
  queuing('queues too many', { queues: 10_000_001, handSize: 1 }),
  queuing('hand too great', { queues: 4, handSize: 5 }),
  queuing('entropy', { queues: 1024, handSize: 8 }),
  create('annotation', {
    metadata: { name: 'golden', annotations: { 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares': '' } },
  }),
  create('exempt name', { metadata: { name: 'exempt' } }),
  create('catch-all', { metadata: { name: 'catch-all' } }),
  store(),
  patch('shares of the stored', { spec: { limited: { nominalConcurrencyShares: -5 } } }),
  patch('more shares', { spec: { limited: { nominalConcurrencyShares: 7 } } }),
  patchStatus('status twice', { conditions: [{ type: 'A' }, { type: 'A' }, {}] }),
  patchStatus('status', { conditions: [{ type: 'A', status: 'True' }] }),
];
