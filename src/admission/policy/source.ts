/**
 * Policies with their bindings, compiled: made again only when a policy, a binding or the served kinds have changed, so that a request without
 * policies costs the comparison of versions (policy/generic/policy_source.go).
 */

import { type Selector, selectorFromLabelSelector } from '#api/label-selector.ts';
import type { KubeObject } from '#api/object.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type {
  MatchResources,
  MutatingAdmissionPolicySpec,
  ParamRef,
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicySpec,
} from '#kinds/generated/admissionregistration-v1.ts';
import type { ParamObjects, ServedResources } from '../served-resources.ts';

/** matchConstraints or matchResources with its selectors made ready. */
export interface Criteria {
  readonly match: MatchResources;
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
}

export interface Binding {
  readonly name: string;
  readonly paramRef: ParamRef | undefined;
  readonly paramSelector: Selector | undefined;
  readonly validationActions: readonly string[];
  /** Undefined: the binding matches what the policy matches. */
  readonly criteria: Criteria | undefined;
}

export interface PolicyHook<E> {
  readonly name: string;
  readonly failurePolicy: string | undefined;
  readonly paramKind: { readonly apiVersion: string; readonly kind: string } | undefined;
  /** Undefined: there is no paramKind, or it is not served; then `configurationError` says so. */
  readonly params: ParamObjects | undefined;
  readonly configurationError: string | undefined;
  readonly criteria: Criteria;
  /** By name; never empty. */
  readonly bindings: readonly Binding[];
  readonly evaluator: E;
}

/** Waits for the first load of the collections only. */
export type PolicySource<E> = () => readonly PolicyHook<E>[] | Promise<readonly PolicyHook<E>[]>;

/** What kinds of policies have in common. */
export type AnyPolicySpec = ValidatingAdmissionPolicySpec | MutatingAdmissionPolicySpec;

export interface PolicySourceConfig<S, E> {
  readonly objects: LiveObjects;
  readonly resources: ServedResources;
  readonly policies: CollectionName;
  readonly bindings: CollectionName;
  readonly compile: (spec: S) => E;
}

interface Compiled<E> {
  readonly resourceVersion: string | undefined;
  readonly evaluator: E;
}

export function policySource<S extends AnyPolicySpec, E>(config: PolicySourceConfig<S, E>): PolicySource<E> {
  const { objects, resources, policies, bindings } = config;
  let hooks: readonly PolicyHook<E>[] = [];
  let seenPolicies: number | undefined;
  let seenBindings: number | undefined;
  let seenKinds: number | undefined;
  let compiled = new Map<string, Compiled<E>>();
  const current = (): readonly PolicyHook<E>[] => {
    const policiesVersion = objects.version(policies);
    const bindingsVersion = objects.version(bindings);
    const unchanged = policiesVersion === seenPolicies && bindingsVersion === seenBindings;
    // Without policies it does not matter which kinds are served.
    if (unchanged && (hooks.length === 0 || resources.generation === seenKinds)) return hooks;
    const next = new Map<string, Compiled<E>>();
    hooks = hooksOf(config, (name, resourceVersion, spec) => {
      const known = compiled.get(name);
      const entry = known?.resourceVersion === resourceVersion ? known : undefined;
      const made = entry ?? { resourceVersion, evaluator: config.compile(spec) };
      next.set(name, made);
      return made.evaluator;
    });
    compiled = next;
    seenPolicies = policiesVersion;
    seenBindings = bindingsVersion;
    seenKinds = resources.generation;
    return hooks;
  };
  return () => {
    const loading = objects.load(policies, bindings);
    return loading ? loading.then(current) : current();
  };
}

/** Policies without a binding do nothing. */
function hooksOf<S extends AnyPolicySpec, E>(
  { objects, resources, policies, bindings }: PolicySourceConfig<S, E>,
  evaluatorOf: (name: string, resourceVersion: string | undefined, spec: S) => E,
): PolicyHook<E>[] {
  const byPolicy = new Map<string, Binding[]>();
  for (const object of objects.list(bindings)) {
    const { spec } = object as KubeObject & { readonly spec?: ValidatingAdmissionPolicyBindingSpec };
    const { policyName = '', paramRef, matchResources, validationActions = [] } = spec ?? {};
    const own = byPolicy.get(policyName);
    const binding: Binding = {
      name: object.metadata?.name ?? '',
      paramRef,
      paramSelector: paramRef?.selector && selectorFromLabelSelector(paramRef.selector),
      validationActions,
      criteria: matchResources && criteriaOf(matchResources),
    };
    if (own) own.push(binding);
    else byPolicy.set(policyName, [binding]);
  }
  const hooks: PolicyHook<E>[] = [];
  for (const object of objects.list(policies)) {
    const { metadata, spec } = object as KubeObject & { readonly spec?: S };
    const name = metadata?.name ?? '';
    const bound = byPolicy.get(name);
    if (!bound || !spec) continue;
    const { paramKind, failurePolicy, matchConstraints } = spec;
    const kind = paramKind && kindOf(paramKind.apiVersion ?? '', paramKind.kind ?? '');
    const params = kind && resources.paramsOf(kind);
    hooks.push({
      name,
      failurePolicy,
      paramKind: kind && { apiVersion: paramKind?.apiVersion ?? '', kind: kind.kind },
      params,
      configurationError:
        kind && !params
          ? `failed to find resource referenced by paramKind: '${kind.group}/${kind.version}, Kind=${kind.kind}'`
          : undefined,
      criteria: criteriaOf(matchConstraints ?? {}),
      bindings: bound,
      evaluator: evaluatorOf(name, metadata?.resourceVersion, spec),
    });
  }
  return hooks;
}

function kindOf(apiVersion: string, kind: string) {
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}

function criteriaOf(match: MatchResources): Criteria {
  return {
    match,
    namespaceSelector: selectorFromLabelSelector(match.namespaceSelector ?? {}),
    objectSelector: selectorFromLabelSelector(match.objectSelector ?? {}),
  };
}
