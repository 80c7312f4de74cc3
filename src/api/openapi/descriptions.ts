/**
 * What types and fields are, in our words, for OpenAPI documents and with them for `kubectl explain`: upstream's sentences are upstream's. One text per package of types
 * (src/kinds/descriptions), a line for each type and, indented, for each of its fields:
 *
 *     Container: A process in a pod, with the image that it runs from.
 *       command: Entrypoint instead of the image's own; no shell is involved.
 *
 * Fields of an inline struct are described where that struct is. What every kind and every list has is described here once.
 */

import type { FieldSchema, StructSchema } from '../schema/schema.ts';

export interface PackageDescriptions {
  /** Go import path. */
  readonly package: string;
  readonly text: string;
  /** Describes what the text does not: that of another version with types of the same names. */
  readonly otherwise?: PackageDescriptions;
}

// The first words of these are what clients' tests look for.
export const apiVersionText =
  'APIVersion defines the group and version of the schema that this object is written in: example.com/v1.';
export const kindText = 'Name of the kind in camel case. The endpoint implies it; it does not change.';
export const metadataText = "Standard object's metadata, as every object has it.";
export const listMetadataText =
  'What a list has in place of metadata: its version, and how to go on when there is more of it.';
export const itemsText = 'The objects of the list.';

export class Descriptions {
  private readonly packages: ReadonlyMap<string, PackageDescriptions>;
  private readonly lines = new Map<PackageDescriptions, ReadonlyMap<string, string>>();

  constructor(packages: readonly PackageDescriptions[]) {
    this.packages = new Map(packages.map((each) => [each.package, each]));
  }

  /** Of a type of a package ('k8s.io/api/core/v1'); undefined when nobody described it. */
  type(path: string, name: string): string | undefined {
    return this.find(path, name);
  }

  /** Of a field as JSON names it, also of types that no schema table has. */
  field(path: string, type: string, field: string): string | undefined {
    return this.find(path, `${type}.${field}`);
  }

  struct(schema: StructSchema): string | undefined {
    const described = this.type(schema.package, schema.name);
    return (
      described ?? (isList(schema) ? `A list of objects of kind ${schema.name.slice(0, -'List'.length)}.` : undefined)
    );
  }

  member(schema: StructSchema, member: FieldSchema): string | undefined {
    const described = this.field(schema.package, schema.name, member.name);
    return described ?? ofEveryKind(schema, member) ?? this.inlined(schema, member);
  }

  private inlined(schema: StructSchema, member: FieldSchema): string | undefined {
    for (const field of schema.fields) {
      if (!field.inline || field.schema.type !== 'struct') continue;
      if (field.schema.memberByName.has(member.name)) return this.member(field.schema, member);
    }
    return undefined;
  }

  private find(path: string, key: string): string | undefined {
    for (let at = this.packages.get(path); at; at = at.otherwise) {
      const found = this.linesOf(at).get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private linesOf(described: PackageDescriptions): ReadonlyMap<string, string> {
    const known = this.lines.get(described);
    if (known) return known;
    const lines = readDescriptions(described.text);
    this.lines.set(described, lines);
    return lines;
  }
}

/** Texts by 'Type' and 'Type.field'. */
export function readDescriptions(text: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  let type = '';
  for (const [, indentation = '', name = '', description = ''] of text.matchAll(/^( *)([\w$-]+): (.+)$/gm)) {
    if (indentation === '') type = name;
    lines.set(indentation === '' ? name : `${type}.${name}`, description);
  }
  return lines;
}

function ofEveryKind(schema: StructSchema, { name, schema: value }: FieldSchema): string | undefined {
  if (
    !schema.fields.some((field) => field.inline && field.schema.type === 'struct' && field.schema.name === 'TypeMeta')
  )
    return undefined;
  switch (name) {
    case 'apiVersion':
      return apiVersionText;
    case 'kind':
      return kindText;
    case 'metadata':
      return value.type === 'struct' && value.name === 'ListMeta' ? listMetadataText : metadataText;
    case 'items':
      return isList(schema) ? itemsText : undefined;
    default:
      return undefined;
  }
}

function isList(schema: StructSchema): boolean {
  return schema.name.endsWith('List') && schema.memberByName.has('items') && schema.memberByName.has('metadata');
}
