/** Writes to a status subresource that leave metadata alone (meta/v1 ResetObjectMetaForStatus); not every kind's do. */

import { type Draft, mutableCopy } from '#base/edit.ts';
import type { KubeObject } from './object.ts';

export function keepMetadata({ metadata }: Draft<KubeObject>, old: KubeObject): void {
  if (!metadata) return;
  const fields = metadata as Record<string, unknown>;
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences', 'deletionTimestamp'] as const) {
    const value = old.metadata?.[field];
    if (value === undefined) delete fields[field];
    else fields[field] = mutableCopy(value);
  }
}
