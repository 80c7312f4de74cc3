import type { Authorizer } from '#apiserver/authorizer.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import type { ServedResources } from '../served-resources.ts';

/** What both policy plugins are given. */
export interface PolicyPluginConfig {
  readonly objects: LiveObjects;
  readonly resources: ServedResources;
  /** Whom expressions ask. */
  readonly authorize: Authorizer;
}
