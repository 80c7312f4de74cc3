/** ServedResources: a port to the server's registry: other versions of a resource, and how an object is read and defaulted. */

import type { KubeObject } from '#api/object.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { Draft } from '#base/edit.ts';

export interface EquivalentResource {
  readonly kind: AdmissionContext['kind'];
  readonly resource: AdmissionContext['resource'];
  /** The request's object as this resource shows it. */
  readonly from: (object: KubeObject) => KubeObject | Promise<KubeObject>;
  /** What a webhook made of that, as the request's resource shows it. */
  readonly to: (object: KubeObject) => KubeObject | Promise<KubeObject>;
}

export interface ServedResources {
  /** Other resources that show the same stored objects; none for subresources with a kind of their own. */
  equivalents(request: Pick<AdmissionContext, 'kind' | 'resource'>): readonly EquivalentResource[];
  /** Reads a tree as an object of the kind, with its defaults set. Throws DecodeError or StatusError. */
  decode(request: Pick<AdmissionContext, 'kind' | 'resource'>, tree: unknown): Draft<KubeObject>;
}
