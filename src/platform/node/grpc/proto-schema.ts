/**
 * Reads .proto files (proto3, the part that service definitions use): messages, enums, maps and services to tables that proto-codec.ts
 * walks. Reflection libraries do this too, at 20 MB of resident memory for each agent.
 */

export type ScalarType = 'string' | 'bytes' | 'bool' | 'int32' | 'int64' | 'uint32' | 'uint64' | 'double' | 'float';

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'enum'; readonly enum: EnumType }
  | { readonly kind: 'message'; readonly message: MessageType };

export interface Field {
  /** camelCase. */
  readonly name: string;
  readonly number: number;
  readonly type: FieldType;
  readonly repeated: boolean;
  /** Type of the keys; `type` is that of the values. */
  readonly mapKey?: ScalarType;
}

export interface EnumType {
  readonly names: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

export interface MessageType {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly byNumber: ReadonlyMap<number, Field>;
}

export interface Method {
  /** '/runtime.v1.RuntimeService/Version' */
  readonly path: string;
  readonly request: MessageType;
  readonly response: MessageType;
}

export interface Service {
  readonly methods: ReadonlyMap<string, Method>;
}

const scalars: ReadonlySet<string> = new Set([
  'string',
  'bytes',
  'bool',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'double',
  'float',
]);

interface Draft {
  readonly fields: Field[];
  readonly byNumber: Map<number, Field>;
  readonly name: string;
  /** Set once all names are known. */
  readonly pending: (() => void)[];
}

/** Services of a file by full name. Throws for what it does not understand. */
export function parseProto(text: string): ReadonlyMap<string, Service> {
  return new Parser(text).parse();
}

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;
  private packageName = '';
  private readonly messages = new Map<string, Draft>();
  private readonly enums = new Map<string, EnumType>();
  private readonly services = new Map<
    string,
    { readonly name: string; readonly request: string; readonly response: string }[]
  >();

  constructor(text: string) {
    this.tokens = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ' ').match(/"[^"]*"|[\w.]+|[^\s\w]/g) ?? [];
  }

  parse(): ReadonlyMap<string, Service> {
    while (this.at < this.tokens.length) {
      const word = this.next();
      if (word === 'syntax' || word === 'option' || word === 'import') this.skipStatement();
      else if (word === 'package') {
        this.packageName = this.next();
        this.expect(';');
      } else if (word === 'message') this.message('');
      else if (word === 'enum') this.enumeration('');
      else if (word === 'service') this.service();
      else if (word !== ';') throw new Error(`proto: unexpected ${word}`);
    }
    for (const { pending } of this.messages.values()) for (const resolve of pending) resolve();
    return new Map(
      [...this.services].map(([name, methods]) => [`${this.packageName}.${name}`, this.linked(name, methods)]),
    );
  }

  private linked(
    service: string,
    methods: readonly { readonly name: string; readonly request: string; readonly response: string }[],
  ): Service {
    const type = (name: string): MessageType => {
      const found = this.messages.get(name);
      if (!found) throw new Error(`proto: no message ${name}`);
      return found;
    };
    return {
      methods: new Map(
        methods.map(({ name, request, response }) => [
          name,
          { path: `/${this.packageName}.${service}/${name}`, request: type(request), response: type(response) },
        ]),
      ),
    };
  }

  private next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Error('proto: unexpected end');
    return token;
  }

  private expect(token: string): void {
    const found = this.next();
    if (found !== token) throw new Error(`proto: expected ${token}, found ${found}`);
  }

  private skipStatement(): void {
    while (this.next() !== ';');
  }

  private message(scope: string): void {
    const name = scope + this.next();
    const draft: Draft = { name, fields: [], byNumber: new Map(), pending: [] };
    this.messages.set(name, draft);
    this.expect('{');
    for (let word = this.next(); word !== '}'; word = this.next()) {
      if (word === 'message') this.message(`${name}.`);
      else if (word === 'enum') this.enumeration(`${name}.`);
      else if (word === 'option' || word === 'reserved') this.skipStatement();
      else if (word !== ';') this.field(draft, word);
    }
  }

  private field(draft: Draft, first: string): void {
    const repeated = first === 'repeated';
    let typeName = repeated ? this.next() : first;
    let mapKey: ScalarType | undefined;
    if (typeName === 'map') {
      this.expect('<');
      mapKey = this.next() as ScalarType;
      this.expect(',');
      typeName = this.next();
      this.expect('>');
    }
    const name = camelCase(this.next());
    this.expect('=');
    const number = Number(this.next());
    this.skipStatement();
    draft.pending.push(() => {
      const type = this.resolve(draft.name, typeName);
      const field: Field = { name, number, type, repeated, ...(mapKey ? { mapKey } : {}) };
      draft.fields.push(field);
      draft.byNumber.set(number, field);
    });
  }

  /** A type's name is looked for in the message, in those around it, then in the file. */
  private resolve(scope: string, name: string): FieldType {
    if (scalars.has(name)) return { kind: 'scalar', scalar: name as ScalarType };
    for (let prefix = scope; ; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
      const full = prefix === '' ? name : `${prefix}.${name}`;
      const message = this.messages.get(full);
      if (message) return { kind: 'message', message };
      const enumeration = this.enums.get(full);
      if (enumeration) return { kind: 'enum', enum: enumeration };
      if (prefix === '') throw new Error(`proto: no type ${name}`);
    }
  }

  private enumeration(scope: string): void {
    const name = scope + this.next();
    const names = new Map<number, string>();
    this.expect('{');
    for (let word = this.next(); word !== '}'; word = this.next()) {
      if (word === ';') continue;
      this.expect('=');
      names.set(Number(this.next()), word);
      this.skipStatement();
    }
    this.enums.set(name, { names, numbers: new Map([...names].map(([number, text]) => [text, number])) });
  }

  private service(): void {
    const methods: { readonly name: string; readonly request: string; readonly response: string }[] = [];
    this.services.set(this.next(), methods);
    this.expect('{');
    for (let word = this.next(); word !== '}'; word = this.next()) {
      if (word !== 'rpc') continue;
      const name = this.next();
      const request = this.parameter();
      this.expect('returns');
      methods.push({ name, request, response: this.parameter() });
      const end = this.next();
      if (end === '{') this.expect('}');
    }
  }

  private parameter(): string {
    this.expect('(');
    let name = this.next();
    if (name === 'stream') name = this.next();
    this.expect(')');
    return name;
  }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
