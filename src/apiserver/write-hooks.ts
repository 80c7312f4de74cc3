/**
 * WriteHooks: what a resource does inside the write path beyond what its pure definition can: claiming cluster IPs and node
 * ports, for one. A claim is taken before the write and given back when the write fails, or after a delete.
 */

import { isStatusError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { Draft } from '#base/edit.ts';

/** How a write ended; a dry run is refused. 'unknown': it failed in a way that leaves open whether it happened. */
export type WriteFate = 'committed' | 'refused' | 'unknown';

export type Finish = (fate: WriteFate) => void;

export interface WriteHooks {
  /** Awaited before a write; undefined when the hooks are ready. */
  ready?(): Promise<void> | undefined;
  /**
   * Before validation of a create or update; may change the draft. Answers what to do when the write is over. Throws StatusError
   * when the claim is refused.
   */
  beforeWrite?(
    draft: Draft<KubeObject>,
    old: KubeObject | undefined,
    dryRun: boolean,
  ): Finish | undefined | Promise<Finish | undefined>;
  /** After the object has gone from the store. */
  afterDelete?(old: KubeObject): void;
}

/** Of a write that failed with this error. */
export function fateOf(error: unknown): WriteFate {
  return isStatusError(error) && error.code !== 500 && error.code !== 504 ? 'refused' : 'unknown';
}
