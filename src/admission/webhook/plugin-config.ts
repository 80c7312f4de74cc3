import type { AdmissionMetrics } from '#apiserver/admission-metrics.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import type { WebhookCaller } from '#apiserver/webhook/post.ts';
import type { ServedResources } from '../served-resources.ts';

/** What both webhook plugins are given. */
export interface WebhookPluginConfig extends WebhookCaller {
  readonly resources: ServedResources;
  /** Whom match conditions ask. */
  readonly authorize: Authorizer;
  readonly metrics: AdmissionMetrics;
}
