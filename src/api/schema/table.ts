/**
 * The schema language: the facts of one package of API types as text, written by tools/generate and readable in a diff.
 *
 *     Container                                            a struct; `map=atomic` after the name when upstream treats it as one value,
 *                                                        `union` when one member at most is set
 *       name string 1                                      JSON name, Go type, protobuf number ('-': not on the protobuf wire)
 *       image? string 2                                    '?': may be left out (omitempty, or marked optional)
 *       start? int32 3 always                              optional, but encoded even when zero
 *       ports? []ContainerPort 6 list=map(containerPort,protocol) patch=merge(containerPort)
 *         +k8s:maxItems=32                                 validation marker of the field, as upstream writes it
 *       inline ProbeHandler 1                              its fields are ours in JSON, a message of its own in protobuf
 *     PullPolicy = string enum=["Always","Never"]          a named type
 *     ExtraValue = []string message                        a list that is a message with `items = 1` in protobuf
 *
 * Types are Go's: string, bool, int, int32, int64, float64, bytes, any, *T, []T, map[string]T, names of the same table, names of
 * another one with its package (`core/v1.PodSpec`), and types with codecs of their own: Time, MicroTime, Duration, Quantity,
 * IntOrString, UID, RawExtension, FieldsV1, JSON, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool, JSONSchemaPropsOrStringArray.
 *
 * Further words: omitzero; required (said although optional); nullable; discriminator (of a union); list=atomic|set|map(keys); map=atomic|granular;
 * patch=strategy(mergeKey); default=JSON.
 */

import { assert } from '#base/errors.ts';

/** What a generated `*.schema.ts` exports. */
export interface SchemaTable {
  /** Go import path. */
  readonly package: string;
  readonly group: string;
  readonly version: string;
  readonly text: string;
}

export type ListType = 'atomic' | 'set' | 'map';

/** What a line says of a field beside its type. */
export interface FieldFacts {
  /** JSON name; '' for an inline struct. */
  readonly name: string;
  readonly inline: boolean;
  readonly number: number | undefined;
  /** Clients may leave it out. */
  readonly optional: boolean;
  readonly omitzero: boolean;
  /** Marked required, whatever `optional` says. */
  readonly required: boolean;
  readonly nullable: boolean;
  readonly discriminator: boolean;
  readonly listType: ListType | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'atomic' | 'granular' | undefined;
  readonly patchStrategies: readonly string[];
  readonly patchMergeKey: string | undefined;
  /** Parsed `default=`; undefined for none. */
  readonly defaultValue: unknown;
  readonly validation: readonly string[];
}

export interface FieldLine extends FieldFacts {
  readonly typeText: string;
  /** Encoded even when zero, although optional. */
  readonly always: boolean;
}

export type DeclarationLines =
  | {
      readonly type: 'struct';
      readonly atomic: boolean;
      readonly union: boolean;
      readonly validation: readonly string[];
      readonly fields: readonly FieldLine[];
    }
  | {
      readonly type: 'named';
      readonly typeText: string;
      readonly values: readonly string[] | undefined;
      readonly message: boolean;
    };

/** Splits a table into the text blocks of its declarations, by name, without reading them. */
export function splitTable(text: string): ReadonlyMap<string, string> {
  const blocks = new Map<string, string>();
  for (const block of text.trim().split(/\n(?! )/)) blocks.set(/^\w+/.exec(block)?.[0] ?? '', block);
  return blocks;
}

/** Reads one block of splitTable. */
export function readDeclaration(block: string): DeclarationLines {
  const [head = '', ...lines] = block.split('\n');
  if (head.includes(' = ')) return readNamed(head);
  const fields: FieldLine[] = [];
  const validation: string[] = [];
  let markers = validation;
  for (const line of lines) {
    const text = line.trimStart();
    if (text.startsWith('+')) {
      markers.push(text.slice(1));
    } else {
      markers = [];
      fields.push(readField(text, markers));
    }
  }
  const words = head.split(' ');
  return { type: 'struct', atomic: words.includes('map=atomic'), union: words.includes('union'), validation, fields };
}

function readNamed(head: string): DeclarationLines {
  const [, typeText = '', rest = ''] = /^\w+ = (\S+) ?(.*)$/.exec(head) ?? [];
  const values = /enum=(\[.*\])$/.exec(rest)?.[1];
  return {
    type: 'named',
    typeText,
    values: values === undefined ? undefined : (JSON.parse(values) as string[]),
    message: rest.startsWith('message'),
  };
}

function readField(line: string, validation: readonly string[]): FieldLine {
  const [nameText = '', typeText = '', number = '', ...words] = line.split(' ');
  const inline = nameText === 'inline';
  const optional = nameText.endsWith('?');
  const value = (key: string): string | undefined =>
    words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const list = argument(value('list'));
  const patch = argument(value('patch'));
  const defaultText = value('default');
  assert(number !== '', `schema table: incomplete line: ${line}`);
  return {
    name: inline ? '' : optional ? nameText.slice(0, -1) : nameText,
    inline,
    typeText,
    number: number === '-' ? undefined : Number(number),
    optional,
    always: words.includes('always'),
    omitzero: words.includes('omitzero'),
    required: words.includes('required'),
    nullable: words.includes('nullable'),
    discriminator: words.includes('discriminator'),
    listType: list?.name as ListType | undefined,
    listMapKeys: list?.inner?.split(',') ?? [],
    mapType: value('map') as 'atomic' | 'granular' | undefined,
    patchStrategies: patch?.name.split(',') ?? [],
    patchMergeKey: patch?.inner,
    defaultValue: defaultText === undefined ? undefined : JSON.parse(defaultText),
    validation,
  };
}

/** 'map(a,b)' is name 'map' and inner 'a,b'. */
function argument(text: string | undefined): { readonly name: string; readonly inner: string | undefined } | undefined {
  if (text === undefined) return undefined;
  const open = text.indexOf('(');
  return open < 0 ? { name: text, inner: undefined } : { name: text.slice(0, open), inner: text.slice(open + 1, -1) };
}
