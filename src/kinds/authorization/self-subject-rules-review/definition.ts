import { defineResource } from '#api/definition.ts';
import type { SelfSubjectRulesReview } from '#kinds/generated/authorization-v1.ts';

export const SelfSubjectRulesReviews = defineResource<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  verbs: ['create'],
  stored: false,
});
