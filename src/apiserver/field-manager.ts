/** The seam to managed fields (src/api/apply): who wrote which field. */

import type { KubeObject } from '#api/object.ts';
import type { Draft } from '#base/edit.ts';
import type { Resource } from './registry/resource.ts';

export interface FieldWrite {
  readonly resource: Resource;
  readonly manager: string;
  readonly subresource: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
}

export interface FieldManager {
  /**
   * Sets metadata.managedFields of a draft that is about to be written: `old` is what is stored (undefined on create). Called
   * again after mutating admission with what the client asked for, so that fields set by plugins belong to the writer.
   */
  update(old: KubeObject | undefined, draft: Draft<KubeObject>, write: FieldWrite): void;
  /**
   * The object that results from applying a configuration: managedFields set. Throws StatusError Conflict naming the managers in the way
   * unless `force`. `old` is undefined when the apply creates.
   */
  apply(
    old: KubeObject | undefined,
    configuration: KubeObject,
    write: FieldWrite & { readonly force: boolean },
  ): Draft<KubeObject>;
}
