import { type GoldenCase, goldenNamespace } from '../golden-case.ts';
import { reviewCases } from '../review-cases.ts';
import { accessCases, grants } from './access-cases.ts';

const path = `/apis/authorization.k8s.io/v1/namespaces/${goldenNamespace}/localsubjectaccessreviews`;
const attributes = { namespace: goldenNamespace, verb: 'get', resource: 'pods' };
const review = reviewCases(path, { spec: { user: 'golden', resourceAttributes: attributes } });

export const bootstrapped = true;
export const cases: readonly GoldenCase[] = [
  ...grants,
  ...review.odd(),
  ...accessCases(review, { user: 'golden' }, goldenNamespace),
  review.ask('nobody', { spec: { resourceAttributes: attributes } }),
  review.ask('no namespace asked about', {
    spec: { user: 'golden', resourceAttributes: { verb: 'get', resource: 'pods' } },
  }),
  review.ask('own namespace', { metadata: { namespace: goldenNamespace } }),
  review.ask('namespace and name', { metadata: { namespace: goldenNamespace, name: 'a' } }),
  review.ask('below a namespace that is not there', {}, { path: path.replace(goldenNamespace, 'golden-nowhere') }),
  review.ask('no namespace at all', {}, { path: '/apis/authorization.k8s.io/v1/localsubjectaccessreviews' }),
];
