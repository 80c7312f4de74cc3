/**
 * The expressions of validation rules in a CRD's schema: whether they compile, whether oldSelf can be known where they are, and what they
 * may cost (apiextensions validation.go, cel_validation.go).
 */

import { child, type FieldError, forbidden, index, internalError, invalid } from '#api/field-error.ts';
import { printedStruct } from '#api/printed-struct.ts';
import type { ValidationRule } from '#api/structural/schema.ts';
import { maxCost } from '#cel/range.ts';
import {
  type CompiledRule,
  type CompileOptions,
  compileRules,
  maxCardinality,
  selfTypeName,
} from '#cel/rules/compile.ts';
import { declareSchema } from '#cel/schema-types.ts';
import type { CustomResourceDefinitionVersion } from '#kinds/generated/apiextensions-v1.ts';
import { type Schema, schemasOf, structuralOf, valuesOf } from './schema-tree.ts';

const expressionCostLimit = 10_000_000;
const definitionCostLimit = 100_000_000;
const noTypes =
  'internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';

/** What the definition had before. */
export interface KnownRules {
  readonly stored: CompileOptions;
  /** The whole schema is as it was, so what each rule costs was accepted already. */
  readonly isUnchanged: boolean;
}

/** What is found out on the way through one schema. */
export interface RuleChecks {
  readonly known: KnownRules;
  readonly errors: FieldError[];
  readonly costs: { readonly path: string; readonly cost: number }[];
}

/** What the schemas above say about the values of a schema. */
export interface RuleScope {
  readonly checks: RuleChecks;
  /** How many such values an object has at most; undefined when nothing bounds it. */
  readonly cardinality: number | undefined;
  /** The list above whose elements cannot be told apart, so that there is no oldSelf. */
  readonly uncorrelated: string | undefined;
}

export function storedRules(versions: readonly CustomResourceDefinitionVersion[]): CompileOptions {
  const texts = { rule: new Set<string>(), messageExpression: new Set<string>() };
  for (const { schema } of versions) {
    if (!schema?.openAPIV3Schema) continue;
    for (const each of schemasOf(schema.openAPIV3Schema)) {
      for (const { rule, messageExpression } of each['x-kubernetes-validations'] ?? []) {
        texts.rule.add(rule);
        if (messageExpression) texts.messageExpression.add(messageExpression);
      }
    }
  }
  return { isStored: (kind, text) => texts[kind].has(text) };
}

export function newRuleChecks(known: KnownRules): RuleChecks {
  return { known, errors: [], costs: [] };
}

export function rootScope(checks: RuleChecks): RuleScope {
  return { checks, cardinality: 1, uncorrelated: undefined };
}

/** Of the items of a list. */
export function itemsScope(scope: RuleScope, list: Schema, path: string): RuleScope {
  const isKeyed = list['x-kubernetes-list-type'] === 'map';
  return {
    checks: scope.checks,
    cardinality: list.type === 'array' ? product(scope.cardinality, list.maxItems) : scope.cardinality,
    uncorrelated: isKeyed ? scope.uncorrelated : (scope.uncorrelated ?? path),
  };
}

/** Of the values of a map. */
export function valuesScope(scope: RuleScope, map: Schema): RuleScope {
  const isMap = map.type === 'object' && valuesOf(map) !== undefined;
  return { ...scope, cardinality: isMap ? product(scope.cardinality, map.maxProperties) : scope.cardinality };
}

function product(cardinality: number | undefined, bound: number | undefined): number | undefined {
  if (cardinality === undefined || bound === undefined) return undefined;
  return Math.min(cardinality * Math.max(0, bound), maxCost);
}

/** Checks the rules of this schema; what is below it has been checked. */
export function checkRuleExpressions(schema: Schema, path: string, isRoot: boolean, scope: RuleScope): void {
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length === 0) return;
  const { checks, cardinality } = scope;
  const at = child(path, 'x-kubernetes-validations');
  const isResource = isRoot || (schema['x-kubernetes-embedded-resource'] ?? false);
  const declared = declareSchema(structuralOf(schema), selfTypeName, { isResource });
  if (!declared) {
    checks.errors.push(internalError(at, noTypes));
    return;
  }
  const times = cardinality ?? maxCardinality(declared);
  compileRules(rules, declared, checks.known.stored).forEach((compiled, position) => {
    const rule = rules[position];
    if (rule) checkRule(rule, compiled, index(at, position), times, scope);
  });
}

function checkRule(source: ValidationRule, compiled: CompiledRule, at: string, times: number, scope: RuleScope): void {
  const { checks } = scope;
  const { errors } = checks;
  const ruleAt = child(at, 'rule');
  const { rule, fault, message, messageFault, usesOldSelf } = compiled;
  observeCost(checks, ruleAt, 'rule', Math.min((rule?.maxCost ?? 0) * times, maxCost));
  if (fault !== undefined) errors.push(invalid(ruleAt, printedRule(source), fault));
  const messageAt = child(at, 'messageExpression');
  if (messageFault !== undefined) errors.push(invalid(messageAt, printedRule(source), messageFault));
  else if (message) observeCost(checks, messageAt, 'messageExpression', message.maxCost);
  if (usesOldSelf) {
    if (scope.uncorrelated === undefined) return;
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${scope.uncorrelated}`;
    errors.push(invalid(ruleAt, source.rule, detail));
  } else if (source.optionalOldSelf !== undefined) {
    const detail = 'may not be set if oldSelf is not used in rule';
    errors.push(invalid(child(at, 'optionalOldSelf'), source.optionalOldSelf, detail));
  }
}

function observeCost({ known, errors, costs }: RuleChecks, path: string, what: string, cost: number): void {
  if (!known.isUnchanged && cost > expressionCostLimit) {
    errors.push(forbidden(path, costMessage(`estimated ${what} cost`, cost, expressionCostLimit)));
  }
  costs.push({ path, cost });
}

/** What is wrong with all rules of the schema at `path` together. */
export function totalCostFindings({ costs }: RuleChecks, path: string): FieldError[] {
  const total = costs.reduce((sum, { cost }) => Math.min(sum + cost, maxCost), 0);
  if (total <= definitionCostLimit) return [];
  const detail = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
  const expensive = costs
    .filter(({ cost }) => cost >= definitionCostLimit / 100)
    .sort((left, right) => right.cost - left.cost)
    .slice(0, 4);
  const name = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
  return [
    ...expensive.map((each) => forbidden(each.path, detail)),
    forbidden(path, costMessage(name, total, definitionCostLimit)),
  ];
}

function costMessage(name: string, cost: number, limit: number): string {
  const factor = cost / limit;
  // A factor of 1.0x would say nothing; one of thousands neither.
  const printed = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${name} exceeds budget by factor of ${printed} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

function printedRule(rule: ValidationRule): unknown {
  return printedStruct(rule, {
    Rule: '',
    Message: '',
    MessageExpression: '',
    Reason: null,
    FieldPath: '',
    OptionalOldSelf: null,
  });
}
