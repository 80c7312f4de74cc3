/**
 * Judging values by the rules of their schema (apiextensions-apiserver pkg/apiserver/schema/cel/validation.go). Made once per schema; parts
 * of the schema without rules are not walked.
 *
 * 1. Rules that look at oldSelf run only where there is an old value of the same thing, unless they take it as an optional.
 * 2. A finding on something that an update did not change is a warning.
 * 3. All rules of an object share a budget; when it is gone, that is the last finding.
 */

import {
  child,
  duplicate,
  entry,
  type FieldError,
  fieldErrorText,
  forbidden,
  index,
  invalid,
  invalidOmitted,
  required,
} from '#api/field-error.ts';
import { utf8Length } from '#api/label-rules.ts';
import {
  type Correlation,
  correlatedElement,
  correlatedMember,
  elementsByKey,
  isUnchanged,
} from '#api/structural/correlation.ts';
import { isTree, type JsonSchema, type ValidationRule } from '#api/structural/schema.ts';
import { perCallCostLimit } from '../kubernetes.ts';
import type { Bindings, Outcome } from '../program.ts';
import { type DeclaredType, declareSchema } from '../schema-types.ts';
import { CelError, OptionalValue, type Value } from '../values.ts';
import { type CompiledRule, compileRules, selfTypeName } from './compile.ts';
import { findField } from './field-path.ts';

export interface ValidateOptions {
  /** Where in the object the value is. */
  readonly path?: string;
  /** The value before; absent on a create. */
  readonly old?: unknown;
  /** Findings on what did not change go there; without it, everything is judged. */
  readonly warn?: (text: string) => void;
  /** What all rules together may cost. */
  readonly budget?: number;
}

export interface RuleFindings {
  readonly errors: readonly FieldError[];
  /** Negative: it was exceeded. */
  readonly budget: number;
}

/** celconfig.RuntimeCELCostBudget */
const objectCostLimit = 10_000_000;
/** celconfig.MaxEvaluatedMessageExpressionSizeBytes */
const maxMessageSize = 5 * 1024;
const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

export class RuleValidator {
  readonly #root: Node;

  private constructor(root: Node) {
    this.#root = root;
  }

  /** Undefined when the schema has no rules, so that nothing has to be run. */
  static of(schema: JsonSchema, { isResource }: { readonly isResource: boolean }): RuleValidator | undefined {
    const root = nodeOf(schema, isResource);
    return root && new RuleValidator(root);
  }

  validate(value: unknown, { path = '', old, warn, budget = objectCostLimit }: ValidateOptions = {}): RuleFindings {
    const run = new Run(budget, warn);
    const current = warn && old !== undefined ? { value, old, schema: this.#root.schema } : undefined;
    run.judge(this.#root, value, old, path, { current, parent: undefined });
    return { errors: run.errors, budget: run.budget };
  }
}

/** A schema with rules on it or below it. */
interface Node {
  readonly schema: JsonSchema;
  readonly type: string;
  readonly rules: readonly ReadyRule[];
  readonly wrap: (json: unknown) => Value;
  /** Why none of its rules can be run. */
  readonly fault: string | undefined;
  readonly items: Node | undefined;
  readonly properties: ReadonlyMap<string, Node>;
  readonly values: Node | undefined;
}

interface ReadyRule extends CompiledRule {
  readonly source: ValidationRule;
  readonly optionalOldSelf: boolean;
  /** Normalized. */
  readonly fieldPath: string;
}

const storedRules = { isStored: () => true };

function nodeOf(schema: JsonSchema, isResource: boolean): Node | undefined {
  const below = (each: JsonSchema | undefined): Node | undefined =>
    each && nodeOf(each, each['x-kubernetes-embedded-resource'] ?? false);
  const { additionalProperties } = schema;
  const items = below(schema.items);
  const values = typeof additionalProperties === 'object' ? below(additionalProperties) : undefined;
  const properties = new Map<string, Node>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const node = below(property);
    // What expressions cannot see is not judged, and nothing in it.
    const isSeen = node && (node.rules.length > 0 || declareSchema(property, selfTypeName) !== undefined);
    if (node && isSeen) properties.set(name, node);
  }
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0 && !items && !values && properties.size === 0) return undefined;
  const declared = rules.length > 0 ? declareSchema(schema, selfTypeName, { isResource }) : undefined;
  return {
    schema,
    type: schema.type ?? '',
    rules: declared ? readyRules(rules, schema, declared) : [],
    wrap: declared?.wrap ?? noValue,
    fault: rules.length > 0 && !declared ? 'failed to convert to declType for CEL validation rules' : undefined,
    items,
    properties,
    values,
  };
}

function noValue(): null {
  return null;
}

function readyRules(
  rules: readonly ValidationRule[],
  schema: JsonSchema,
  declared: DeclaredType,
): readonly ReadyRule[] {
  const compiled = compileRules(rules, declared, storedRules);
  return rules.map((source, position) => {
    const found = source.fieldPath ? findField(source.fieldPath, schema, true) : '';
    return {
      usesOldSelf: false,
      ...compiled[position],
      source,
      optionalOldSelf: source.optionalOldSelf ?? false,
      fieldPath: typeof found === 'string' ? '' : found.path,
    };
  });
}

/** What a value was before, for judging whether it changed: of itself, else of the nearest thing above it that can be told. */
interface Ratchet {
  readonly current: Correlation | undefined;
  readonly parent: Correlation | undefined;
}

const nothingBefore: Ratchet = { current: undefined, parent: undefined };

/** The judging of one object. */
class Run {
  readonly errors: FieldError[] = [];
  budget: number;
  readonly #warn: ((text: string) => void) | undefined;

  constructor(budget: number, warn: ((text: string) => void) | undefined) {
    this.budget = budget;
    this.#warn = warn;
  }

  /** `old` is undefined where nothing is correlated. The budget is negative when no further rule may run. */
  judge(node: Node, value: unknown, old: unknown, path: string, ratchet: Ratchet): void {
    if (value === undefined || value === null) return;
    if (node.rules.length > 0 || node.fault !== undefined) this.#runRules(node, value, old, path, ratchet);
    if (this.budget < 0) return;
    if (Array.isArray(value)) this.#judgeList(node, value, old, path, ratchet);
    else if (isTree(value)) this.#judgeMembers(node, value, old, path, ratchet);
  }

  #judgeList(node: Node, value: readonly unknown[], old: unknown, path: string, ratchet: Ratchet): void {
    const { items } = node;
    if (!items) return;
    const oldOf = elementsByKey(node.schema, old);
    const { current } = ratchet;
    const before = current ? elementsByKey(node.schema, current.old) : undefined;
    for (const [position, element] of value.entries()) {
      const below =
        current && before
          ? { current: correlatedElement(current, element, before(element)), parent: current }
          : ratchet;
      this.judge(items, element, oldOf(element), index(path, position), below);
      if (this.budget < 0) return;
    }
  }

  #judgeMembers(
    { properties, values }: Node,
    value: Readonly<Record<string, unknown>>,
    old: unknown,
    path: string,
    ratchet: Ratchet,
  ): void {
    if (properties.size === 0 && !values) return;
    for (const [key, member] of Object.entries(value)) {
      const own = properties.get(key);
      const node = own ?? values;
      if (!node) continue;
      const before = isTree(old) && Object.hasOwn(old, key) ? old[key] : undefined;
      this.judge(node, member, before, own ? child(path, key) : entry(path, key), ratchetOf(ratchet, key));
      if (this.budget < 0) return;
    }
  }

  #runRules(node: Node, value: unknown, old: unknown, path: string, ratchet: Ratchet): void {
    const { type } = node;
    if (node.fault !== undefined) {
      this.errors.push(invalid(path, type, `rule compiler initialization error: ${node.fault}`));
      return;
    }
    if (this.budget <= 0) {
      this.#stop(invalid(path, type, outOfBudget));
      return;
    }
    const hasOld = old !== undefined && old !== null;
    const bindings = new SelfBindings(node.wrap, value, hasOld ? old : undefined, false);
    for (const rule of node.rules) {
      if (rule.fault !== undefined) {
        this.errors.push(invalid(path, type, `rule compile error: ${rule.fault}`));
        continue;
      }
      if (!rule.rule || (rule.usesOldSelf && !hasOld && !rule.optionalOldSelf)) continue;
      const own = rule.optionalOldSelf ? bindings.withOptionalOld() : bindings;
      const outcome = rule.rule.program.evaluate(own, { costLimit: perCallCostLimit });
      if (outcome.cost > this.budget) {
        this.#stop(invalid(path, type, outOfBudget));
        return;
      }
      this.budget -= outcome.cost;
      if (outcome.result === true) continue;
      if (outcome.result instanceof CelError) this.#fail(outcome, rule, path, type);
      else this.#refuse(rule, node, value, path, own, ratchet);
      if (this.budget < 0) return;
    }
  }

  #stop(error: FieldError): void {
    this.errors.push(error);
    this.budget = -1;
  }

  #fail({ result, stopped }: Outcome, { source }: ReadyRule, path: string, type: string): void {
    const message = result instanceof CelError ? result.message : '';
    const text = ruleText(source);
    if (stopped) {
      const detail = `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${text}`;
      this.#stop(invalid(path, type, detail));
    } else if (message.startsWith('no such overload')) {
      const detail = `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${text}`;
      this.errors.push(invalid(path, type, detail));
    } else this.errors.push(invalid(path, type, `${message} evaluating rule: ${text}`));
  }

  #refuse(rule: ReadyRule, node: Node, value: unknown, path: string, bindings: Bindings, ratchet: Ratchet): void {
    const { source, fieldPath } = rule;
    const at = fieldPath === '' ? path : child(path, fieldPath);
    const add = (error: FieldError): void => {
      if (!rule.usesOldSelf && this.#warn && isRatcheted(ratchet)) this.#warn(fieldErrorText(error));
      else this.errors.push(error);
    };
    let detail = source.message ? source.message.trim() : `failed rule: ${source.rule.trim()}`;
    if (rule.message) {
      const outcome = rule.message.program.evaluate(bindings, { costLimit: perCallCostLimit });
      if (outcome.cost > this.budget || outcome.stopped) {
        add(invalid(at, node.type, stoppedMessage(outcome.cost > this.budget, source)));
        this.budget = -1;
        return;
      }
      this.budget -= outcome.cost;
      detail = usableMessage(outcome) ?? detail;
    }
    add(findingFor(source.reason, at, node.type, value, detail));
  }
}

function stoppedMessage(isBudget: boolean, { messageExpression = '' }: ValidationRule): string {
  return isBudget
    ? 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
    : `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(messageExpression)}`;
}

/** The text of a message expression, or undefined when it is none that can be shown in one line. */
function usableMessage({ result }: Outcome): string | undefined {
  if (typeof result !== 'string') return undefined;
  const text = result.trim();
  return text === '' || text.includes('\n') || utf8Length(text) > maxMessageSize ? undefined : text;
}

function ruleText({ message, rule }: ValidationRule): string {
  return (message ? message : rule).trim();
}

function findingFor(reason: string | undefined, at: string, type: string, value: unknown, detail: string): FieldError {
  const isOmitted = type === 'object' || type === 'array';
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(at, detail);
    case 'FieldValueRequired':
      return required(at, detail);
    case 'FieldValueDuplicate':
      return isOmitted ? { type: 'FieldValueDuplicate', field: at, message: 'Duplicate value' } : duplicate(at, value);
    default:
      return isOmitted ? invalidOmitted(at, detail) : invalid(at, value, detail);
  }
}

function ratchetOf(ratchet: Ratchet, key: string): Ratchet {
  const { current, parent } = ratchet;
  if (!current) return ratchet;
  // What they were is not seen: both objects were converted to the same type.
  if (!parent && (key === 'apiVersion' || key === 'kind')) return nothingBefore;
  return { current: correlatedMember(current, key), parent: current };
}

function isRatcheted({ current, parent }: Ratchet): boolean {
  const nearest = current ?? parent;
  return nearest !== undefined && isUnchanged(nearest);
}

/** self and oldSelf, made when a rule asks for them. */
class SelfBindings implements Bindings {
  readonly #wrap: (json: unknown) => Value;
  readonly #value: unknown;
  readonly #old: unknown;
  readonly #isOptional: boolean;
  #self: Value | undefined;
  #oldSelf: Value | undefined;
  #optional: SelfBindings | undefined;

  /** `old` is undefined when there is none. */
  constructor(wrap: (json: unknown) => Value, value: unknown, old: unknown, isOptional: boolean) {
    this.#wrap = wrap;
    this.#value = value;
    this.#old = old;
    this.#isOptional = isOptional;
  }

  withOptionalOld(): Bindings {
    this.#optional ??= new SelfBindings(this.#wrap, this.#value, this.#old, true);
    return this.#optional;
  }

  get(name: string): Value | undefined {
    if (name === 'self') {
      this.#self ??= this.#wrap(this.#value);
      return this.#self;
    }
    if (name !== 'oldSelf') return undefined;
    if (this.#oldSelf === undefined) {
      const old = this.#old === undefined ? undefined : this.#wrap(this.#old);
      this.#oldSelf = this.#isOptional ? new OptionalValue(old) : old;
    }
    return this.#oldSelf;
  }
}
