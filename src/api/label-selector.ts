/**
 * Label selectors: the text form of requests ("app in (a,b),!canary") and the LabelSelector of objects, as one matcher.
 *
 * Grammar and messages follow apimachinery pkg/labels. Requirements are sorted by key, so equal selectors print equally.
 */

import { fieldErrorText, invalid } from './field-error.ts';
import type { LabelSelector } from './generated/meta-v1.ts';
import { isQualifiedName, isValidLabelValue } from './name-format.ts';

export type Labels = Readonly<Record<string, string>>;

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

export interface Selector {
  /** Sorted by key. No requirement matches everything. */
  readonly requirements: readonly LabelRequirement[];
  /** True for the selector that no object can match (a LabelSelector that is absent). */
  readonly nothing: boolean;
  readonly matches: (labels: Labels | undefined | null) => boolean;
}

/** The text is not a selector; the message is upstream's. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

export const everything: Selector = selectorOf([]);
export const nothing: Selector = { requirements: [], nothing: true, matches: () => false };

/** Parses the labelSelector query parameter; throws SelectorError. */
export function parseLabelSelector(text: string): Selector {
  return text === '' ? everything : selectorOf(new Parser(tokenize(text)).parse());
}

/** A LabelSelector of an object: absent matches nothing, empty matches everything. Throws SelectorError when it is invalid. */
export function selectorFromLabelSelector(source: LabelSelector | undefined | null): Selector {
  if (!source) return nothing;
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(source.matchLabels ?? {}))
    requirements.push(newRequirement(key, '=', [value]));
  for (const expression of source.matchExpressions ?? []) {
    const operator = expressionOperators.get(expression.operator);
    if (operator === undefined) {
      throw new SelectorError(`${JSON.stringify(expression.operator)} is not a valid label selector operator`);
    }
    requirements.push(newRequirement(expression.key, operator, expression.values ?? []));
  }
  return selectorOf(requirements);
}

/** Matches objects that have all these labels; an empty set matches everything. Values are taken as they are. */
export function selectorFromSet(labels: Labels | undefined | null): Selector {
  return selectorOf(Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] })));
}

/** A LabelSelector as tables print it: '<none>' for one that says nothing (metav1.FormatLabelSelector). */
export function formatLabelSelector(source: LabelSelector | undefined | null): string {
  try {
    return formatSelector(selectorFromLabelSelector(source)) || '<none>';
  } catch {
    return '<error>';
  }
}

/** The text form that parses to the same selector: what a client sends as labelSelector. */
export function formatSelector(selector: Selector): string {
  return selector.requirements.map(formatRequirement).join(',');
}

const expressionOperators: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt':
      return `${key}>${values[0]}`;
    case 'lt':
      return `${key}<${values[0]}`;
    default:
      return `${key}${operator}${values[0] ?? ''}`;
  }
}

function selectorOf(unsorted: readonly LabelRequirement[]): Selector {
  const requirements = [...unsorted].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return {
    requirements,
    nothing: false,
    matches(labels) {
      for (const requirement of requirements) if (!matchesRequirement(requirement, labels ?? {})) return false;
      return true;
    },
  };
}

function matchesRequirement({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const left = value === undefined ? undefined : integerOf(value);
      const right = integerOf(values[0] ?? '');
      if (left === undefined || right === undefined) return false;
      return operator === 'gt' ? left > right : left < right;
    }
  }
}

/** Undefined for what is no int64. Values have 63 characters at most. */
function integerOf(text: string): bigint | undefined {
  if (!/^-?\d{1,63}$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Checks what upstream's NewRequirement checks; throws SelectorError with its words. */
function newRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const errors: string[] = [];
  const keyMessages = isQualifiedName(key);
  if (keyMessages.length > 0) errors.push(fieldErrorText(invalid('key', key, keyMessages.join('; '))));
  const complain = (message: string): number => errors.push(fieldErrorText(invalid('values', values, message)));
  switch (operator) {
    case 'in':
    case 'notin':
      if (values.length === 0) complain("for 'in', 'notin' operators, values set can't be empty");
      break;
    case '=':
    case '==':
    case '!=':
      if (values.length !== 1) complain('exact-match compatibility requires one single value');
      break;
    case 'exists':
    case '!':
      if (values.length !== 0) complain('values set must be empty for exists and does not exist');
      break;
    case 'gt':
    case 'lt':
      if (values.length !== 1) complain("for 'Gt', 'Lt' operators, exactly one value is required");
      values.forEach((value, index) => {
        if (integerOf(value) !== undefined) return;
        const message = "for 'Gt', 'Lt' operators, the value must be an integer";
        errors.push(fieldErrorText(invalid(`values[${index}]`, value, message)));
      });
  }
  values.forEach((value, index) => {
    const messages = isValidLabelValue(value);
    if (messages.length > 0)
      errors.push(fieldErrorText(invalid(`values[${index}][${key}]`, value, messages.join('; '))));
  });
  if (errors.length === 1) throw new SelectorError(errors[0]);
  if (errors.length > 1) throw new SelectorError(`[${errors.join(', ')}]`);
  return { key, operator, values };
}

type TokenType =
  | ')'
  | ','
  | '!'
  | '=='
  | '='
  | '>'
  | 'in'
  | '<'
  | '!='
  | 'notin'
  | '('
  | 'identifier'
  | 'error'
  | 'end';

interface Token {
  readonly type: TokenType;
  readonly literal: string;
}

const symbols = new Set<string>([')', ',', '!', '==', '=', '>', '<', '!=', '(']);
const isSpecial = (character: string): boolean => '=!(),><'.includes(character);
const isSpace = (character: string): boolean => ' \t\r\n'.includes(character);

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const start = position;
    const character = text.charAt(position);
    if (isSpace(character)) {
      position++;
    } else if (isSpecial(character)) {
      // The longest known symbol; '!' followed by '(' stays two tokens.
      const two = text.slice(position, position + 2);
      const literal = symbols.has(two) ? two : character;
      position += literal.length;
      tokens.push({ type: literal as TokenType, literal });
    } else {
      while (position < text.length && !isSpecial(text.charAt(position)) && !isSpace(text.charAt(position))) position++;
      const literal = text.slice(start, position);
      tokens.push({ type: literal === 'in' || literal === 'notin' ? literal : 'identifier', literal });
    }
  }
  tokens.push({ type: 'end', literal: '' });
  return tokens;
}

const binaryOperators = 'in, notin, =, ==, !=, gt, lt';
const end: Token = { type: 'end', literal: '' };

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const token = this.peekValue();
      if (token.type === 'end') return requirements;
      if (token.type !== 'identifier' && token.type !== '!') {
        throw new SelectorError(`found '${token.literal}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.parseRequirement());
      const after = this.takeValue();
      if (after.type === 'end') return requirements;
      if (after.type !== ',') {
        throw new SelectorError(`found '${after.literal}', expected: ',' or 'end of string'`);
      }
      const next = this.peekValue();
      if (next.type !== 'identifier' && next.type !== '!') {
        throw new SelectorError(`found '${next.literal}', expected: identifier after ','`);
      }
    }
  }

  private parseRequirement(): LabelRequirement {
    try {
      return this.parseInnerRequirement();
    } catch (error) {
      if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
      throw error;
    }
  }

  private parseInnerRequirement(): LabelRequirement {
    let token = this.takeValue();
    const negated = token.type === '!';
    if (negated) token = this.takeValue();
    if (token.type !== 'identifier') throw new SelectorError(`found '${token.literal}', expected: identifier`);
    const key = token.literal;
    const messages = isQualifiedName(key);
    if (messages.length > 0) throw new SelectorError(fieldErrorText(invalid('', key, messages.join('; '))));
    const next = this.peekValue();
    if (negated) return newRequirement(key, '!', []);
    if (next.type === 'end' || next.type === ',') return newRequirement(key, 'exists', []);
    const operator = this.parseOperator();
    const values = operator === 'in' || operator === 'notin' ? this.parseValues() : [this.parseExactValue()];
    return newRequirement(key, operator, values);
  }

  private parseOperator(): LabelOperator {
    const token = this.tokens[this.position++] ?? end;
    switch (token.type) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
        return token.type;
      case '>':
        return 'gt';
      case '<':
        return 'lt';
      default:
        throw new SelectorError(`found '${token.literal}', expected: ${binaryOperators}`);
    }
  }

  /** "(a,,b)": empty values count, "()" is one empty value. */
  private parseValues(): string[] {
    const open = this.takeValue();
    if (open.type !== '(') throw new SelectorError(`found '${open.literal}' expected: '('`);
    const first = this.peekValue();
    if (first.type === ')') {
      this.takeValue();
      return [''];
    }
    if (first.type !== 'identifier' && first.type !== ',') {
      throw new SelectorError(`found '${first.literal}', expected: ',', ')' or identifier`);
    }
    const values = new Set<string>();
    for (;;) {
      const token = this.takeValue();
      if (token.type === 'identifier') {
        values.add(token.literal);
        const after = this.peekValue();
        if (after.type === ')') break;
        if (after.type !== ',') throw new SelectorError(`found '${after.literal}', expected: ',' or ')'`);
      } else if (token.type === ',') {
        if (values.size === 0) values.add('');
        const after = this.peekValue();
        if (after.type === ')') {
          values.add('');
          break;
        }
        if (after.type === ',') values.add('');
      } else {
        throw new SelectorError(`found '${token.literal}', expected: ',', or identifier`);
      }
    }
    this.takeValue();
    return [...values].sort();
  }

  private parseExactValue(): string {
    const next = this.peekValue();
    if (next.type === 'end' || next.type === ',') return '';
    const token = this.takeValue();
    if (token.type !== 'identifier') throw new SelectorError(`found '${token.literal}', expected: identifier`);
    return token.literal;
  }

  /** Where a value may stand, the words 'in' and 'notin' are values. */
  private peekValue(): Token {
    const token = this.tokens[this.position] ?? end;
    return token.type === 'in' || token.type === 'notin' ? { type: 'identifier', literal: token.literal } : token;
  }

  private takeValue(): Token {
    const token = this.peekValue();
    this.position++;
    return token;
  }
}
