/**
 * The facts of one package, resolved: every type reference is a built-in name, a name of the same package, or a name of another
 * package that we read. Both emitters work on this.
 */

import type { GoConstant, GoDeclaration, GoField, GoPackage, GoType } from './go-source.ts';
import type { Source } from './sources.ts';

/** `*T`, `[]T`, `map[string]T` as in Go; names of other packages carry their Source. */
export type TypeRef =
  | { readonly type: 'builtin'; readonly name: string }
  | { readonly type: 'declared'; readonly source: Source; readonly name: string }
  | { readonly type: 'pointer' | 'list' | 'map'; readonly element: TypeRef };

export interface FieldFact {
  readonly name: string;
  readonly inline: boolean;
  readonly ref: TypeRef;
  /** Protobuf number; undefined where the field is not on the protobuf wire. */
  readonly number: number | undefined;
  readonly omitempty: boolean;
  readonly omitzero: boolean;
  readonly optional: boolean;
  readonly required: boolean;
  readonly patchStrategy: string;
  readonly patchMergeKey: string;
  readonly listType: string;
  readonly listMapKeys: readonly string[];
  /** mapType or structType. */
  readonly mapType: string;
  readonly nullable: boolean;
  /** Names the member of its `+union` struct that is set. */
  readonly discriminator: boolean;
  readonly defaultValue: string | undefined;
  /** `+k8s:` validation markers as written. */
  readonly validation: readonly string[];
}

export type TypeFact =
  | {
      readonly type: 'struct';
      readonly name: string;
      readonly fields: readonly FieldFact[];
      readonly mapType: string;
      readonly union: boolean;
      readonly validation: readonly string[];
    }
  | {
      readonly type: 'named';
      readonly name: string;
      readonly ref: TypeRef;
      /** Values of a `+enum` type. */
      readonly values: readonly string[] | undefined;
      /** The list is a message with the field `items = 1` on the protobuf wire. */
      readonly message: boolean;
      readonly validation: readonly string[];
    };

export interface PackageFacts {
  readonly source: Source;
  readonly types: readonly TypeFact[];
}

/** Types with codecs of their own: the engine knows them by these names. */
const specials: Readonly<Record<string, string>> = {
  'k8s.io/apimachinery/pkg/api/resource.Quantity': 'Quantity',
  'k8s.io/apimachinery/pkg/util/intstr.IntOrString': 'IntOrString',
  'k8s.io/apimachinery/pkg/runtime.RawExtension': 'RawExtension',
  'k8s.io/apimachinery/pkg/apis/meta/v1.Time': 'Time',
  'k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime': 'MicroTime',
  'k8s.io/apimachinery/pkg/apis/meta/v1.Duration': 'Duration',
  'k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1': 'FieldsV1',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON': 'JSON',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray': 'JSONSchemaPropsOrArray',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool': 'JSONSchemaPropsOrBool',
  'k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray':
    'JSONSchemaPropsOrStringArray',
  'k8s.io/apimachinery/pkg/types.UID': 'UID',
  'k8s.io/apimachinery/pkg/types.NodeName': 'string',
};

/** Declared in a package we read but no part of any object. */
const left: ReadonlySet<string> = new Set(['Timestamp', 'InternalEvent']);

const predeclared: ReadonlySet<string> = new Set(['string', 'bool', 'int32', 'int64', 'int', 'float64', 'byte', 'any']);

const idl = 'k8s:';
/** Markers of other generators, which say nothing about an object's content. */
const otherGenerators = [
  'k8s:deepcopy',
  'k8s:prerelease-lifecycle',
  'k8s:conversion',
  'k8s:openapi-gen',
  'k8s:deprecated',
  'k8s:protobuf',
];

export function resolve(packages: ReadonlyMap<string, GoPackage>, sources: readonly Source[]): readonly PackageFacts[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  return sources.map((source) => new Resolver(source, byPath, packages).facts());
}

class Resolver {
  private readonly source: Source;
  private readonly byPath: ReadonlyMap<string, Source>;
  private readonly packages: ReadonlyMap<string, GoPackage>;

  constructor(source: Source, byPath: ReadonlyMap<string, Source>, packages: ReadonlyMap<string, GoPackage>) {
    this.source = source;
    this.byPath = byPath;
    this.packages = packages;
  }

  facts(): PackageFacts {
    const types: TypeFact[] = [];
    for (const declaration of this.package(this.source.path).declarations.values()) {
      const exported = /^[A-Z]/.test(declaration.name);
      if (!exported || left.has(declaration.name) || `${this.source.path}.${declaration.name}` in specials) continue;
      const fact = this.fact(declaration);
      if (fact) types.push(fact);
    }
    return { source: this.source, types };
  }

  private package(path: string): GoPackage {
    const found = this.packages.get(path);
    if (!found) throw new Error(`package ${path} was not read`);
    return found;
  }

  private fact(declaration: GoDeclaration): TypeFact | undefined {
    const { name, markers } = declaration;
    const validation = validationOf(markers);
    if (declaration.body.type === 'struct')
      return this.struct(name, declaration.body.fields, this.source.path, markers);
    const { goType } = declaration.body;
    const underlying = this.structOf(goType);
    // `type Name other.Struct` is a new struct with the same fields.
    if (underlying && !declaration.body.alias) return this.struct(name, underlying.fields, underlying.path, markers);
    if (goType.type === 'name' && goType.path !== '' && !this.isKnown(goType)) return undefined;
    if (goType.type === 'name' && goType.path === '' && !this.isKnown(goType)) return undefined;
    const constants = this.package(this.source.path).constants.get(name) ?? [];
    return {
      type: 'named',
      name,
      ref: this.ref(goType, this.source.path),
      values: markers.some((marker) => marker === 'enum')
        ? constants.map((constant) => this.valueOf(constant))
        : undefined,
      message: markers.includes('protobuf.nullable=true'),
      validation,
    };
  }

  private valueOf(constant: GoConstant): string {
    if (typeof constant === 'string') return constant;
    const value = this.package(constant.path).constantValues.get(constant.name);
    if (value === undefined) throw new Error(`constant ${constant.path}.${constant.name} was not read`);
    return value;
  }

  private isKnown(goType: GoType & { readonly type: 'name' }): boolean {
    if (goType.path === '')
      return predeclared.has(goType.name) || this.package(this.source.path).declarations.has(goType.name);
    return `${goType.path}.${goType.name}` in specials || this.byPath.has(goType.path);
  }

  private structOf(goType: GoType): { readonly fields: readonly GoField[]; readonly path: string } | undefined {
    if (goType.type !== 'name' || goType.path === '' || !this.byPath.has(goType.path)) return undefined;
    const body = this.package(goType.path).declarations.get(goType.name)?.body;
    return body?.type === 'struct' ? { fields: body.fields, path: goType.path } : undefined;
  }

  private struct(name: string, fields: readonly GoField[], path: string, markers: readonly string[]): TypeFact {
    return {
      type: 'struct',
      name,
      fields: fields.map((field) => this.field(field, path)),
      mapType: markerValue(markers, 'structType') || markerValue(markers, 'mapType'),
      union: markers.includes('union'),
      validation: validationOf(markers),
    };
  }

  private field(field: GoField, path: string): FieldFact {
    const { markers, json } = field;
    return {
      name: json.name,
      inline: json.name === '' && (json.options.includes('inline') || field.embedded),
      ref: this.ref(field.goType, path),
      number: field.protobuf,
      omitempty: json.options.includes('omitempty'),
      omitzero: json.options.includes('omitzero'),
      optional: markers.includes('optional') || markers.includes('k8s:optional'),
      required: markers.includes('required') || markers.includes('k8s:required'),
      patchStrategy: field.patchStrategy,
      patchMergeKey: field.patchMergeKey,
      listType: markerValue(markers, 'listType'),
      listMapKeys: markers
        .filter((marker) => marker.startsWith('listMapKey='))
        .map((marker) => marker.slice('listMapKey='.length)),
      mapType: markerValue(markers, 'mapType') || markerValue(markers, 'structType'),
      nullable: markers.includes('nullable'),
      discriminator: markers.includes('unionDiscriminator'),
      defaultValue: this.defaultValue(markers, path),
      validation: validationOf(markers),
    };
  }

  /** JSON text of `+default`. */
  private defaultValue(markers: readonly string[], path: string): string | undefined {
    const value = markerValue(markers, 'default');
    if (value === '') return undefined;
    const name = /^ref\((\w+)\)$/.exec(value)?.[1];
    if (name === undefined) return JSON.stringify(JSON.parse(value));
    const constant = this.package(path).constantValues.get(name);
    if (constant === undefined) throw new Error(`+default=${value} points to no string constant`);
    return JSON.stringify(constant);
  }

  private ref(goType: GoType, path: string): TypeRef {
    if (goType.type === 'map') {
      return { type: 'map', element: this.ref(goType.element, path) };
    }
    if (goType.type !== 'name') {
      const { element } = goType;
      if (goType.type === 'list' && element.type === 'name' && element.name === 'byte')
        return { type: 'builtin', name: 'bytes' };
      return { type: goType.type, element: this.ref(element, path) };
    }
    if (goType.path === '' && predeclared.has(goType.name)) return { type: 'builtin', name: goType.name };
    const home = goType.path === '' ? path : goType.path;
    const special = specials[`${home}.${goType.name}`];
    if (special !== undefined) return { type: 'builtin', name: special };
    const source = this.byPath.get(home);
    if (!source || !this.package(home).declarations.has(goType.name))
      throw new Error(`unknown type ${home}.${goType.name}`);
    return { type: 'declared', source, name: goType.name };
  }
}

function markerValue(markers: readonly string[], name: string): string {
  return markers.find((marker) => marker.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

function validationOf(markers: readonly string[]): readonly string[] {
  return markers.filter(
    (marker) => marker.startsWith(idl) && !otherGenerators.some((other) => marker.startsWith(other)),
  );
}
