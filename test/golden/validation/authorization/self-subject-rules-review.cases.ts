import { type GoldenCase, goldenNamespace } from '../golden-case.ts';
import { reviewCases } from '../review-cases.ts';
import { grants } from './access-cases.ts';

const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
const review = reviewCases(path, { spec: { namespace: goldenNamespace } }, { user: 'golden' });

export const bootstrapped = true;
export const cases: readonly GoldenCase[] = [
  ...grants,
  ...review.odd(),
  review.ask('minimal'),
  review.ask('no spec', { spec: undefined }),
  review.ask('no namespace', { spec: {} }),
  review.ask('empty namespace', { spec: { namespace: '' } }),
  review.ask('namespace that is none', { spec: { namespace: 5 } }),
  review.ask('namespace that is not there', { spec: { namespace: 'golden-nowhere' } }),
  review.ask('all namespaces', { spec: { namespace: '*' } }),
  review.ask('of a group', {}, { as: { user: 'other', groups: ['golden-readers'] } }),
  review.ask('of a scheduler', {}, { as: { user: 'system:kube-scheduler' } }),
  review.ask('of the monitors', {}, { as: { user: 'other', groups: ['system:monitoring'] } }),
];
