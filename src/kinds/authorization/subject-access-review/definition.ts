import { defineResource } from '#api/definition.ts';
import type { SubjectAccessReview } from '#kinds/generated/authorization-v1.ts';

export const SubjectAccessReviews = defineResource<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  stored: false,
});
