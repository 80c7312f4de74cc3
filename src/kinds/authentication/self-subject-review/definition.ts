import { defineResource } from '#api/definition.ts';
import type { SelfSubjectReview } from '#api/generated/authentication-v1.ts';

export const SelfSubjectReviews = defineResource<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  verbs: ['create'],
  stored: false,
});
