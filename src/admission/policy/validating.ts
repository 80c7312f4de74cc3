/** ValidatingAdmissionPolicy: policies in CEL that refuse, warn or audit (policy/validating/dispatcher.go). */

import { isStatusError, newDeniedByPolicy } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { AdmissionMetrics, EnforcementAction, PolicyError } from '#apiserver/admission-metrics.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import { withAuthorizer } from '#cel/authorization.ts';
import { wrapDyn } from '#cel/json.ts';
import type { ActivationValues } from '../expressions/activation.ts';
import { observedConditions } from '../expressions/match-conditions.ts';
import { authorityOf, namespaceValue, requestValues } from '../expressions/request-values.ts';
import { namespaceOf, type RuleMatch } from '../request-match.ts';
import { isExemptFromPolicies } from '../rules.ts';
import { nameInErrors } from '../shown.ts';
import type { PolicyPluginConfig } from './plugin-config.ts';
import { ConfigurationError, matchCriteria, paramsFor } from './selection.ts';
import { type Binding, type PolicyHook, policySource } from './source.ts';
import {
  compileValidatingPolicy,
  type Denial,
  type ValidateResult,
  type ValidatingPolicy,
  validateRequest,
} from './validator.ts';

const failureAnnotation = 'validation.policy.admission.k8s.io/validation_failure';
const maxAnnotationLength = 10 * 1024;

type Hook = PolicyHook<ValidatingPolicy>;

interface Refusal extends Denial {
  readonly hook: Hook;
  readonly binding: Binding | undefined;
}

export function validatingPolicies(config: PolicyPluginConfig): AdmissionPlugin {
  const hooks = policySource({
    ...config,
    policies: 'admissionregistration.k8s.io/validatingadmissionpolicies',
    bindings: 'admissionregistration.k8s.io/validatingadmissionpolicybindings',
    compile: compileValidatingPolicy,
  });
  return {
    name: 'ValidatingAdmissionPolicy',
    validate: (context) => {
      if (isExemptFromPolicies(context)) return undefined;
      const found = hooks();
      if (found instanceof Promise) return found.then((loaded) => run(config, loaded, context));
      return found.length === 0 ? undefined : run(config, found, context);
    },
  };
}

/** All policies are evaluated; the first refusal is the answer. */
async function run(config: PolicyPluginConfig, hooks: readonly Hook[], context: AdmissionContext): Promise<void> {
  const refusals: Refusal[] = [];
  for (const hook of hooks) {
    const misconfigured = (error: unknown, binding: Binding | undefined): void => {
      if (!(error instanceof ConfigurationError) && !isStatusError(error)) throw error;
      if (hook.failurePolicy === 'Ignore') return;
      const message = `failed to configure ${binding ? 'binding' : 'policy'}: ${error.message}`;
      refusals.push({ hook, binding, message, reason: '' });
    };
    try {
      const matched = await matchCriteria(hook.criteria, context, config);
      if (!matched) continue;
      if (hook.configurationError !== undefined) throw new ConfigurationError(hook.configurationError);
      refusals.push(...(await evaluate(config, hook, matched, context, misconfigured)));
    } catch (error) {
      misconfigured(error, undefined);
    }
  }
  const [first] = refusals;
  if (!first) return;
  const { hook, binding, message, reason } = first;
  const by = binding ? `'${hook.name}' with binding '${binding.name}'` : `'${hook.name}'`;
  throw newDeniedByPolicy(
    context.resource,
    nameInErrors(context),
    `ValidatingAdmissionPolicy ${by} denied request: ${message}`,
    reason || 'Invalid',
  );
}

/** The refusals of one policy, by its bindings and their parameters. */
async function evaluate(
  config: PolicyPluginConfig,
  hook: Hook,
  { as }: RuleMatch,
  context: AdmissionContext,
  misconfigured: (error: unknown, binding: Binding) => void,
): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  const annotations = new Map<string, Set<string>>();
  let shown: Shown | undefined;
  for (const binding of hook.bindings) {
    let params: readonly (KubeObject | undefined)[];
    try {
      if (binding.criteria && !(await matchCriteria(binding.criteria, context, config))) continue;
      params = await paramsFor(hook, binding, context.namespace);
      if (params.length > 0) shown ??= await shownTo(config, context, as);
    } catch (error) {
      misconfigured(error, binding);
      continue;
    }
    if (!shown) continue;
    const { values, namespaceObject } = shown;
    const { clock } = config.env;
    const labels = { kind: 'policy', name: hook.name, operation: context.operation, type: 'validate' } as const;
    for (const param of params) {
      const withParams = { ...values, params: wrapDyn(param ?? null) };
      const watch = {
        now: () => clock.monotonic(),
        conditions: observedConditions(clock, config.metrics, labels),
      };
      const result = await withAuthorizer(config.authorize, (ask) =>
        validateRequest(hook.evaluator, withParams, namespaceObject, authorityOf(context, ask), watch),
      );
      refusals.push(...settle(hook, binding, result, context, annotations, config.metrics));
    }
  }
  for (const [key, found] of annotations) context.annotate(`${hook.name}/${key}`, [...found].join(', '));
  return refusals;
}

interface Shown {
  readonly values: ActivationValues;
  readonly namespaceObject: ActivationValues['namespaceObject'];
}

async function shownTo(config: PolicyPluginConfig, context: AdmissionContext, as: RuleMatch['as']): Promise<Shown> {
  const { kind, namespace } = context;
  const isNamespace = kind.group === '' && kind.kind === 'Namespace';
  const values = await requestValues(context, as, config.resources);
  const hasNamespace = namespace !== '' && !isNamespace;
  return {
    values,
    namespaceObject: hasNamespace ? namespaceValue(await namespaceOf(namespace, config.objects)) : null,
  };
}

/** Warns, audits and collects annotations; returns what refuses the request. */
function settle(
  hook: Hook,
  binding: Binding,
  { decisions, auditAnnotations }: ValidateResult,
  context: AdmissionContext,
  annotations: Map<string, Set<string>>,
  metrics: AdmissionMetrics,
): readonly Refusal[] {
  const refusals: Refusal[] = [];
  decisions.forEach(({ denial, failed, elapsedMs }, expressionIndex) => {
    const counted = (action: EnforcementAction, error: PolicyError): void =>
      metrics.validated(hook.name, binding.name, action, error, elapsedMs / 1000);
    // Upstream counts what is let through only where a failure was ignored.
    if (!denial) {
      if (failed) counted('allow', 'invalid_error');
      return;
    }
    const { message } = denial;
    const error = errorTypeOf(message);
    for (const action of binding.validationActions) {
      const enforced = enforcements[action];
      if (enforced) counted(enforced, error);
      if (action === 'Deny') refusals.push({ ...denial, hook, binding });
      else if (action === 'Warn') {
        context.warn(
          `Validation failed for ValidatingAdmissionPolicy '${hook.name}' with binding '${binding.name}': ${message}`,
        );
      } else if (action === 'Audit') {
        const { validationActions } = binding;
        const failure = { message, policy: hook.name, binding: binding.name, expressionIndex, validationActions };
        context.annotate(failureAnnotation, JSON.stringify([failure]));
      }
    }
  });
  for (const annotation of auditAnnotations) {
    if ('error' in annotation) {
      refusals.push({ hook, binding, message: annotation.error, reason: '' });
      metrics.validated(hook.name, binding.name, 'deny', errorTypeOf(annotation.error), 0);
      continue;
    }
    const { key, value } = annotation;
    const known = annotations.get(key);
    const cut = value.slice(0, maxAnnotationLength);
    if (known) known.add(cut);
    else annotations.set(key, new Set([cut]));
  }
  return refusals;
}

const enforcements: Readonly<Record<string, EnforcementAction>> = { Deny: 'deny', Warn: 'warn', Audit: 'audit' };

/** Upstream's metrics tell errors by how their text begins; a validation that does not hold counts as invalid. */
function errorTypeOf(message: string): PolicyError {
  if (message.startsWith('compilation')) return 'compile_error';
  return message.startsWith('validation failed due to running out of cost budget') ? 'out_of_budget' : 'invalid_error';
}
