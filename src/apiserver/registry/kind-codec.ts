/**
 * KindCodec: what the request path needs of a kind's schema. Built-in kinds have one over the generated tables
 * (schema-codec.ts); a custom resource brings one made from its structural schema.
 */

import type { KubeObject } from '#api/object.ts';
import type { RequestBody } from '#api/request.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import type { Draft } from '#base/edit.ts';

export interface DecodedBody {
  /** Fresh and mutable all the way down; apiVersion and kind as they were given. */
  readonly object: Draft<KubeObject>;
  /** What strict decoding found: 'unknown field "spec.foo"', 'duplicate field "spec.replicas"'. */
  readonly problems: readonly string[];
}

/** Called with what a body says it is, '' where it does not say, before its content is looked at; throws to refuse it. */
export type KindCheck = (given: { readonly apiVersion: string; readonly kind: string }) => void;

export interface KindCodec {
  /** What strategic merge and server-side apply go by. */
  readonly schema: StructSchema | undefined;
  /** False for kinds that take no strategic merge patches: custom resources. */
  readonly strategicMerge?: boolean;
  /**
   * Reads a body of any media type that the server takes. A plain tree (in-process callers, results of patches) is checked in the same
   * way and copied. Throws StatusError BadRequest in upstream's words when the body is not an object of this kind.
   */
  decode(body: RequestBody, checkKind?: KindCheck): DecodedBody;
  /** The same for a tree that a patch made; it is copied. Throws DecodeError, whose words for what a strategic merge patch made are others. */
  decodeTree(tree: unknown, madeBy?: 'strategic merge'): DecodedBody;
  /** The same for what server-side apply made: of custom resources nulls stay, for validation to find. */
  decodeApplied(tree: unknown): DecodedBody;
  /** Fills in the defaults that the schema declares; those that depend on more than their field are in the definition. */
  applyDefaults(draft: Draft<KubeObject>): void;
  /** JSON as Go prints the type. */
  encodeJson(object: KubeObject): Uint8Array;
  /** The same before it was stored, which tells empty lists from those that were not sent; absent where the store tells them too. */
  readonly encodeSent?: ((object: KubeObject) => Uint8Array) | undefined;
  /** What the metadata of a whole list says beside its version. */
  readonly listMetadata?: { readonly continue: '' };
  /** Absent for kinds without a protobuf form. */
  readonly encodeProtobuf?: ((object: KubeObject) => Uint8Array) | undefined;
  /** The same from what `encodeJson` gave, faster; undefined for an object that it leaves to `encodeProtobuf`. */
  readonly transcodeJson?: ((json: Uint8Array) => Uint8Array | undefined) | undefined;
}

/** The codec of a group, version and kind: of resources, and of subresources' own kinds (Scale, Eviction, Binding). */
export type CodecLookup = (group: string, version: string, kind: string) => KindCodec | undefined;
