import { defineResource } from '#api/definition.ts';
import type { LocalSubjectAccessReview } from '#kinds/generated/authorization-v1.ts';

export const LocalSubjectAccessReviews = defineResource<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  scope: 'Namespaced',
  verbs: ['create'],
  stored: false,
});
