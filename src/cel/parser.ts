/**
 * Tokens to a tree, by recursive descent over cel-go's grammar (parser/gen/CEL.g4). Depth is bounded as upstream bounds it: no rule is
 * entered more than 250 times at once, and no more than 250 operators and selections lie over each other, as in a long chain of them.
 * Macros are expanded here.
 *
 * The first syntax error ends parsing; upstream tries to recover and may report more of them.
 */

import type { Expr, Literal, MapEntry, ParsedExpression, StructField } from './ast.ts';
import type { Environment } from './environment.ts';
import { findMacro } from './environment.ts';
import type { Issue } from './issues.ts';
import { issueAt, maxIssues } from './issues.ts';
import type { Token } from './lexer.ts';
import { tokenize } from './lexer.ts';
import { bytesLiteral, doubleLiteral, intLiteral, stringLiteral, uintLiteral } from './literals.ts';
import { macroContext } from './macro-context.ts';
import { codePoints } from './values.ts';

const maxCodePoints = 100_000;
const maxDepth = 250;
/** More than so many characters have by themselves. optMap has its target twice, so that a chain of them doubles with each; upstream has no bound. */
const maxNodes = 150_000;

const reserved = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
);

const relations: Readonly<Record<string, string>> = {
  '<': '_<_',
  '<=': '_<=_',
  '>=': '_>=_',
  '>': '_>_',
  '==': '_==_',
  '!=': '_!=_',
  in: '@in',
};
const sums: Readonly<Record<string, string>> = { '+': '_+_', '-': '_-_' };
const products: Readonly<Record<string, string>> = { '*': '_*_', '/': '_/_', '%': '_%_' };

const literalsAndNames = "'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const expectExpression = `{'[', '{', '(', '.', '-', '!', ${literalsAndNames}`;
const expectMapEntry = `{'[', '{', '}', '(', '.', ',', '-', '!', '?', ${literalsAndNames}`;
const expectElement = `{'[', '{', ']', '(', '.', ',', '-', '!', '?', ${literalsAndNames}`;
const expectArgument = `{'[', '{', '(', ')', '.', '-', '!', ${literalsAndNames}`;
const expectField = "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}";

export type Parsed =
  | { readonly ok: true; readonly parsed: ParsedExpression }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export function parseExpression(source: string, environment: Environment): Parsed {
  const size = codePoints(source);
  if (size > maxCodePoints) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${maxCodePoints}`;
    return { ok: false, issues: [{ message, line: -1, column: -1 }] };
  }
  return new Parser(source, environment).parse();
}

class SyntaxFault extends Error {}

type Rule = 'expr' | 'relation' | 'sum' | 'product' | 'member';

class Parser {
  readonly #source: string;
  readonly #environment: Environment;
  readonly #tokens: readonly Token[];
  readonly #issues: Issue[] = [];
  readonly #positions = new Map<number, number>();
  readonly #heights = new Map<number, number>();
  readonly #depth: Record<Rule, number> = { expr: 0, relation: 0, sum: 0, product: 0, member: 0 };
  #at = 0;
  #nextId = 1;

  constructor(source: string, environment: Environment) {
    this.#source = source;
    this.#environment = environment;
    const { tokens, faults } = tokenize(source);
    this.#tokens = tokens;
    for (const fault of faults.slice(0, maxIssues)) {
      this.#report(fault.offset, `Syntax error: token recognition error at: '${fault.text}'`);
    }
  }

  parse(): Parsed {
    if (this.#issues.length >= maxIssues) return { ok: false, issues: this.#issues };
    try {
      const expr = this.#expr();
      if (this.#peek().kind !== 'end') this.#unexpected('<EOF>', this.#tokens[this.#at + 1]?.kind === 'end');
      if (this.#issues.length === 0) {
        return { ok: true, parsed: { source: this.#source, expr, positions: this.#positions } };
      }
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
    }
    return { ok: false, issues: this.#issues };
  }

  // Rules of the grammar, the loosest first.

  #expr(): Expr {
    return this.#within('expr', () => {
      const condition = this.#or();
      if (!this.#is('?')) return condition;
      const id = this.#id(this.#next().offset);
      const whenTrue = this.#or();
      this.#expect(':');
      const whenFalse = this.#expr();
      return this.#call(id, '_?_:_', [condition, whenTrue, whenFalse], 1);
    });
  }

  #or(): Expr {
    return this.#logic('||', '_||_', () => this.#and());
  }

  #and(): Expr {
    return this.#logic('&&', '_&&_', () => this.#relation());
  }

  /** Chains of && and || become balanced trees, so that a long chain is not a deep one. */
  #logic(operator: string, name: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const ids: number[] = [];
    while (this.#is(operator)) {
      const offset = this.#next().offset;
      terms.push(operand());
      ids.push(this.#id(offset));
    }
    const build = (low: number, high: number): Expr => {
      const middle = Math.trunc((low + high + 1) / 2);
      const left = middle === low ? terms[middle] : build(low, middle - 1);
      const right = middle === high ? terms[middle + 1] : build(middle + 1, high);
      const id = ids[middle];
      if (!left || !right || id === undefined) throw new Error('a chain of operators has a term more than operators');
      return this.#call(id, name, [left, right]);
    };
    return ids.length === 0 ? (terms[0] as Expr) : build(0, ids.length - 1);
  }

  #relation(): Expr {
    return this.#chain('relation', relations, () => this.#sum());
  }

  #sum(): Expr {
    return this.#chain('sum', sums, () => this.#chain('product', products, () => this.#unary()));
  }

  /** Left-associative operators of one precedence. */
  #chain(rule: Rule, operators: Readonly<Record<string, string>>, operand: () => Expr): Expr {
    return this.#within(rule, () => {
      let left = operand();
      for (;;) {
        const token = this.#peek();
        const name = token.kind === 'operator' || token.text === 'in' ? operators[token.text] : undefined;
        if (name === undefined) return left;
        this.#at++;
        const id = this.#id(token.offset);
        left = this.#call(id, name, [left, operand()], 1);
      }
    });
  }

  #unary(): Expr {
    const token = this.#peek();
    if (token.kind !== 'operator' || (token.text !== '-' && token.text !== '!')) return this.#member();
    const following = this.#tokens[this.#at + 1]?.kind;
    if (token.text === '-' && (following === 'int' || following === 'double')) return this.#member();
    let count = 0;
    for (; this.#is(token.text); count++) this.#at++;
    if (count % 2 === 0) return this.#member();
    const id = this.#id(token.offset);
    return this.#call(id, token.text === '-' ? '-_' : '!_', [this.#member()]);
  }

  #member(): Expr {
    return this.#within('member', () => {
      let operand = this.#primary();
      for (;;) {
        const token = this.#peek();
        if (token.kind !== 'operator' || (token.text !== '.' && token.text !== '[')) return operand;
        this.#at++;
        operand = token.text === '.' ? this.#selection(operand, token) : this.#index(operand, token);
      }
    });
  }

  #selection(operand: Expr, dot: Token): Expr {
    const optional = this.#optionalMark("unsupported syntax '.?'", dot.offset);
    const name = this.#peek();
    if (name.kind !== 'identifier' && name.kind !== 'escaped') {
      if (name.kind === 'operator') this.#unexpected('{IDENTIFIER, ESC_IDENTIFIER}', false);
      if (name.kind === 'keyword') this.#unexpected('IDENTIFIER', false);
      if (name.kind === 'end') this.#fault(name.offset, "Syntax error: no viable alternative at input '.'");
      this.#fault(name.offset, `Syntax error: no viable alternative at input '.${name.text}'`);
    }
    this.#at++;
    const field = this.#fieldName(name);
    if (optional) {
      const id = this.#id(dot.offset);
      const literal: Expr = { kind: 'literal', id: this.#id(name.offset), value: field };
      return this.#measured({ kind: 'call', id, target: undefined, function: '_?._', args: [operand, literal] }, [
        operand,
      ]);
    }
    if (name.kind === 'identifier' && this.#is('(')) {
      const id = this.#id(this.#next().offset);
      return this.#memberCall(id, field, operand, this.#arguments());
    }
    return this.#measured({ kind: 'select', id: this.#id(dot.offset), operand, field, testOnly: false }, [operand], 1);
  }

  #index(operand: Expr, bracket: Token): Expr {
    const id = this.#id(bracket.offset);
    const optional = this.#optionalMark("unsupported syntax '[?'", bracket.offset);
    const index = this.#expr();
    this.#expect(']');
    return this.#call(id, optional ? '_[?_]' : '_[_]', [operand, index], 1);
  }

  #primary(): Expr {
    const token = this.#peek();
    switch (token.kind) {
      case 'identifier':
        return this.#named('', token);
      case 'operator':
        return this.#bracketed(token);
      case 'end':
      case 'escaped':
        return this.#skipOne();
      case 'keyword':
        if (token.text === 'in') return this.#skipOne();
    }
    this.#at++;
    return this.#literal(token, token.offset, false);
  }

  #bracketed(token: Token): Expr {
    switch (token.text) {
      case '(': {
        this.#at++;
        const inner = this.#expr();
        this.#expect(')');
        return inner;
      }
      case '[':
        this.#at++;
        return this.#list(token);
      case '{':
        this.#at++;
        return this.#map(token);
      case '.': {
        this.#at++;
        const name = this.#peek();
        if (name.kind !== 'identifier') this.#unexpected('IDENTIFIER', false);
        return this.#named('.', name, token.offset);
      }
      case '-': {
        const number = this.#tokens[this.#at + 1];
        if (number?.kind === 'int' || number?.kind === 'double') {
          this.#at += 2;
          return this.#literal(number, token.offset, true);
        }
      }
    }
    return this.#skipOne();
  }

  /** An identifier, a call of a function, or the construction of an object. */
  #named(dot: string, token: Token, offset = token.offset): Expr {
    if (this.#isConstruction()) return this.#struct(dot);
    this.#at++;
    if (reserved.has(token.text)) return this.#placeholder(offset, `reserved identifier: ${token.text}`);
    if (!this.#is('(')) return { kind: 'ident', id: this.#id(token.offset), name: dot + token.text };
    const id = this.#id(this.#next().offset);
    return this.#call(id, dot + token.text, this.#arguments());
  }

  /** Names with dots between them, and then a brace. */
  #isConstruction(): boolean {
    let at = this.#at;
    for (;;) {
      if (this.#tokens[at]?.kind !== 'identifier') return false;
      const following = this.#tokens[at + 1]?.text;
      if (following === '{') return true;
      if (following !== '.') return false;
      at += 2;
    }
  }

  #struct(dot: string): Expr {
    let name = dot;
    while (!this.#is('{')) name += this.#next().text;
    const id = this.#id(this.#next().offset);
    const fields: StructField[] = [];
    this.#commaSeparated('}', () => {
      const optional = this.#optionalMark("unsupported syntax '?'");
      this.#ahead(expectField, isFieldName);
      const token = this.#next();
      const colon = this.#expect(':');
      const entry = this.#id(colon.offset);
      fields.push({ id: entry, name: this.#fieldName(token), value: this.#expr(), optional });
    });
    return this.#measured(
      { kind: 'struct', id, name, fields },
      fields.map(({ value }) => value),
    );
  }

  #list(bracket: Token): Expr {
    const id = this.#id(bracket.offset);
    const elements: Expr[] = [];
    const optional: number[] = [];
    this.#commaSeparated(']', () => {
      if (this.#optionalMark("unsupported syntax '?'")) optional.push(elements.length);
      this.#ahead(expectElement, startsExpression);
      elements.push(this.#expr());
    });
    return this.#measured({ kind: 'list', id, elements, optional }, elements);
  }

  #map(brace: Token): Expr {
    const id = this.#id(brace.offset);
    const entries: MapEntry[] = [];
    this.#commaSeparated('}', () => {
      const optional = this.#optionalMark("unsupported syntax '?'");
      this.#ahead(expectMapEntry, startsExpression);
      const key = this.#expr();
      const entry = this.#id(this.#expect(':').offset);
      entries.push({ id: entry, key, value: this.#expr(), optional });
    });
    return this.#measured(
      { kind: 'map', id, entries },
      entries.flatMap(({ key, value }) => [key, value]),
    );
  }

  #arguments(): readonly Expr[] {
    const args: Expr[] = [];
    if (this.#is(')')) {
      this.#at++;
      return args;
    }
    this.#ahead(expectArgument, startsExpression);
    args.push(this.#expr());
    while (this.#is(',')) {
      this.#at++;
      args.push(this.#expr());
    }
    this.#expect(')');
    return args;
  }

  /** Items up to the closing sign; a last comma is allowed, also alone. */
  #commaSeparated(close: string, item: () => void): void {
    if (this.#is(',')) {
      this.#at++;
      this.#expect(close);
      return;
    }
    while (!this.#is(close)) {
      item();
      if (!this.#is(',')) break;
      this.#at++;
    }
    this.#expect(close);
  }

  #literal(token: Token, offset: number, negative: boolean): Expr {
    const value = literalValue(token, negative);
    if (value === undefined) {
      const kind = token.kind === 'string' || token.kind === 'bytes' ? 'unicode code point' : `${token.kind} literal`;
      return this.#placeholder(offset, `invalid ${kind}`);
    }
    return { kind: 'literal', id: this.#id(offset), value };
  }

  // Calls and macros.

  #call(id: number, name: string, args: readonly Expr[], own = 0): Expr {
    const macro = findMacro(this.#environment, name, args.length, false);
    const expanded = macro && this.#expand(id, (context) => macro.expand(context, undefined, args));
    return this.#measured(expanded ?? { kind: 'call', id, target: undefined, function: name, args }, args, own);
  }

  #memberCall(id: number, name: string, target: Expr, args: readonly Expr[]): Expr {
    const macro = findMacro(this.#environment, name, args.length, true);
    const expanded = macro && this.#expand(id, (context) => macro.expand(context, target, args));
    return this.#measured(expanded ?? { kind: 'call', id, target, function: name, args }, [target, ...args], 1);
  }

  #expand(id: number, expand: (context: ReturnType<typeof macroContext>) => Expr | undefined): Expr | undefined {
    const offset = this.#positions.get(id) ?? 0;
    return expand(
      macroContext(
        () => this.#id(offset),
        (at, message) => this.#report(this.#positions.get(at.id) ?? offset, message),
        (copy, original) => this.#positions.set(copy, this.#positions.get(original) ?? offset),
      ),
    );
  }

  // Tokens, depth and issues.

  #peek(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #next(): Token {
    return this.#tokens[this.#at++] as Token;
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'operator' && token.text === text;
  }

  #optionalMark(refusal: string, offset = this.#peek().offset): boolean {
    if (!this.#is('?')) return false;
    if (!this.#environment.options.optionalSyntax) this.#report(offset, refusal);
    this.#at++;
    return true;
  }

  #expect(text: string): Token {
    if (this.#is(text)) return this.#next();
    const token = this.#peek();
    const closes = text === ')' || text === ']';
    if (closes && token.kind === 'end') this.#fault(token.offset, `Syntax error: missing '${text}' at '<EOF>'`);
    const following = this.#tokens[this.#at + 1];
    return this.#unexpected(`'${text}'`, following?.kind === 'operator' && following.text === text);
  }

  /** The next token fits, or it is one too many before one that fits: it is named as that, and parsing goes on behind it. */
  #ahead(expected: string, fits: (token: Token) => boolean): void {
    const token = this.#peek();
    if (fits(token)) return;
    const following = this.#tokens[this.#at + 1];
    if (!following || !fits(following)) this.#unexpected(expected, false);
    this.#report(token.offset, `Syntax error: extraneous input '${token.text}' expecting ${expected}`);
    this.#at++;
  }

  #skipOne(): Expr {
    this.#ahead(expectExpression, startsExpression);
    return this.#primary();
  }

  /** Stands for an expression with an issue, so that the rest is looked at too. */
  #placeholder(offset: number, message: string): Expr {
    this.#report(offset, message);
    return { kind: 'literal', id: this.#id(offset), value: null };
  }

  #fieldName(token: Token): string {
    if (token.kind !== 'escaped') return token.text;
    if (!this.#environment.options.identifierEscapes) this.#report(token.offset, "unsupported syntax: '`'");
    return token.text.slice(1, -1);
  }

  #unexpected(expected: string, extraneous: boolean): never {
    const token = this.#peek();
    const word = extraneous ? 'extraneous' : 'mismatched';
    this.#fault(token.offset, `Syntax error: ${word} input '${token.text}' expecting ${expected}`);
  }

  #within<T>(rule: Rule, body: () => T): T {
    const depth = this.#depth[rule];
    this.#deeper(rule);
    const result = body();
    this.#depth[rule] = depth;
    return result;
  }

  #deeper(rule: Rule): void {
    if (++this.#depth[rule] <= maxDepth) return;
    this.#tooLarge(`expression recursion limit exceeded: ${maxDepth}`);
  }

  /** Notes how many operators and selections lie over each other up to the node. */
  #measured(expr: Expr, parts: readonly Expr[], own = 0): Expr {
    const height = parts.reduce((most, part) => Math.max(most, this.#heights.get(part.id) ?? 0), 0) + own;
    if (height > maxDepth) this.#tooLarge('max recursion depth exceeded');
    if (height > 0) this.#heights.set(expr.id, height);
    return expr;
  }

  #tooLarge(message: string): never {
    this.#issues.push({ message, line: -1, column: -1 });
    throw new SyntaxFault();
  }

  #id(offset: number): number {
    const id = this.#nextId++;
    if (id > maxNodes) this.#tooLarge(`expression node count exceeds limit: ${maxNodes}`);
    this.#positions.set(id, offset);
    return id;
  }

  #report(offset: number, message: string): void {
    if (this.#issues.length < maxIssues) this.#issues.push(issueAt(this.#source, offset, message));
  }

  #fault(offset: number, message: string): never {
    this.#report(offset, message);
    throw new SyntaxFault();
  }
}

function isFieldName(token: Token): boolean {
  return token.kind === 'identifier' || token.kind === 'escaped';
}

function startsExpression(token: Token): boolean {
  if (token.kind === 'escaped') return false;
  return token.kind === 'operator' ? '[{(.-!'.includes(token.text) : token.kind !== 'end' && token.text !== 'in';
}

function literalValue(token: Token, negative: boolean): Literal | undefined {
  switch (token.kind) {
    case 'int':
      return intLiteral(token.text, negative);
    case 'uint':
      return uintLiteral(token.text);
    case 'double':
      return doubleLiteral(token.text, negative);
    case 'string':
      return stringLiteral(token);
    case 'bytes':
      return bytesLiteral(token);
    default:
      return token.text === 'null' ? null : token.text === 'true';
  }
}
