import type { GoldenCase } from '../golden-case.ts';
import { reviewCases } from '../review-cases.ts';

const golden = { user: 'golden', groups: ['readers', 'writers'] };
const { ask, odd } = reviewCases('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, golden);

export const bootstrapped = true;
export const cases: readonly GoldenCase[] = [
  ...odd(),
  ask('minimal'),
  ask('without groups', {}, { as: { user: 'golden' } }),
  ask('service account', {}, { as: { user: 'system:serviceaccount:golden:a' } }),
  ask('groups given', {}, { as: { user: 'system:serviceaccount:golden:a', groups: ['one'] } }),
  ask('somebody unknown', {}, { as: { user: 'system:anonymous' } }),
  ask('what it is told of itself', { status: { userInfo: { username: 'other', groups: ['system:masters'] } } }),
  ask('status that is none', { status: 'text' }),
];
