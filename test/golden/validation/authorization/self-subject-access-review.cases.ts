import { type GoldenCase, goldenNamespace } from '../golden-case.ts';
import { reviewCases } from '../review-cases.ts';
import { accessCases, grants } from './access-cases.ts';

const attributes = { namespace: goldenNamespace, verb: 'get', resource: 'pods' };
const review = reviewCases(
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  { spec: { resourceAttributes: attributes } },
  { user: 'golden' },
);

export const bootstrapped = true;
export const cases: readonly GoldenCase[] = [
  ...grants,
  ...review.odd(),
  ...accessCases(review, {}, goldenNamespace),
  review.ask('of somebody else', {}, { as: { user: 'other' } }),
  review.ask('of a group', {}, { as: { user: 'other', groups: ['golden-readers'] } }),
  review.ask('of an account', {}, { as: { user: 'system:serviceaccount:golden-validation:default' } }),
  review.ask('user is not asked about', { spec: { user: 'other', resourceAttributes: attributes } }),
];
