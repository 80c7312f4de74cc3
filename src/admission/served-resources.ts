/** ServedResources: a port to the server's registry: other versions of a resource, how an object is read and defaulted, parameters of policies. */

import type { KubeObject } from '#api/object.ts';
import type { StructSchema } from '#api/schema/schema.ts';
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

/** The objects of a kind that may parameterize policies, as its version shows them; apiVersion and kind are there. */
export interface ParamObjects {
  readonly namespaced: boolean;
  /** `namespace` is '' for kinds of the cluster. Rejects with StatusError where the objects cannot be shown. */
  get(namespace: string, name: string): Promise<KubeObject | undefined>;
  list(namespace: string): Promise<readonly KubeObject[]>;
}

export interface ServedResources {
  /** Moves when kinds come or go. */
  readonly generation: number;
  /** Other resources that show the same stored objects; none for subresources with a kind of their own. */
  equivalents(request: Pick<AdmissionContext, 'kind' | 'resource'>): readonly EquivalentResource[];
  /** What serves the kind in that version; none where nobody does. */
  resourcesOf(kind: AdmissionContext['kind']): readonly { readonly resource: string; readonly namespaced: boolean }[];
  /** Undefined for kinds that are not served, or not stored. */
  paramsOf(kind: AdmissionContext['kind']): ParamObjects | undefined;
  /** The object with the status that Go prints for its kind where it has none: expressions see it so. */
  withStatus(request: Pick<AdmissionContext, 'kind' | 'resource'>, object: KubeObject): KubeObject;
  /** What merging goes by: fields of the object of a request, and whether the server knows its kind at all. */
  schemaOf(
    request: Pick<AdmissionContext, 'kind' | 'resource'>,
  ): { readonly schema: StructSchema | undefined } | undefined;
  /**
   * Reads a tree as an object of the kind, with its defaults set; `strict` refuses fields that a built-in kind does not have. Throws DecodeError
   * or StatusError.
   */
  decode(
    request: Pick<AdmissionContext, 'kind' | 'resource'>,
    tree: unknown,
    options?: { readonly strict?: boolean },
  ): Draft<KubeObject>;
}
