import { type GoldenCase, goldenNamespace } from '../golden-case.ts';
import { reviewCases } from '../review-cases.ts';
import { accessCases, grants } from './access-cases.ts';

const attributes = { namespace: goldenNamespace, verb: 'get', resource: 'pods' };
const review = reviewCases('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
  spec: { user: 'golden', resourceAttributes: attributes },
});
const about = (name: string, subject: object): GoldenCase =>
  review.ask(`about ${name}`, { spec: { resourceAttributes: attributes, ...subject } });

export const bootstrapped = true;
export const cases: readonly GoldenCase[] = [
  ...grants,
  ...review.odd(),
  ...accessCases(review, { user: 'golden' }, goldenNamespace),
  about('nobody', {}),
  about('an empty user', { user: '' }),
  about('somebody else', { user: 'other' }),
  about('a group', { groups: ['x', 'golden-readers'] }),
  about('an empty group', { groups: [''] }),
  about('groups that are text', { groups: 'x' }),
  about('a service account', { user: 'system:serviceaccount:golden-validation:default' }),
  about('a superuser', { user: 'a', groups: ['system:masters'] }),
  about('a node', { user: 'system:node:golden', groups: ['system:nodes'] }),
  about('uid and extra', { user: 'golden', uid: 'u', extra: { a: ['b'], 'C/d': [] } }),
  about('extra that is text', { user: 'golden', extra: { a: 'b' } }),
  about('a scheduler', { user: 'system:kube-scheduler' }),
];
