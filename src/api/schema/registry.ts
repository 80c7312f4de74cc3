/**
 * SchemaRegistry: schema nodes by type name and by group, version and kind.
 *
 * Given the generated tables, it reads none of them until something of that package is asked for, and no struct until it is
 * walked: a process that touches ten kinds pays for ten kinds.
 */

import { assert } from '#base/errors.ts';
import { table as admission } from '../generated/admission-v1.schema.ts';
import { table as apidiscovery } from '../generated/apidiscovery-v2.schema.ts';
import { table as authentication } from '../generated/authentication-v1.schema.ts';
import { table as meta } from '../generated/meta-v1.schema.ts';
import type { FieldSchema, ListSchema, MapSchema, ScalarSchema, ScalarType, Schema, StructSchema } from './schema.ts';
import { type DeclarationLines, type FieldLine, readDeclaration, type SchemaTable, splitTable } from './table.ts';

const metaPackage = meta.package;

/** Kinds that every group version has (metav1.AddToGroupVersion): they are found under any group and version. */
const unversioned: ReadonlySet<string> = new Set([
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'List',
  'ListOptions',
  'PatchOptions',
  'Status',
  'UpdateOptions',
  'WatchEvent',
]);

export class SchemaRegistry {
  private readonly packages = new Map<string, PackageSchemas>();
  private readonly byGroupVersion = new Map<string, PackageSchemas>();

  /** `tables` are those of the kinds to know; the language's own (meta/v1 and what the server itself speaks) are always there. */
  constructor(tables: readonly SchemaTable[]) {
    for (const table of [meta, admission, apidiscovery, authentication, ...tables]) {
      const schemas = new PackageSchemas(table, (path) => this.package(path));
      this.packages.set(table.package, schemas);
      this.byGroupVersion.set(`${table.group}/${table.version}`, schemas);
    }
  }

  /** The struct of a kind, or undefined when no table has it. */
  kind(group: string, version: string, kind: string): StructSchema | undefined {
    const found = this.byGroupVersion.get(`${group}/${version}`)?.find(kind);
    const schema = found ?? (unversioned.has(kind) ? this.packages.get(metaPackage)?.find(kind) : undefined);
    return schema?.type === 'struct' ? schema : undefined;
  }

  /** The struct of a Go type: type('k8s.io/api/core/v1', 'PodSpec'). A bug when there is none. */
  type(path: string, name: string): StructSchema {
    const schema = this.package(path).find(name);
    assert(schema?.type === 'struct', `no schema for ${path}.${name}`);
    return schema;
  }

  /** ObjectMeta, ListMeta, LabelSelector ... */
  meta(name: string): StructSchema {
    return this.type(metaPackage, name);
  }

  /** Names of all types of a group version, in upstream's order. */
  typeNames(group: string, version: string): readonly string[] {
    return this.byGroupVersion.get(`${group}/${version}`)?.names() ?? [];
  }

  /** The group version of a package's kinds. */
  groupVersionOf(path: string): { readonly group: string; readonly version: string } | undefined {
    return this.packages.get(path)?.groupVersion;
  }

  private package(path: string): PackageSchemas {
    const found = this.packages.get(path);
    assert(found, `no schema table for ${path}`);
    return found;
  }
}

/** 'core/v1' of a reference in a table is the package whose path ends so. */
const packageRoots: Readonly<Record<string, string>> = {
  meta: 'k8s.io/apimachinery/pkg/apis/',
  apiextensions: 'k8s.io/apiextensions-apiserver/pkg/apis/',
  apiregistration: 'k8s.io/kube-aggregator/pkg/apis/',
  metrics: 'k8s.io/metrics/pkg/apis/',
};

class PackageSchemas {
  readonly path: string;
  private readonly table: SchemaTable;
  private readonly packageAt: (path: string) => PackageSchemas;
  private blocks: ReadonlyMap<string, string> | undefined;
  private readonly schemas = new Map<string, Schema>();

  constructor(table: SchemaTable, packageAt: (path: string) => PackageSchemas) {
    this.path = table.package;
    this.table = table;
    this.packageAt = packageAt;
  }

  get groupVersion(): { readonly group: string; readonly version: string } {
    const { group, version } = this.table;
    return { group, version };
  }

  names(): readonly string[] {
    this.blocks ??= splitTable(this.table.text);
    return [...this.blocks.keys()];
  }

  find(name: string): Schema | undefined {
    const known = this.schemas.get(name);
    if (known) return known;
    this.blocks ??= splitTable(this.table.text);
    const block = this.blocks.get(name);
    if (block === undefined) return undefined;
    const schema = this.compile(name, readDeclaration(block));
    this.schemas.set(name, schema);
    return schema;
  }

  /** The schema of a type expression; the outermost `*` is the field's business. */
  parse(text: string): Schema {
    if (text.startsWith('[]')) {
      const element = this.parse(text.slice(2));
      return { type: 'list', goName: `[]${element.goName}`, element, message: false };
    }
    if (text.startsWith('map[string]')) {
      const element = this.parse(text.slice('map[string]'.length));
      return { type: 'map', goName: `map[string]${element.goName}`, element };
    }
    assert(!text.startsWith('*'), `schema table: pointer inside a type: ${text}`);
    const scalar = scalars.get(text);
    if (scalar)
      return text.startsWith('JSONSchemaProps')
        ? { ...scalar, schemaProps: () => this.struct('JSONSchemaProps') }
        : scalar;
    const dot = text.indexOf('.');
    if (dot >= 0) {
      const short = text.slice(0, dot);
      const root = packageRoots[short.slice(0, short.indexOf('/'))] ?? 'k8s.io/api/';
      return this.packageAt(`${root}${short}`).named(text.slice(dot + 1));
    }
    return this.named(text);
  }

  private named(name: string): Schema {
    const schema = this.find(name);
    assert(schema, `schema table: ${this.path} has no type ${name}`);
    return schema;
  }

  private struct(name: string): StructSchema {
    const schema = this.named(name);
    assert(schema.type === 'struct', `schema table: ${name} is no struct`);
    return schema;
  }

  private compile(name: string, lines: DeclarationLines): Schema {
    const goName = `${this.path.slice(this.path.lastIndexOf('/') + 1)}.${name}`;
    if (lines.type === 'struct') return new TableStruct(this, name, goName, lines);
    const underlying = this.parse(lines.typeText);
    switch (underlying.type) {
      case 'struct':
        return underlying;
      case 'list':
        return { ...underlying, goName, message: lines.message } satisfies ListSchema;
      case 'map':
        return { ...underlying, goName } satisfies MapSchema;
      default:
        return { ...underlying, goName, values: lines.values ?? underlying.values } satisfies ScalarSchema;
    }
  }
}

/** A struct of a table; its members are read when first needed, which is also what lets types contain themselves. */
class TableStruct implements StructSchema {
  readonly type = 'struct';
  readonly goName: string;
  readonly package: string;
  readonly name: string;
  readonly atomic: boolean;
  readonly union: boolean;
  readonly validation: readonly string[];
  private readonly home: PackageSchemas;
  private readonly lines: readonly FieldLine[];
  private fieldList: readonly FieldSchema[] | undefined;
  private memberList: readonly FieldSchema[] | undefined;
  private memberMap: ReadonlyMap<string, FieldSchema> | undefined;
  private presentList: readonly FieldSchema[] | undefined;

  constructor(
    home: PackageSchemas,
    name: string,
    goName: string,
    lines: DeclarationLines & { readonly type: 'struct' },
  ) {
    this.home = home;
    this.package = home.path;
    this.name = name;
    this.goName = goName;
    this.atomic = lines.atomic;
    this.union = lines.union;
    this.validation = lines.validation;
    this.lines = lines.fields;
  }

  get fields(): readonly FieldSchema[] {
    this.fieldList ??= this.lines.map((line) => this.field(line));
    return this.fieldList;
  }

  get members(): readonly FieldSchema[] {
    this.memberList ??= this.fields.flatMap(membersOf);
    return this.memberList;
  }

  get memberByName(): ReadonlyMap<string, FieldSchema> {
    this.memberMap ??= new Map(this.members.map((member) => [member.name, member]));
    return this.memberMap;
  }

  get present(): readonly FieldSchema[] {
    this.presentList ??= this.members.filter(isAlwaysPresent);
    return this.presentList;
  }

  private field(line: FieldLine): FieldSchema {
    const pointer = line.typeText.startsWith('*');
    const { typeText: _, always, ...facts } = line;
    return {
      ...facts,
      goPath: line.name,
      schema: this.home.parse(pointer ? line.typeText.slice(1) : line.typeText),
      pointer,
      omitempty: line.optional && !always,
    };
  }
}

/** A field as the members that it is in JSON. */
function membersOf(field: FieldSchema): readonly FieldSchema[] {
  const { schema } = field;
  if (!field.inline || schema.type !== 'struct') return [field];
  return schema.members.map((member) => ({ ...member, goPath: `${schema.name}.${member.goPath}` }));
}

/**
 * Structs that are no pointers exist in Go whatever was sent, and defaulting and controllers rely on it. Of the rest, what our types
 * call required gets its zero value, so that the types tell the truth; where Go has null for a required list or map, we have an
 * empty one. Pointers and times stay out: their zero value is nothing.
 */
function isAlwaysPresent(field: FieldSchema): boolean {
  if (field.pointer) return false;
  switch (field.schema.type) {
    case 'struct':
      return true;
    case 'string':
    case 'bool':
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
    case 'list':
    case 'map':
    case 'bytes':
    case 'IntOrString':
    case 'Quantity':
      return !field.optional;
    default:
      return false;
  }
}

const scalarTypes: readonly ScalarType[] = [
  'string',
  'bool',
  'int',
  'int32',
  'int64',
  'float64',
  'bytes',
  'any',
  'Time',
  'MicroTime',
  'Duration',
  'Quantity',
  'IntOrString',
  'RawExtension',
  'FieldsV1',
  'JSON',
  'JSONSchemaPropsOrArray',
  'JSONSchemaPropsOrBool',
  'JSONSchemaPropsOrStringArray',
];

const goNames: Partial<Record<ScalarType, string>> = {
  bytes: '[]uint8',
  any: 'interface {}',
  Time: 'v1.Time',
  MicroTime: 'v1.MicroTime',
  Duration: 'v1.Duration',
  Quantity: 'resource.Quantity',
  IntOrString: 'intstr.IntOrString',
  RawExtension: 'runtime.RawExtension',
  FieldsV1: 'v1.FieldsV1',
  JSON: 'v1.JSON',
};

const scalars: ReadonlyMap<string, ScalarSchema> = new Map([
  ...scalarTypes.map((type) => [type, { type, goName: goNames[type] ?? type }] as const),
  ['UID', { type: 'string', goName: 'types.UID' }],
]);
