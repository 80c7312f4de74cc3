/** One mutation of a policy: what its expression makes, and the object with it (policy/mutating/patch). */

import { atomicPlaces, configurationFaults } from '#api/apply/configuration-faults.ts';
import { merge } from '#api/apply/merge.ts';
import { rootPlace } from '#api/apply/place.ts';
import type { KubeObject } from '#api/object.ts';
import { applyJsonPatch, JsonPatchError, JsonPatchTestFailed, type Operation } from '#api/patch/json-patch.ts';
import type { StructSchema } from '#api/schema/schema.ts';
import { jsonOf } from '#cel/json.ts';
import { misplacedTypes } from '#cel/libraries/json-patch.ts';
import { CelList, CelMap, ObjectValue, type Value } from '#cel/values.ts';
import {
  applyConfigurationResult,
  type CompiledExpression,
  conditionResult,
  jsonPatchResult,
  PolicyCompiler,
} from '#kinds/admissionregistration/expressions/compile.ts';
import type { MutatingAdmissionPolicySpec } from '#kinds/generated/admissionregistration-v1.ts';
import { type Activation, Budget } from '../expressions/activation.ts';

/** What one mutation may cost (celconfig.RuntimeCELCostBudget). */
const costBudget = 10_000_000;

export interface MutatingPolicy {
  readonly failurePolicy: string | undefined;
  readonly reinvocationPolicy: string | undefined;
  readonly compiler: PolicyCompiler;
  readonly conditions: readonly CompiledExpression[];
  readonly mutations: readonly CompiledMutation[];
}

export interface CompiledMutation {
  readonly type: 'ApplyConfiguration' | 'JSONPatch';
  readonly compiled: CompiledExpression;
}

/** The mutation cannot be carried out: the failure policy decides. */
export class MutationError extends Error {
  override readonly name = 'MutationError';
}

export function compileMutatingPolicy(spec: MutatingAdmissionPolicySpec): MutatingPolicy {
  const { variables, matchConditions, mutations, failurePolicy, paramKind, reinvocationPolicy } = spec;
  const scope = { params: paramKind !== undefined, authorizer: true };
  const compiler = new PolicyCompiler();
  for (const { name, expression } of variables ?? []) compiler.addVariable(name, expression, scope);
  const patchScope = { ...scope, patchTypes: true };
  return {
    failurePolicy,
    reinvocationPolicy,
    compiler,
    conditions: (matchConditions ?? []).map(({ expression }) => compiler.compile(expression, conditionResult, scope)),
    mutations: (mutations ?? []).flatMap(({ patchType, applyConfiguration, jsonPatch }): CompiledMutation[] => {
      const isApply = patchType === 'ApplyConfiguration';
      const expression = (isApply ? applyConfiguration : jsonPatch)?.expression;
      if (expression === undefined) return [];
      const results = isApply ? applyConfigurationResult : jsonPatchResult;
      const type = isApply ? 'ApplyConfiguration' : 'JSONPatch';
      return [{ type, compiled: compiler.compile(expression, results, patchScope) }];
    }),
  };
}

/** The value that the mutation's expression makes. Throws MutationError, BudgetExceeded. */
export function evaluateMutation({ compiled }: CompiledMutation, activation: Activation): Value {
  if (!compiled.ok) throw new MutationError(compiled.message);
  const evaluation = activation.evaluate(compiled, new Budget(costBudget));
  if (!evaluation.ok) throw new MutationError(evaluation.message);
  return evaluation.value;
}

/** The object with the fields of an apply configuration, merged as server-side apply merges them. Throws MutationError. */
export function applyConfiguration(object: KubeObject, value: Value, schema: StructSchema | undefined): unknown {
  checkTypes(value);
  const { apiVersion, kind } = object;
  const stated = jsonOf(value);
  if (!(value instanceof CelMap) || typeof stated !== 'object' || stated === null) {
    throw new MutationError('unsupported return type from ApplyConfiguration expression');
  }
  const configuration = { ...stated, apiVersion, kind };
  const faults = configurationFaults(configuration, rootPlace(schema));
  if (faults.length > 0) {
    const found = faults.length === 1 ? faults.join('') : ['errors:', ...faults].join('\n  ');
    throw new MutationError(`error applying patch: failed to convert patch object to typed object: ${found}`);
  }
  const atomic = atomicPlaces(configuration, schema);
  if (atomic.length > 0) {
    throw new MutationError(
      `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}`,
    );
  }
  return merge(object, configuration, rootPlace(schema));
}

/** The object after a list of JSONPatch values; a test that fails leaves it as it is. Throws MutationError. */
export function applyPatch(object: KubeObject, value: Value): unknown {
  if (!(value instanceof CelList)) {
    throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array');
  }
  try {
    return applyJsonPatch(object, [...value].map(operationOf));
  } catch (error) {
    if (error instanceof JsonPatchTestFailed) return object;
    if (error instanceof JsonPatchError) throw new MutationError(`JSON Patch: ${error.message}`);
    throw error;
  }
}

function operationOf(item: Value): Operation {
  if (!(item instanceof CelMap)) {
    throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch');
  }
  const value = item.get('value');
  if (value instanceof ObjectValue) checkTypes(value);
  const from = textOf(item.get('from'));
  return {
    op: textOf(item.get('op')),
    path: textOf(item.get('path')),
    ...(from === '' ? {} : { from }),
    ...(value === undefined ? {} : { value: jsonOf(value) }),
  };
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

function checkTypes(value: Value): void {
  const path = value instanceof ObjectValue ? value.objectType.name : undefined;
  const [problem] = misplacedTypes(value, path);
  if (problem !== undefined) throw new MutationError(`type mismatch: ${problem}`);
}
