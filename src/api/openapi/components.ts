/**
 * Schema nodes as OpenAPI schema objects, structured as upstream publishes them (kube-openapi generators): names, types, formats,
 * defaults, required, and the x-kubernetes extensions that kubectl and server-side appliers go by. Descriptions are our own.
 *
 * Version 2 and 3 differ in how a reference with siblings is written (plain $ref against allOf), in where components live, and in
 * what can say "integer or string".
 */

import type { FieldSchema, ScalarSchema, Schema, StructSchema } from '../schema/schema.ts';
import { plainZero } from '../schema/zero.ts';
import type { Descriptions } from './descriptions.ts';

export type SchemaObject = Record<string, unknown>;

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface ComponentOptions {
  /** Lists the values of declared enums, as servers do (upstream's published files leave them out). */
  readonly enums: boolean;
  /** Absent: documents without descriptions. */
  readonly descriptions?: Descriptions;
}

/** Collects the components that a document needs: whatever is referred to is added, with all that it refers to. */
export class Components {
  readonly schemas: Record<string, SchemaObject> = {};
  private readonly version: 2 | 3;
  private readonly enums: boolean;
  private readonly descriptions: Descriptions | undefined;
  private readonly kindsOf: (schema: StructSchema) => readonly GroupVersionKind[];

  /** `kindsOf` gives the kinds that a struct is the body of. */
  constructor(
    version: 2 | 3,
    options: ComponentOptions,
    kindsOf: (schema: StructSchema) => readonly GroupVersionKind[],
  ) {
    this.version = version;
    this.enums = options.enums;
    this.descriptions = options.descriptions;
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

  /** A reference to the component of a type that no table has, with its descriptions and those of its properties. */
  untabled(path: string, type: string, make: (version: 2 | 3) => SchemaObject): SchemaObject {
    const { descriptions } = this;
    return this.named(componentName(path, type), (version) => {
      const { properties, ...schema } = make(version);
      const described = Object.entries((properties ?? {}) as Record<string, SchemaObject>).map(([name, property]) => [
        name,
        withDescription(descriptions?.field(path, type, name), property),
      ]);
      return withDescription(descriptions?.type(path, type), {
        ...schema,
        ...(properties ? { properties: Object.fromEntries(described) } : {}),
      });
    });
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
    const { descriptions } = this;
    const properties: Record<string, SchemaObject> = {};
    for (const member of schema.members) {
      properties[member.name] = withDescription(descriptions?.member(schema, member), this.property(member));
    }
    const required = schema.members
      .filter((member) => member.required || !member.optional)
      .map((member) => member.name);
    const kinds = this.kindsOf(schema);
    return withDescription(descriptions?.struct(schema), {
      type: 'object',
      ...(schema.members.length > 0 ? { properties } : {}),
      ...(required.length > 0 ? { required } : {}),
      ...(schema.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
      ...unions(schema),
      ...(kinds.length > 0 ? { 'x-kubernetes-group-version-kind': kinds } : {}),
    });
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
        return this.wrap(this.untabled(special.package, schema.type, special.schema), withSiblings);
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
  if (schema.type === 'struct') return {};
  return omitempty ? undefined : plainZero(schema);
}

function withDescription(description: string | undefined, schema: SchemaObject): SchemaObject {
  return description === undefined ? schema : { description, ...schema };
}

interface Special {
  readonly package: string;
  readonly schema: (version: 2 | 3) => SchemaObject;
}

const apimachinery = 'k8s.io/apimachinery/pkg';
const meta = `${apimachinery}/apis/meta/v1`;
const apiextensions = 'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1';

const specials: Partial<Record<Schema['type'], Special>> = {
  Time: { package: meta, schema: () => ({ type: 'string', format: 'date-time' }) },
  MicroTime: { package: meta, schema: () => ({ type: 'string', format: 'date-time' }) },
  Quantity: {
    package: `${apimachinery}/api/resource`,
    schema: (version) => (version === 2 ? { type: 'string' } : { oneOf: [{ type: 'string' }, { type: 'number' }] }),
  },
  IntOrString: {
    package: `${apimachinery}/util/intstr`,
    schema: (version) =>
      version === 2
        ? { type: 'string', format: 'int-or-string' }
        : { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  },
  RawExtension: { package: `${apimachinery}/runtime`, schema: () => ({ type: 'object' }) },
  FieldsV1: { package: meta, schema: () => ({ type: 'object' }) },
  JSON: { package: apiextensions, schema: () => ({}) },
  JSONSchemaPropsOrArray: { package: apiextensions, schema: () => ({}) },
  JSONSchemaPropsOrBool: { package: apiextensions, schema: () => ({}) },
  JSONSchemaPropsOrStringArray: { package: apiextensions, schema: () => ({}) },
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
