/**
 * Validation rules of schemas (x-kubernetes-validations) as programs, and what they may cost
 * (apiextensions-apiserver pkg/apiserver/schema/cel/compilation.go). Done when a definition is written and when it is served.
 */

import type { ValidationRule } from '#api/structural/schema.ts';
import { estimateCost, type SizeOf } from '../cost.ts';
import type { Environment } from '../environment.ts';
import { formatIssues } from '../issues.ts';
import { kubernetesEnvironment } from '../kubernetes.ts';
import { type Compiled, compile, createProgram, type Program } from '../program.ts';
import { type DeclaredType, maxRequestSize, sizesOf } from '../schema-types.ts';
import { boolType, type CelType, isSameType, optionalType, stringType } from '../types.ts';

/** What has been written so far is read with everything that this version knows, what is new with what the version before knew. */
const storedVersion = '1.36';
const newVersion = '1.35';

export interface CompileOptions {
  /** Whether the text was there before. */
  readonly isStored: (kind: 'rule' | 'messageExpression', text: string) => boolean;
}

export interface CompiledExpression {
  readonly program: Program;
  /** The most that one evaluation is estimated to cost. */
  readonly maxCost: number;
}

export interface CompiledRule {
  /** Absent for an empty rule, and for one with a fault. */
  readonly rule?: CompiledExpression;
  readonly fault?: string;
  readonly message?: CompiledExpression;
  readonly messageFault?: string;
  readonly usesOldSelf: boolean;
}

/** Name of the type of `self` in issues; upstream adds a number that differs each time. */
export const selfTypeName = 'selfType';

/** `declared` is the type of the values that the rules are about. The results are in the order of the rules. */
export function compileRules(
  rules: readonly ValidationRule[],
  declared: DeclaredType,
  options: CompileOptions,
): readonly CompiledRule[] {
  const environments = new Map<string, Environment>();
  const environmentFor = (version: string, optional: boolean): Environment => {
    const key = `${version} ${optional}`;
    const known = environments.get(key);
    if (known) return known;
    const oldSelf = optional ? optionalType(declared.type) : declared.type;
    const variables = [
      { name: 'self', type: declared.type },
      { name: 'oldSelf', type: oldSelf },
    ];
    const made = kubernetesEnvironment({ version, variables });
    environments.set(key, made);
    return made;
  };
  const sizesBelowSelf = sizesOf(new Map([['self', declared]]));
  // Upstream takes the beginning of any path for self: that of oldSelf, and that of names of types too.
  const sizes: SizeOf = (node) => node.path && sizesBelowSelf({ ...node, path: ['self', ...node.path.slice(1)] });
  const expression = (
    kind: 'rule' | 'messageExpression',
    text: string,
    optional: boolean,
    wanted: CelType,
  ): CompiledText => {
    const environment = environmentFor(options.isStored(kind, text) ? storedVersion : newVersion, optional);
    const compiled = compile(text, environment);
    const fault = faultOf(kind, text, compiled, wanted);
    if (!compiled.ok || fault !== undefined) return { fault: fault ?? '', usesOldSelf: false };
    const usesOldSelf = [...compiled.checked.references.values()].some(({ name }) => name === 'oldSelf');
    const program = createProgram(compiled.checked, environment);
    if (program.fault) {
      const before = kind === 'rule' ? 'program' : kind;
      return { fault: `${before} instantiation failed: ${program.fault.message}`, usesOldSelf };
    }
    return { program, maxCost: estimateCost(compiled.checked, environment, sizes).max, usesOldSelf };
  };
  return rules.map(({ rule, messageExpression = '', optionalOldSelf = false }): CompiledRule => {
    if (rule.trim() === '') return { usesOldSelf: false };
    const compiled = expression('rule', rule, optionalOldSelf, boolType);
    const { usesOldSelf } = compiled;
    if ('fault' in compiled) return { fault: compiled.fault, usesOldSelf };
    if (messageExpression === '') return { rule: compiled, usesOldSelf };
    const message = expression('messageExpression', messageExpression, optionalOldSelf, stringType);
    return {
      rule: compiled,
      usesOldSelf,
      ...('fault' in message ? { messageFault: message.fault } : { message }),
    };
  });
}

type CompiledText = { readonly usesOldSelf: boolean } & (CompiledExpression | { readonly fault: string });

function faultOf(
  kind: 'rule' | 'messageExpression',
  text: string,
  compiled: Compiled,
  wanted: CelType,
): string | undefined {
  const isRule = kind === 'rule';
  if (!compiled.ok)
    return `${isRule ? '' : 'messageExpression '}compilation failed: ${formatIssues(text, compiled.issues)}`;
  if (isSameType(compiled.outputType, wanted)) return undefined;
  return isRule ? 'cel expression must evaluate to a bool' : 'messageExpression must evaluate to a string';
}

/** How often values of a type can be in one object, where no schema above says it. */
export function maxCardinality({ minJsonSize }: DeclaredType): number {
  // Between them is a comma at least.
  return Math.floor(maxRequestSize / (minJsonSize + 1));
}
