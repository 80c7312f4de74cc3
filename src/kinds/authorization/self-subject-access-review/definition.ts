import { defineResource } from '#api/definition.ts';
import type { SelfSubjectAccessReview } from '#kinds/generated/authorization-v1.ts';

export const SelfSubjectAccessReviews = defineResource<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  stored: false,
});
