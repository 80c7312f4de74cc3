/** Owner references that say twice the same are written once, and whoever sent them is warned. */

import type { OwnerReference } from '#api/generated/meta-v1.ts';
import { equalTrees } from '#base/equal.ts';
import type { RequestContext } from '../context.ts';
import type { MutableObject } from './write.ts';

/** Upstream's warning; `when` tells it from that about the body. */
export function dropDuplicateOwners({ warnings }: RequestContext, { metadata }: MutableObject, when = ''): void {
  const references = metadata.ownerReferences;
  if (!references || references.length < 2) return;
  const kept: OwnerReference[] = [];
  const dropped: string[] = [];
  for (const reference of references) {
    if (kept.some((other) => equalTrees(other, reference))) dropped.push(reference.uid);
    else kept.push(reference);
  }
  if (dropped.length === 0) return;
  metadata.ownerReferences = kept;
  warnings.push(
    `.metadata.ownerReferences contains duplicate entries${when === '' ? '' : ` ${when}`}; API server dedups owner references in 1.20+, ` +
      `and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${dropped.join(', ')}`,
  );
}
