/**
 * Schema nodes: what the walkers (decoding, encoding, defaulting, patching, OpenAPI) go by. Built-in kinds' nodes come from the
 * generated tables (registry.ts); anything else that describes objects can build the same nodes.
 */

import type { FieldFacts } from './table.ts';

export type ScalarType =
  | 'string'
  | 'bool'
  | 'int'
  | 'int32'
  | 'int64'
  | 'float64'
  /** Base64 text in JSON. */
  | 'bytes'
  /** Anything that JSON can say. */
  | 'any'
  | 'Time'
  | 'MicroTime'
  | 'Duration'
  | 'Quantity'
  | 'IntOrString'
  | 'RawExtension'
  | 'FieldsV1'
  | 'JSON'
  | 'JSONSchemaPropsOrArray'
  | 'JSONSchemaPropsOrBool'
  | 'JSONSchemaPropsOrStringArray';

export interface ScalarSchema {
  readonly type: ScalarType;
  /** As Go's messages name the type: 'int32', 'v1.PullPolicy'. */
  readonly goName: string;
  /** Values of a declared enum. */
  readonly values?: readonly string[] | undefined;
  /** For the JSONSchemaPropsOr... types: JSONSchemaProps. */
  readonly schemaProps?: (() => StructSchema) | undefined;
}

export interface ListSchema {
  readonly type: 'list';
  readonly goName: string;
  readonly element: Schema;
  /** A message with `items = 1` on the protobuf wire. */
  readonly message: boolean;
}

export interface MapSchema {
  readonly type: 'map';
  readonly goName: string;
  readonly element: Schema;
}

export interface StructSchema {
  readonly type: 'struct';
  readonly goName: string;
  /** Go import path and name: 'k8s.io/api/core/v1' 'Pod'. */
  readonly package: string;
  readonly name: string;
  /** Always one value to appliers (+structType=atomic). */
  readonly atomic: boolean;
  /** Members beyond those declared stay, whatever they are (x-kubernetes-preserve-unknown-fields). */
  readonly open?: boolean;
  /** At most one of its optional members is set; a discriminator may name it. */
  readonly union: boolean;
  readonly validation: readonly string[];
  /** As declared; inline members carry the schema of the struct they stand for. */
  readonly fields: readonly FieldSchema[];
  /** As in JSON: inline structs' fields in their place. */
  readonly members: readonly FieldSchema[];
  readonly memberByName: ReadonlyMap<string, FieldSchema>;
  /** Members that a decoded object always has: those that Go's zero value has and our types require. */
  readonly present: readonly FieldSchema[];
}

export type Schema = ScalarSchema | ListSchema | MapSchema | StructSchema;

export interface FieldSchema extends FieldFacts {
  /** As Go's messages name it in its struct: the JSON name, behind the names of the inline structs it is in ('TypeMeta.kind'). */
  readonly goPath: string;
  readonly schema: Schema;
  /** Go's pointer: null is different from the zero value. */
  readonly pointer: boolean;
  /** The zero value is not encoded. */
  readonly omitempty: boolean;
}
