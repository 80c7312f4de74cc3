/**
 * WriteHooks: what a resource does inside the write path beyond what its pure definition can: claiming cluster IPs and node
 * ports, for one. A claim is taken before the write and given back when the write fails, or after a delete.
 */

import type { KubeObject } from '#api/object.ts';
import type { Draft } from '#base/edit.ts';

export interface WriteHooks {
  /** Awaited before a write; undefined when the hooks are ready. */
  ready?(): Promise<void> | undefined;
  /**
   * Before validation of a create or update; may change the draft. Answers what to do when the write is over; `committed` is
   * false when it failed or was a dry run. Throws StatusError when the claim is refused.
   */
  beforeWrite?(
    draft: Draft<KubeObject>,
    old: KubeObject | undefined,
    dryRun: boolean,
  ): ((committed: boolean) => void) | undefined;
  /** After the object has gone from the store. */
  afterDelete?(old: KubeObject): void;
}
