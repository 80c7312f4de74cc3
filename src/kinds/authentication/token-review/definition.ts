import { defineResource } from '#api/definition.ts';
import type { TokenReview } from '#api/generated/authentication-v1.ts';

export const TokenReviews = defineResource<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
  verbs: ['create'],
  stored: false,
});
