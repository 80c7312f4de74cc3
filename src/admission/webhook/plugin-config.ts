import type { CallConfig } from './call.ts';
import type { ServedResources } from './served-resources.ts';

/** What both webhook plugins are given. */
export interface WebhookPluginConfig extends CallConfig {
  readonly resources: ServedResources;
}
