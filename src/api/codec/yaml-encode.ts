/**
 * Writing trees as YAML, byte for byte as kubectl and the API server do (sigs.k8s.io/yaml over go-yaml v2): keys in natural order, lists
 * not indented below their key, text plain where it stays text, literal blocks for several lines, folding after 80 columns.
 */

import { goFloat } from '../go-format.ts';
import { int64Text, isInt64 } from '../int64.ts';
import { resolvePlain } from './yaml-scalar.ts';

/** A tree of JSON values as one YAML document with a final line end. */
export function encodeYaml(value: unknown): string {
  const writer = new YamlWriter();
  writer.node(value, 0, 'root');
  return writer.finish();
}

const bestWidth = 80;
const encoder = new TextEncoder();

type Tree = Readonly<Record<string, unknown>>;

class YamlWriter {
  private lines: string[] = [];
  private line = '';

  finish(): string {
    if (this.line !== '') this.newLine();
    return this.lines.join('');
  }

  /** Writes a node whose first line may go on the current one; its own lines start at `indent`. */
  node(value: unknown, indent: number, place: 'root' | 'value' | 'item'): void {
    if (typeof value !== 'object' || value === null) {
      this.scalar(value, indent, place);
      return;
    }
    const entries = Array.isArray(value) ? value : naturalKeys(value as Tree);
    if (entries.length === 0) {
      this.separate();
      this.line += Array.isArray(value) ? '[]' : '{}';
    } else if (Array.isArray(value)) {
      this.list(value, place === 'value' ? indent - 2 : indent, place);
    } else {
      this.map(value as Tree, entries as readonly string[], indent, place);
    }
  }

  private list(list: readonly unknown[], indent: number, place: 'root' | 'value' | 'item'): void {
    list.forEach((item, i) => {
      if (i > 0 || place === 'value') this.startLine(indent);
      else this.separate();
      this.line += '-';
      this.node(item, indent + 2, 'item');
    });
  }

  private map(map: Tree, keys: readonly string[], indent: number, place: 'root' | 'value' | 'item'): void {
    keys.forEach((key, i) => {
      if (i > 0 || place === 'value') this.startLine(indent);
      else this.separate();
      const simple = !key.includes('\n') && encoder.encode(key).length <= 128;
      if (!simple) this.line += '? ';
      this.text(key, indent + 2, simple);
      if (!simple) this.startLine(indent);
      this.line += ':';
      this.node(map[key], indent + 2, 'value');
    });
  }

  private scalar(value: unknown, indent: number, place: 'root' | 'value' | 'item'): void {
    this.separate();
    if (typeof value === 'string') this.text(value, place === 'root' ? 2 : indent, false);
    else if (typeof value === 'number') this.line += numberText(value);
    else this.line += value === undefined ? 'null' : String(value);
  }

  /** Text in the style that go-yaml chooses; further lines start at `indent`. */
  private text(text: string, indent: number, isKey: boolean): void {
    const allowed = analyze(text);
    if (text.includes('\n')) {
      if (allowed.block && !isKey) this.literal(text, indent);
      else this.doubleQuoted(text, indent, isKey);
    } else if (!staysText(text)) {
      this.doubleQuoted(text, indent, isKey);
    } else if (allowed.plain && !(isKey && text === '')) {
      this.folded(text, indent, isKey, 0);
    } else if (allowed.singleQuoted) {
      this.line += "'";
      this.folded(text.replaceAll("'", "''"), indent, isKey, 1);
      this.line += "'";
    } else {
      this.doubleQuoted(text, indent, isKey);
    }
  }

  /** Breaks at single spaces past the width. `margin` characters at both ends are never where the break is. */
  private folded(text: string, indent: number, isKey: boolean, margin: number): void {
    if (isKey || this.line.length + text.length <= bestWidth) {
      this.line += text;
      return;
    }
    const characters = [...text];
    let afterSpace = false;
    characters.forEach((character, i) => {
      const isSpace = character === ' ';
      const inside = margin === 0 || (i > 0 && i < characters.length - 1);
      if (isSpace && !afterSpace && inside && this.column() > bestWidth && characters[i + 1] !== ' ')
        this.startLine(indent);
      else this.line += character;
      afterSpace = isSpace;
    });
  }

  private doubleQuoted(text: string, indent: number, isKey: boolean): void {
    this.line += '"';
    const characters = [...text];
    let afterSpace = false;
    characters.forEach((character, i) => {
      const isSpace = character === ' ';
      if (isSpace && !isKey && !afterSpace && this.column() > bestWidth && i > 0 && i < characters.length - 1) {
        this.startLine(indent);
        if (characters[i + 1] === ' ') this.line += '\\';
      } else {
        this.line += escapeCharacter(character);
      }
      afterSpace = isSpace;
    });
    this.line += '"';
  }

  private literal(text: string, indent: number): void {
    const hint = text.startsWith(' ') || text.startsWith('\n') ? '2' : '';
    const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
    this.line += `|${hint}${chomp}`;
    this.newLine();
    const lines = text.split('\n');
    if (text.endsWith('\n')) lines.pop();
    lines.forEach((line, i) => {
      if (i > 0) this.newLine();
      if (line !== '') this.line = ' '.repeat(indent) + line;
    });
    // The last line's end is written by what follows, except that an empty last line would get none.
    if (this.line === '') this.newLine();
  }

  private column(): number {
    return this.line.length;
  }

  private separate(): void {
    if (this.line !== '' && !this.line.endsWith(' ')) this.line += ' ';
  }

  private startLine(indent: number): void {
    if (this.line.trim() !== '') this.newLine();
    this.line = ' '.repeat(indent);
  }

  private newLine(): void {
    this.lines.push(`${this.line}\n`);
    this.line = '';
  }
}

/** Plain text that go-yaml would read back as text; base-60 numbers are quoted for other readers. */
function staysText(text: string): boolean {
  const { type } = resolvePlain(text);
  return (type === 'string' || type === 'merge') && !/^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(text);
}

interface Allowed {
  readonly plain: boolean;
  readonly singleQuoted: boolean;
  readonly block: boolean;
}

/** As go-yaml counts it, which leaves out everything beyond the basic plane. */
const unprintable = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

/** Which styles can carry the text (yaml_emitter_analyze_scalar). */
function analyze(text: string): Allowed {
  if (text === '') return { plain: true, singleQuoted: true, block: false };
  const indicators =
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[?:-](?:[ \t\n]|$)/.test(text) ||
    /:(?:[ \t\n]|$)|[ \t\n]#/.test(text);
  const special = unprintable.test(text) || / \n/.test(text);
  const hasBreak = /[\n\u0085\u2028\u2029]/.test(text);
  const edge = /^[ \n]|[ \n]$/.test(text);
  return {
    plain: !indicators && !special && !hasBreak && !edge,
    singleQuoted: !special && !/\n /.test(text),
    block: !special && !text.endsWith(' '),
  };
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escapeCharacter(character: string): string {
  const known = escapes[character];
  if (known !== undefined) return known;
  if (!unprintable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const [letter, digits] = code <= 0xff ? ['x', 2] : code <= 0xffff ? ['u', 4] : ['U', 8];
  return `\\${letter}${code
    .toString(16)
    .toUpperCase()
    .padStart(digits as number, '0')}`;
}

/** As go-yaml writes integers and floats. */
function numberText(value: number): string {
  if (isInt64(value)) return int64Text(value);
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return goFloat(value);
}

/** Keys as go-yaml sorts them: digits by number, letters after everything else. */
function naturalKeys(map: Tree): readonly string[] {
  return Object.keys(map)
    .filter((key) => map[key] !== undefined)
    .sort(compareNatural);
}

const letter = /\p{L}/u;
const digit = /\d/;

function compareNatural(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a[i] ?? '';
    const right = b[i] ?? '';
    if (left === right) continue;
    const leftIsLetter = letter.test(left);
    const rightIsLetter = letter.test(right);
    if (leftIsLetter && rightIsLetter) return left < right ? -1 : 1;
    if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;
    return compareNumbers(a, b, i) || (left < right ? -1 : 1);
  }
  return a.length - b.length;
}

/** Compares the digits from where two keys differ; a zero there belongs to the number before it. */
function compareNumbers(a: string, b: string, start: number): number {
  let prefix = 0;
  if (a[start] === '0' || b[start] === '0') {
    for (let i = start - 1; i >= 0 && digit.test(a[i] ?? ''); i--) {
      if (a[i] !== '0') {
        prefix = 1;
        break;
      }
    }
  }
  const read = (text: string): readonly [number, number] => {
    let value = prefix;
    let end = start;
    for (; digit.test(text[end] ?? ''); end++) value = value * 10 + Number(text[end]);
    return [value, end];
  };
  const [left, leftEnd] = read(a);
  const [right, rightEnd] = read(b);
  return left - right || leftEnd - rightEnd;
}
