/**
 * MutatingAdmissionPolicy: policies in CEL that change objects, one after another, each seeing what those before it made (policy/mutating/dispatcher.go).
 * Policies with reinvocationPolicy IfNeeded see later changes in a second round.
 */

import { DecodeError } from '#api/codec/decode-error.ts';
import { isStatusError, newInternalError, newPolicyFailure, newServiceUnavailable } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { PolicyError } from '#apiserver/admission-metrics.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { equalTrees } from '#base/equal.ts';
import { withAuthorizer } from '#cel/authorization.ts';
import { wrapDyn } from '#cel/json.ts';
import type { Value } from '#cel/values.ts';
import { Activation, BudgetExceeded } from '../expressions/activation.ts';
import { evaluateConditions, observedConditions } from '../expressions/match-conditions.ts';
import { authorityOf, namespaceValue, requestValues } from '../expressions/request-values.ts';
import { type Invocations, invocationsOf } from '../reinvocation.ts';
import { namespaceOf, type RuleMatch } from '../request-match.ts';
import { isExemptFromPolicies } from '../rules.ts';
import { apiVersionOf, nameInErrors, replaceContent, shown } from '../shown.ts';
import {
  applyConfiguration,
  applyPatch,
  type CompiledMutation,
  compileMutatingPolicy,
  evaluateMutation,
  type MutatingPolicy,
  MutationError,
} from './mutation.ts';
import type { PolicyPluginConfig } from './plugin-config.ts';
import { ConfigurationError, matchCriteria, paramsFor } from './selection.ts';
import { type Binding, type PolicyHook, policySource } from './source.ts';

type Hook = PolicyHook<MutatingPolicy>;

interface Invocation extends RuleMatch {
  readonly hook: Hook;
  readonly binding: Binding;
  readonly param: KubeObject | undefined;
}

interface Failure {
  readonly hook: Hook;
  readonly binding: Binding | undefined;
  readonly message: string;
  readonly reason: string;
}

export function mutatingPolicies(config: PolicyPluginConfig): AdmissionPlugin {
  const hooks = policySource({
    ...config,
    policies: 'admissionregistration.k8s.io/mutatingadmissionpolicies',
    bindings: 'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
    compile: compileMutatingPolicy,
  });
  const plugin: AdmissionPlugin = {
    name: 'MutatingAdmissionPolicy',
    handles: (operation) => operation !== 'DELETE',
    admit: (context) => {
      if (isExemptFromPolicies(context)) return undefined;
      const found = hooks();
      if (found instanceof Promise) return found.then((loaded) => run(config, loaded, context, plugin));
      return found.length === 0 ? undefined : run(config, found, context, plugin);
    },
  };
  return plugin;
}

async function run(
  config: PolicyPluginConfig,
  hooks: readonly Hook[],
  context: AdmissionContext,
  plugin: AdmissionPlugin,
): Promise<void> {
  const failures: Failure[] = [];
  const selected: Invocation[] = [];
  for (const hook of hooks) selected.push(...(await select(config, hook, context, failures)));
  if (selected.length > 0) {
    const invocations = invocationsOf(context, plugin);
    invocations.begin(context.object);
    const namespaceObject = await namespaceFor(config, context);
    let patched = false;
    for (const invocation of selected) {
      if (await invoke(config, invocation, context, namespaceObject, invocations, failures)) patched = true;
    }
    // Upstream counts every patch that went well as a change in the end, so that reinvocable policies see their own.
    if (patched) invocations.changed();
    invocations.end(context.object);
  }
  const counted = failures.filter(({ hook }) => hook.failurePolicy !== 'Ignore');
  if (counted.length === 0) return;
  const messages = counted.map(({ hook, binding, message }) =>
    binding
      ? `policy '${hook.name}' with binding '${binding.name}' denied request: ${message}`
      : `policy ${JSON.stringify(hook.name)} denied request: ${message}`,
  );
  throw newPolicyFailure(context.resource, nameInErrors(context), messages, counted[0]?.reason ?? '');
}

/** The policy's evaluations for this request, found before anything is changed. */
async function select(
  config: PolicyPluginConfig,
  hook: Hook,
  context: AdmissionContext,
  failures: Failure[],
): Promise<readonly Invocation[]> {
  const invocations: Invocation[] = [];
  const misconfigured = (error: unknown, binding: Binding | undefined): void => {
    if (!(error instanceof ConfigurationError) && !isStatusError(error)) throw error;
    const message = `failed to configure ${binding ? 'binding' : 'policy'}: ${error.message}`;
    failures.push({ hook, binding, message, reason: '' });
  };
  try {
    const matched = await matchCriteria(hook.criteria, context, config);
    if (!matched) return [];
    if (hook.configurationError !== undefined) throw new ConfigurationError(hook.configurationError);
    for (const binding of hook.bindings) {
      try {
        if (binding.criteria && !(await matchCriteria(binding.criteria, context, config))) continue;
        const params = await paramsFor(hook, binding, context.namespace);
        for (const param of params) invocations.push({ hook, binding, param, as: matched.as });
      } catch (error) {
        misconfigured(error, binding);
      }
    }
  } catch (error) {
    misconfigured(error, undefined);
  }
  return invocations;
}

async function namespaceFor(config: PolicyPluginConfig, { kind, namespace }: AdmissionContext): Promise<Value> {
  const isNamespace = kind.group === '' && kind.kind === 'Namespace';
  return namespace === '' || isNamespace ? null : namespaceValue(await namespaceOf(namespace, config.objects));
}

/** True when a mutation was carried out, whether it changed anything or not. */
async function invoke(
  config: PolicyPluginConfig,
  invocation: Invocation,
  context: AdmissionContext,
  namespaceObject: Value,
  invocations: Invocations,
  failures: Failure[],
): Promise<boolean> {
  const { hook, binding, param, as } = invocation;
  const { metrics } = config;
  const { clock } = config.env;
  const { conditions, compiler, mutations, failurePolicy, reinvocationPolicy } = hook.evaluator;
  const failed = (message: string) => failures.push({ hook, binding, message, reason: 'Invalid' });
  const params = wrapDyn(param ?? null);
  if (conditions.length > 0) {
    const values = { ...(await requestValues(context, as, config.resources)), params };
    const labels = { kind: 'policy', name: hook.name, operation: context.operation, type: 'admit' } as const;
    const observe = observedConditions(clock, metrics, labels);
    const outcome = await withAuthorizer(config.authorize, (ask) =>
      evaluateConditions(
        conditions,
        new Activation(values, authorityOf(context, ask), compiler),
        failurePolicy,
        observe,
      ),
    );
    if ('error' in outcome) failed(outcome.error);
    if (!('matches' in outcome && outcome.matches)) return false;
  }
  const key = JSON.stringify([hook.name, binding.name, param?.metadata?.namespace, param?.metadata?.name]);
  if (!invocations.isDue(key)) return false;
  let patched = false;
  for (const mutation of mutations) {
    if (!context.object) continue;
    const values = { ...(await requestValues(context, as, config.resources)), params, namespaceObject };
    const startedMs = clock.monotonic();
    const observed = (error: unknown): void =>
      metrics.mutated(hook.name, binding.name, errorTypeOf(error), (clock.monotonic() - startedMs) / 1000);
    try {
      const made = await withAuthorizer(config.authorize, (ask) =>
        evaluateMutation(mutation, new Activation(values, authorityOf(context, ask), compiler)),
      );
      if (await mutate(config, mutation, made, context, as)) invocations.changed();
      patched = true;
      observed(undefined);
    } catch (error) {
      observed(error);
      if (error instanceof MutationError || error instanceof BudgetExceeded) failed(error.message);
      else throw error;
    }
  }
  if (reinvocationPolicy === 'IfNeeded') invocations.reinvocable(key);
  return patched;
}

/** Upstream's metrics tell errors by how their text begins. */
function errorTypeOf(error: unknown): PolicyError {
  if (error === undefined) return 'no_error';
  if (error instanceof BudgetExceeded) return 'out_of_budget';
  return error instanceof Error && error.message.startsWith('compilation') ? 'compile_error' : 'invalid_error';
}

/** True when the object is another then. Rejects with MutationError or StatusError. */
async function mutate(
  { resources }: PolicyPluginConfig,
  mutation: CompiledMutation,
  made: Value,
  context: AdmissionContext,
  as: RuleMatch['as'],
): Promise<boolean> {
  const { object } = context;
  const before = await shown(object, context, as);
  if (!object || !before) return false;
  const request = as ?? context;
  const patched =
    mutation.type === 'JSONPatch'
      ? applyPatch(before, made)
      : applyConfiguration(before, made, knownSchema(resources, request));
  if (patched === before) return false;
  try {
    const read = resources.decode(request, patched, { strict: true });
    const next = as ? resources.decode(context, await as.to(read)) : read;
    next.apiVersion = apiVersionOf(context.kind);
    next.kind = context.kind.kind;
    const changed = !equalTrees({ ...object, apiVersion: next.apiVersion, kind: next.kind }, next);
    if (changed) replaceContent(object, next);
    return changed;
  } catch (error) {
    if (error instanceof DecodeError) throw newInternalError(error.message, error);
    throw error;
  }
}

function knownSchema(resources: PolicyPluginConfig['resources'], request: Pick<AdmissionContext, 'kind' | 'resource'>) {
  const found = resources.schemaOf(request);
  if (found) return found.schema;
  const { group, version, kind } = request.kind;
  throw newServiceUnavailable(
    `Resource kind ${group}/${version}, Kind=${kind} not found. There can be a delay between when CustomResourceDefinitions are created and when they are available.`,
  );
}
