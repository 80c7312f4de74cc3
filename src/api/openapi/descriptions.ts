/**
 * What types and fields are, in our words, for OpenAPI documents and with them for `kubectl explain`: upstream's sentences are upstream's. One text per package of types
 * (src/kinds/descriptions), a line for each type and, indented, for each of its fields:
 *
 *     Container: A process in a pod, with the image that it runs from.
 *       command: Entrypoint instead of the image's own; no shell is involved.
 *
 * Fields of an inline struct are described where that struct is. Types with fields in common say so in the head, and describe only what is
 * different: `ISCSIPersistentVolumeSource as ISCSIVolumeSource: ...`. What every kind and every list has is described here once.
 */

import type { FieldSchema, StructSchema } from '../schema/schema.ts';

export interface PackageDescriptions {
  /** Go import path. */
  readonly package: string;
  readonly text: string;
}

export interface ReadDescriptions {
  /** By 'Type' and 'Type.field'. */
  readonly texts: ReadonlyMap<string, string>;
  /** The type that describes the fields that a type does not. */
  readonly models: ReadonlyMap<string, string>;
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
  private readonly known = new Map<string, ReadDescriptions>();

  constructor(packages: readonly PackageDescriptions[]) {
    this.packages = new Map(packages.map((each) => [each.package, each]));
  }

  /** Of a type of a package ('k8s.io/api/core/v1'); undefined when nobody described it. */
  type(path: string, name: string): string | undefined {
    return this.read(path).texts.get(name);
  }

  /** Of a field as JSON names it, also of types that no schema table has. */
  field(path: string, type: string, field: string): string | undefined {
    const { texts, models } = this.read(path);
    for (let at: string | undefined = type; at !== undefined; at = models.get(at)) {
      const found = texts.get(`${at}.${field}`);
      if (found !== undefined) return found;
    }
    return undefined;
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

  private read(path: string): ReadDescriptions {
    const known = this.known.get(path);
    if (known) return known;
    const read = readDescriptions(this.packages.get(path)?.text ?? '');
    this.known.set(path, read);
    return read;
  }
}

export function readDescriptions(text: string): ReadDescriptions {
  const texts = new Map<string, string>();
  const models = new Map<string, string>();
  let type = '';
  for (const line of text.matchAll(/^( *)([\w$-]+)(?: as (\w+))?: (.+)$/gm)) {
    const [, indentation = '', name = '', model, description = ''] = line;
    if (indentation === '') type = name;
    if (model) models.set(type, model);
    texts.set(indentation === '' ? name : `${type}.${name}`, description);
  }
  return { texts, models };
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
