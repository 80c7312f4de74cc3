/** Fields behind CoordinatedLeaderElection (KEP-4355), which is off by default in 1.36: dropped, unless they are stored already. */

import type { Draft } from '#base/edit.ts';
import type { Lease } from '#kinds/generated/coordination-v1.ts';

export function dropElectionFields({ spec }: Draft<Lease>, old?: Lease): void {
  for (const field of ['strategy', 'preferredHolder'] as const) {
    if (spec && old?.spec?.[field] === undefined) delete spec[field];
  }
}
