import type { AdmissionMetrics } from '#apiserver/admission-metrics.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import type { Env } from '#base/env.ts';
import type { ServedResources } from '../served-resources.ts';

/** What both policy plugins are given. */
export interface PolicyPluginConfig {
  readonly objects: LiveObjects;
  readonly resources: ServedResources;
  /** Whom expressions ask. */
  readonly authorize: Authorizer;
  readonly env: Env;
  readonly metrics: AdmissionMetrics;
}
