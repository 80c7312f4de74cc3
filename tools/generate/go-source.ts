/**
 * Reads the declarations of a Go package of API types: structs with their tags, named types, typed constants, and the markers
 * (`+optional`, `+listType=map`, ...) in the comments above them.
 *
 * Not a Go parser. The files are formatted by gofmt and follow the API conventions, so declarations start at column one and
 * fields take one line each; whatever does not fit is reported, never skipped. Descriptions are read past and dropped: facts are
 * copied, sentences are not.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type GoType =
  | {
      readonly type: 'name' /** Import path, '' in the same package or predeclared. */;
      readonly path: string;
      readonly name: string;
    }
  | { readonly type: 'pointer' | 'list'; readonly element: GoType }
  | { readonly type: 'map'; readonly key: GoType; readonly element: GoType };

export interface GoField {
  /** Go's name; of an embedded field the type's. */
  readonly name: string;
  readonly embedded: boolean;
  readonly goType: GoType;
  /** Parsed `json:"..."`: name ('' when inlined) and options. */
  readonly json: { readonly name: string; readonly options: readonly string[] };
  /** Parsed number of `protobuf:"bytes,1,opt,..."`. */
  readonly protobuf: number | undefined;
  readonly patchStrategy: string;
  readonly patchMergeKey: string;
  readonly markers: readonly string[];
}

export interface GoDeclaration {
  readonly name: string;
  readonly markers: readonly string[];
  readonly body:
    | { readonly type: 'struct'; readonly fields: readonly GoField[] }
    | { readonly type: 'named'; readonly goType: GoType; readonly alias: boolean };
}

/** A literal, or the name of another package's constant that is converted: `AddressType(v1.IPv4Protocol)`. */
export type GoConstant = string | { readonly path: string; readonly name: string };

export interface GoPackage {
  readonly path: string;
  readonly declarations: ReadonlyMap<string, GoDeclaration>;
  /** Values of string constants by their type's name, in source order. */
  readonly constants: ReadonlyMap<string, readonly GoConstant[]>;
  /** Value by constant name: what `+default=ref(Name)` points to. */
  readonly constantValues: ReadonlyMap<string, string>;
}

/** Reads every Go file of a package directory except tests and generated ones. */
export function readGoPackage(path: string, directory: string): GoPackage {
  const declarations = new Map<string, GoDeclaration>();
  const constants = new Map<string, GoConstant[]>();
  const constantValues = new Map<string, string>();
  const files = readdirSync(directory)
    .filter(
      (file) =>
        file.endsWith('.go') && !file.endsWith('_test.go') && !file.startsWith('zz_') && !file.includes('generated'),
    )
    .sort((a, b) => Number(b === 'types.go') - Number(a === 'types.go') || (a < b ? -1 : 1));
  for (const file of files)
    new GoFile(readFileSync(join(directory, file), 'utf8'), declarations, constants, constantValues).read();
  return { path, declarations, constants, constantValues };
}

class GoFile {
  private readonly lines: readonly string[];
  private readonly declarations: Map<string, GoDeclaration>;
  private readonly constants: Map<string, GoConstant[]>;
  private readonly constantValues: Map<string, string>;
  private readonly imports = new Map<string, string>();

  constructor(
    text: string,
    declarations: Map<string, GoDeclaration>,
    constants: Map<string, GoConstant[]>,
    constantValues: Map<string, string>,
  ) {
    this.lines = text.split('\n');
    this.declarations = declarations;
    this.constants = constants;
    this.constantValues = constantValues;
  }

  read(): void {
    // gengo takes markers from the comment block above a declaration and from the one before it.
    let markers: string[] = [];
    let blanks = 0;
    for (let i = 0; i < this.lines.length; i++) {
      const line = this.lines[i] ?? '';
      if (line.startsWith('//')) {
        markers.push(...markersOf(line));
        continue;
      }
      if (line === '') {
        if (++blanks > 1) {
          markers = [];
          blanks = 0;
        }
        continue;
      }
      if (line === 'import (') i = this.readBlock(i + 1, (inner) => this.readImport(inner));
      else if (line.startsWith('import ')) this.readImport(line.slice('import '.length));
      else if (line === 'const (') i = this.readBlock(i + 1, (inner) => this.readConstant(inner));
      else if (line.startsWith('const ')) this.readConstant(line.slice('const '.length));
      else if (line.startsWith('type ')) i = this.readType(i, markers);
      markers = [];
      blanks = 0;
    }
  }

  /** Calls `visit` for the lines up to the closing parenthesis and returns its index. */
  private readBlock(start: number, visit: (line: string) => void): number {
    let i = start;
    for (; i < this.lines.length && this.lines[i] !== ')'; i++) visit((this.lines[i] ?? '').trim());
    return i;
  }

  private readImport(line: string): void {
    const match = /^(?:(\w+|_|\.) )?"([^"]+)"/.exec(line);
    if (!match?.[2]) return;
    this.imports.set(match[1] ?? match[2].slice(match[2].lastIndexOf('/') + 1), match[2]);
  }

  private readConstant(line: string): void {
    const foreign = /^\w+\s+=\s+(\w+)\((\w+)\.(\w+)\)/.exec(line);
    if (foreign) {
      const [, type = '', alias = '', name = ''] = foreign;
      this.addConstant(type, { path: this.imports.get(alias) ?? alias, name });
      return;
    }
    const match = /^(\w+)\s+(?:([\w.]+)\s+)?=\s+(?:([\w.]+)\()?"([^"]*)"\)?/.exec(line);
    if (!match) return;
    const [, name = '', declared, converted, value = ''] = match;
    this.constantValues.set(name, value);
    const type = declared ?? converted;
    if (type !== undefined && type !== 'string') this.addConstant(type, value);
  }

  private addConstant(type: string, value: GoConstant): void {
    const values = this.constants.get(type) ?? [];
    if (!values.includes(value)) values.push(value);
    this.constants.set(type, values);
  }

  private readType(start: number, markers: readonly string[]): number {
    const line = this.lines[start] ?? '';
    const struct = /^type (\w+) struct ?\{(\})?/.exec(line);
    if (struct?.[1]) {
      const fields: GoField[] = [];
      const end = struct[2] ? start : this.readFields(start + 1, fields);
      this.declarations.set(struct[1], { name: struct[1], markers, body: { type: 'struct', fields } });
      return end;
    }
    const named = /^type (\w+) (= )?([\w.*[\]]+)/.exec(line);
    // Interfaces, functions and generic types are no API types.
    if (!named?.[1] || !named[3] || /^(interface|func)\b/.test(named[3])) return start;
    const body = { type: 'named', goType: this.parseType(named[3]), alias: named[2] !== undefined } as const;
    this.declarations.set(named[1], { name: named[1], markers, body });
    return start;
  }

  private readFields(start: number, fields: GoField[]): number {
    let markers: string[] = [];
    let i = start;
    for (; i < this.lines.length && this.lines[i] !== '}'; i++) {
      const line = (this.lines[i] ?? '').trim();
      if (line.startsWith('//')) markers.push(...markersOf(line));
      else if (line === '') markers = [];
      else {
        const field = this.readField(line, markers);
        if (field) fields.push(field);
        markers = [];
      }
    }
    return i;
  }

  private readField(line: string, markers: readonly string[]): GoField | undefined {
    // A field without a JSON name is not part of the API.
    if (!line.includes('json:"') || line.includes('json:"-"')) return undefined;
    const match = /^(?:(\w+)\s+)?(\*?[\w.*[\]{}]+)\s+`([^`]*)`\s*(?:\/\/.*)?$/.exec(line);
    if (!match?.[2]) throw new Error(`cannot read the field: ${line}`);
    const [, name, type, tag = ''] = match;
    const json = tagValue(tag, 'json') ?? '';
    const [jsonName = '', ...options] = json.split(',');
    const number = tagValue(tag, 'protobuf')?.split(',')[1];
    return {
      name: name ?? type.slice(type.lastIndexOf('.') + 1).replace('*', ''),
      embedded: name === undefined,
      goType: this.parseType(type),
      json: { name: jsonName, options },
      protobuf: number === undefined ? undefined : Number(number),
      patchStrategy: tagValue(tag, 'patchStrategy') ?? '',
      patchMergeKey: tagValue(tag, 'patchMergeKey') ?? '',
      markers,
    };
  }

  private parseType(text: string): GoType {
    if (text.startsWith('*')) return { type: 'pointer', element: this.parseType(text.slice(1)) };
    if (text.startsWith('[]')) return { type: 'list', element: this.parseType(text.slice(2)) };
    if (text.startsWith('map[')) {
      const close = text.indexOf(']');
      return { type: 'map', key: this.parseType(text.slice(4, close)), element: this.parseType(text.slice(close + 1)) };
    }
    if (text === 'interface{}') return { type: 'name', path: '', name: 'any' };
    const dot = text.indexOf('.');
    if (dot < 0) return { type: 'name', path: '', name: text };
    const path = this.imports.get(text.slice(0, dot));
    if (path === undefined) throw new Error(`no import for ${text}`);
    return { type: 'name', path, name: text.slice(dot + 1) };
  }
}

function markersOf(comment: string): readonly string[] {
  const match = /^\/\/ ?\+(\S.*)$/.exec(comment);
  return match?.[1] ? [match[1].trim()] : [];
}

function tagValue(tag: string, key: string): string | undefined {
  return new RegExp(`(?:^| )${key}:"([^"]*)"`).exec(tag)?.[1];
}
