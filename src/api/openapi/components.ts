/**
 * Schema nodes as OpenAPI schema objects, structured as upstream publishes them (kube-openapi generators): names, types, formats,
 * defaults, required, and the x-kubernetes extensions that kubectl and server-side appliers go by. Descriptions are left out, but for
 * metadata's, which every kind has.
 *
 * Version 2 and 3 differ in how a reference with siblings is written (plain $ref against allOf), in where components live, and in
 * what can say "integer or string".
 */

import type { FieldSchema, ScalarSchema, Schema, StructSchema } from '../schema/schema.ts';
import { metadataDescriptions } from './metadata-descriptions.ts';

export type SchemaObject = Record<string, unknown>;

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Collects the components that a document needs: whatever is referred to is added, with all that it refers to. */
export class Components {
  readonly schemas: Record<string, SchemaObject> = {};
  private readonly version: 2 | 3;
  private readonly enums: boolean;
  private readonly kindsOf: (schema: StructSchema) => readonly GroupVersionKind[];

  /** `kindsOf` gives the kinds that a struct is the body of; `enums` lists the values of declared enums. */
  constructor(version: 2 | 3, enums: boolean, kindsOf: (schema: StructSchema) => readonly GroupVersionKind[]) {
    this.version = version;
    this.enums = enums;
    this.kindsOf = kindsOf;
  }

  /** A reference to the component of a struct. */
  reference(schema: StructSchema): SchemaObject {
    const name = componentName(schema.package, schema.name);
    this.add(name, () => this.struct(schema));
    return this.referenceTo(name);
  }

  /** A reference to a component made elsewhere: a custom resource's schema, or a type that no table has. */
  named(name: string, make: (version: 2 | 3, components: Components) => SchemaObject): SchemaObject {
    this.add(name, () => make(this.version, this));
    return this.referenceTo(name);
  }

  private referenceTo(name: string): SchemaObject {
    return { $ref: this.version === 2 ? `#/definitions/${name}` : `#/components/schemas/${name}` };
  }

  private add(name: string, make: () => SchemaObject): void {
    if (Object.hasOwn(this.schemas, name)) return;
    // The name is taken first: types contain themselves.
    this.schemas[name] = {};
    this.schemas[name] = make();
  }

  private struct(schema: StructSchema): SchemaObject {
    const properties: Record<string, SchemaObject> = {};
    const descriptions = schema.name === 'ObjectMeta' ? metadataDescriptions : {};
    for (const member of schema.members) {
      const description = descriptions[member.name];
      properties[member.name] = { ...(description ? { description } : {}), ...this.property(member) };
    }
    const required = schema.members
      .filter((member) => member.required || !member.optional)
      .map((member) => member.name);
    const kinds = this.kindsOf(schema);
    return {
      type: 'object',
      ...(schema.members.length > 0 ? { properties } : {}),
      ...(required.length > 0 ? { required } : {}),
      ...(schema.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      ...unions(schema),
      ...(kinds.length > 0 ? { 'x-kubernetes-group-version-kind': kinds } : {}),
    };
  }

  private property(field: FieldSchema): SchemaObject {
    const { schema } = field;
    const value = this.value(schema, isReference(schema));
    const fallback = field.defaultValue ?? (field.pointer ? undefined : zeroDefault(schema, field.omitempty));
    return {
      ...value,
      ...(fallback === undefined ? {} : this.defaultOf(fallback)),
      ...(field.listMapKeys.length > 0 ? { 'x-kubernetes-list-map-keys': field.listMapKeys } : {}),
      ...(field.listType === undefined ? {} : { 'x-kubernetes-list-type': field.listType }),
      ...(field.mapType === undefined ? {} : { 'x-kubernetes-map-type': field.mapType }),
      ...(field.patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
      ...(field.patchStrategies.length > 0 ? { 'x-kubernetes-patch-strategy': field.patchStrategies.join(',') } : {}),
    };
  }

  /** The object of a type. In version 3 a reference that will get siblings stands in allOf. */
  private value(schema: Schema, withSiblings: boolean): SchemaObject {
    switch (schema.type) {
      case 'struct':
        return this.wrap(this.reference(schema), withSiblings);
      case 'list':
        return { type: 'array', items: this.element(schema.element) };
      case 'map':
        return { type: 'object', additionalProperties: this.element(schema.element) };
      default: {
        const special = specials[schema.type];
        if (special === undefined) return this.scalar(schema);
        return this.wrap(this.named(special.name, special.schema), withSiblings);
      }
    }
  }

  private wrap(reference: SchemaObject, withSiblings: boolean): SchemaObject {
    return this.version === 3 && withSiblings ? { allOf: [reference] } : reference;
  }

  /** Elements of lists and maps say their zero value as default, which is what upstream's generator does. */
  private element(schema: Schema): SchemaObject {
    const fallback = zeroDefault(schema, false);
    const value = this.value(schema, fallback !== undefined);
    return fallback === undefined ? value : { ...value, ...this.defaultOf(fallback) };
  }

  /** Version 2 documents carry no defaults. */
  private defaultOf(value: unknown): SchemaObject {
    return this.version === 3 ? { default: value } : {};
  }

  private scalar(schema: ScalarSchema): SchemaObject {
    const values = this.enums && schema.values && schema.values.length > 0 ? { enum: [...schema.values].sort() } : {};
    switch (schema.type) {
      case 'bool':
        return { type: 'boolean' };
      case 'int':
      case 'int32':
        return { type: 'integer', format: 'int32' };
      case 'int64':
        return { type: 'integer', format: 'int64' };
      case 'float64':
        return { type: 'number', format: 'double' };
      case 'bytes':
        return { type: 'string', format: 'byte' };
      case 'string':
      case 'Duration':
        return { type: 'string', ...values };
      default:
        return {};
    }
  }
}

/** 'io.k8s.api.core.v1.Pod': the Go package with its host turned round. */
export function componentName(path: string, name: string): string {
  const [host = '', ...rest] = path.split('/');
  return [...host.split('.').reverse(), ...rest, name].join('.');
}

function isReference(schema: Schema): boolean {
  return schema.type === 'struct' || specials[schema.type] !== undefined;
}

/** The default that says Go's zero value. */
function zeroDefault(schema: Schema, omitempty: boolean): unknown {
  switch (schema.type) {
    case 'struct':
      return {};
    case 'string':
      return omitempty ? undefined : '';
    case 'bool':
      return omitempty ? undefined : false;
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
      return omitempty ? undefined : 0;
    default:
      return undefined;
  }
}

interface Special {
  readonly name: string;
  readonly schema: (version: 2 | 3) => SchemaObject;
}

const apimachinery = 'io.k8s.apimachinery.pkg';
const apiextensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

const specials: Partial<Record<Schema['type'], Special>> = {
  Time: { name: `${apimachinery}.apis.meta.v1.Time`, schema: () => ({ type: 'string', format: 'date-time' }) },
  MicroTime: {
    name: `${apimachinery}.apis.meta.v1.MicroTime`,
    schema: () => ({ type: 'string', format: 'date-time' }),
  },
  Quantity: {
    name: `${apimachinery}.api.resource.Quantity`,
    schema: (version) => (version === 2 ? { type: 'string' } : { oneOf: [{ type: 'string' }, { type: 'number' }] }),
  },
  IntOrString: {
    name: `${apimachinery}.util.intstr.IntOrString`,
    schema: (version) =>
      version === 2
        ? { type: 'string', format: 'int-or-string' }
        : { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  },
  RawExtension: { name: `${apimachinery}.runtime.RawExtension`, schema: () => ({ type: 'object' }) },
  FieldsV1: { name: `${apimachinery}.apis.meta.v1.FieldsV1`, schema: () => ({ type: 'object' }) },
  JSON: { name: `${apiextensions}.JSON`, schema: () => ({}) },
  JSONSchemaPropsOrArray: { name: `${apiextensions}.JSONSchemaPropsOrArray`, schema: () => ({}) },
  JSONSchemaPropsOrBool: { name: `${apiextensions}.JSONSchemaPropsOrBool`, schema: () => ({}) },
  JSONSchemaPropsOrStringArray: { name: `${apiextensions}.JSONSchemaPropsOrStringArray`, schema: () => ({}) },
};

/** The union extension: the discriminator and the Go names of the members that it chooses from. */
function unions(schema: StructSchema): SchemaObject {
  if (!schema.union) return {};
  const discriminator = schema.members.find((member) => member.discriminator)?.name;
  const members = schema.members.filter((member) => member.optional && !member.discriminator);
  const fields = Object.fromEntries(members.map(({ name }) => [name, name.charAt(0).toUpperCase() + name.slice(1)]));
  return {
    'x-kubernetes-unions': [{ ...(discriminator ? { discriminator } : {}), 'fields-to-discriminateBy': fields }],
  };
}
