/**
 * Pod affinity terms, compiled: which pods a term is about, and the node label that says what "near" is (kube-scheduler
 * framework AffinityTerm).
 */

import type { Labels } from '#api/label-selector.ts';
import type { PodAffinityTerm, WeightedPodAffinityTerm } from '#kinds/generated/core-v1.ts';
import { type LabelMatcher, labelMatcher } from './label-matcher.ts';

export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: LabelMatcher;
  /** Sorted. The pod's own namespace when the term names none and selects none. */
  readonly namespaces: readonly string[];
  /** Absent selects none; `{}` (empty) selects all namespaces. */
  readonly namespaceSelector: LabelMatcher;
  /** Equal for terms about the same pods at the same topology. */
  readonly key: string;
}

export interface WeightedAffinityTerm extends AffinityTerm {
  readonly weight: number;
}

export function affinityTerm(term: PodAffinityTerm, podNamespace: string): AffinityTerm {
  const selector = labelMatcher(term.labelSelector);
  const namespaceSelector = labelMatcher(term.namespaceSelector);
  const named = term.namespaces ?? [];
  const namespaces = named.length === 0 && !term.namespaceSelector ? [podNamespace] : [...named].sort();
  const { topologyKey } = term;
  const key = `${topologyKey}|${namespaces.join(',')}|${namespaceSelector.key}|${namespaceSelector.empty}|${selector.key}`;
  let known = shared.get(key);
  if (!known) {
    known = { topologyKey, selector, namespaces, namespaceSelector, key };
    if (shared.size >= sharedBound) shared.clear();
    shared.set(key, known);
  }
  return known;
}

/** Equal terms are one object: a controller's thousand pods carry the same few. */
const shared = new Map<string, AffinityTerm>();
const sharedBound = 4096;

export function affinityTerms(terms: readonly PodAffinityTerm[] | undefined, podNamespace: string): AffinityTerm[] {
  return (terms ?? []).map((term) => affinityTerm(term, podNamespace));
}

export function weightedAffinityTerms(
  terms: readonly WeightedPodAffinityTerm[] | undefined,
  podNamespace: string,
): WeightedAffinityTerm[] {
  return (terms ?? []).map(({ weight, podAffinityTerm }) => ({
    ...affinityTerm(podAffinityTerm, podNamespace),
    weight,
  }));
}

/** `namespaceLabels` are those of the pod's namespace, for terms that select namespaces by label. */
export function termMatches(
  term: AffinityTerm,
  namespace: string,
  labels: Labels | undefined,
  namespaceLabels: Labels | undefined,
): boolean {
  return (
    (term.namespaces.includes(namespace) || term.namespaceSelector.matches(namespaceLabels)) &&
    term.selector.matches(labels)
  );
}
