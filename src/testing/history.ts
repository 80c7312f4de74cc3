/** The history of a simulated cluster: everything that ever became durable, as text that two runs can be compared by. */

import type { KubeObject } from '#api/object.ts';
import type { SimDisk } from '#platform/sim/disk.ts';

export interface HistoryEntry {
  readonly revision: number;
  /** '/registry/apps/deployments/default/web'. */
  readonly key: string;
  /** Absent: deleted. */
  readonly object: KubeObject | undefined;
}

/** One line per revision. */
export function historyText(disk: SimDisk): string {
  const decoder = new TextDecoder();
  return disk
    .history()
    .map(({ revision, key, value }) => `${revision} ${key} ${value ? decoder.decode(value) : 'deleted'}`)
    .join('\n');
}

export function historyOf(disk: SimDisk): readonly HistoryEntry[] {
  const decoder = new TextDecoder();
  return disk.history().map(({ revision, key, value }) => ({
    revision,
    key,
    object: value && (JSON.parse(decoder.decode(value)) as KubeObject),
  }));
}
