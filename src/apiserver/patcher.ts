/** The seam to patches (src/api/patch): JSON patch, merge patch, strategic merge patch. */

import type { KubeObject } from '#api/object.ts';
import type { Resource } from './registry/resource.ts';

export type PatchType = 'json' | 'merge' | 'strategic';

export interface Patcher {
  /**
   * The patched tree, not yet checked against the schema. `current` is frozen. Throws StatusError in upstream's words: 400 for what is not
   * a patch, 422 for a patch that does not apply.
   */
  patch(type: PatchType, current: KubeObject, patch: unknown, resource: Resource): unknown;
}
