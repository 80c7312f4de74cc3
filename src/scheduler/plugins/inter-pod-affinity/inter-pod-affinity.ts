/**
 * InterPodAffinity: near which pods a pod must, must not, would like to, or would rather not be; and what the pods that are
 * there say about it.
 *
 * Filter asks three things of a node, each answered by counts of its domains: is there a pod that matches all my affinity
 * terms near (for each term, by its topology); is there none that matches an anti-affinity term of mine; is there none whose
 * anti-affinity term matches me. The counts are ClusterState's: nothing is walked per pod or per node.
 */

import type { Labels } from '#api/label-selector.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { type AffinityTerm, affinityTerms, termMatches } from '../../framework/affinity-term.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import { type Cycle, StateKey } from '../../framework/cycle.ts';
import { nothing } from '../../framework/label-matcher.ts';
import { maxNodeScore, type Plugin } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/pod-info.ts';
import { status } from '../../framework/status.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { PodCounter } from '../../state/pod-counters.ts';
import type { CarriedTerm } from '../../state/term-index.ts';

export interface InterPodAffinityArgs {
  /** Score of a required affinity term of a pod on the node that matches the incoming pod; 0 to 100, 1 when absent. */
  readonly hardPodAffinityWeight?: number;
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

const name = 'InterPodAffinity';
const skip = status('Skip', name);
const affinityMismatch = status('UnschedulableAndUnresolvable', name, "node(s) didn't match pod affinity rules");
const antiAffinityMismatch = status('Unschedulable', name, "node(s) didn't match pod anti-affinity rules");
const existingMismatch = status('Unschedulable', name, "node(s) didn't satisfy existing pods anti-affinity rules");

interface FilterState {
  /** Of pods that match all required affinity terms; one per term, by its topology. */
  readonly affinity: readonly PodCounter[];
  /** The pod matches its own affinity terms, so that it may be the first of its kind. */
  readonly matchesItself: boolean;
  readonly antiAffinity: readonly PodCounter[];
  readonly existing: readonly CarriedTerm[];
}

interface ScoreState {
  /** What a pod counted is worth. */
  readonly counters: readonly { readonly counter: PodCounter; readonly weight: number }[];
  readonly carried: readonly { readonly term: CarriedTerm; readonly weight: number }[];
}

export function interPodAffinity(state: ClusterState, args: InterPodAffinityArgs = {}): Plugin {
  const hardWeight = args.hardPodAffinityWeight ?? 1;
  const ignoreExisting = args.ignorePreferredTermsOfExistingPods ?? false;
  const filterKey = new StateKey<FilterState>();
  const scoreKey = new StateKey<ScoreState>();

  return {
    name,
    eventsToRegister: () => [
      {
        event: clusterEvent('Pod', Action.Add | Action.UpdatePodLabel | Action.Delete),
        hint: (pod, before, after) => helpsWhenPodChanges(pod, before as Pod | undefined, after as Pod | undefined),
      },
      {
        event: clusterEvent('Node', Action.Add | Action.UpdateNodeLabel),
        hint: (pod, before, after) => helpsWhenNodeChanges(pod, before as Node | undefined, after as Node),
      },
    ],

    preFilter(cycle) {
      const { pod } = cycle;
      if (pod.termsError !== undefined) {
        return status('UnschedulableAndUnresolvable', name, `parsing pod: ${pod.termsError}`);
      }
      const existing = state.terms.empty
        ? []
        : state.terms.matching(pod, namespaceLabels(state, pod), (type) => type === 'requiredAntiAffinity');
      const required = pod.terms?.requiredAffinity ?? [];
      const anti = pod.terms?.requiredAntiAffinity ?? [];
      if (existing.length === 0 && required.length === 0 && anti.length === 0) return skip;
      const resolved = required.map((term) => resolve(state, term));
      const resolvedAnti = anti.map((term) => resolve(state, term));
      cycle.write(filterKey, {
        affinity: resolved.map(({ topologyKey }) => counterOfAll(state, resolved, topologyKey)),
        matchesItself: resolved.length > 0 && resolved.every((term) => matchesPod(term, pod)),
        antiAffinity: resolvedAnti.map((term) => counterOfAll(state, [term], term.topologyKey)),
        existing,
      });
      return undefined;
    },

    filter(cycle, { row }) {
      const filter = cycle.read(filterKey);
      if (!filter) return undefined;
      if (!satisfiesAffinity(filter, row)) return affinityMismatch;
      for (const counter of filter.antiAffinity) if (counter.at(row) > 0) return antiAffinityMismatch;
      for (const term of filter.existing) if (term.at(row) > 0) return existingMismatch;
      return undefined;
    },

    preScore(cycle) {
      const score = scoreState(cycle, state, hardWeight, ignoreExisting);
      if (score.counters.length === 0 && score.carried.length === 0) return skip;
      cycle.write(scoreKey, score);
      return undefined;
    },

    score(cycle, { row }) {
      const score = cycle.read(scoreKey);
      if (!score) return 0;
      let sum = 0;
      for (const { counter, weight } of score.counters) sum += weight * counter.at(row);
      for (const { term, weight } of score.carried) sum += weight * term.at(row);
      return sum;
    },

    normalizeScores(cycle, scores) {
      if (!cycle.read(scoreKey)) return;
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < scores.length; i++) {
        const score = scores[i] as number;
        if (score < least) least = score;
        if (score > most) most = score;
      }
      const range = most - least;
      for (let i = 0; i < scores.length; i++) {
        scores[i] = range > 0 ? Math.trunc(maxNodeScore * (((scores[i] as number) - least) / range)) : 0;
      }
    },
  };
}

function satisfiesAffinity({ affinity, matchesItself }: FilterState, row: number): boolean {
  let podsExist = true;
  for (const counter of affinity) {
    if ((counter.topology.domainOf[row] ?? -1) < 0) return false;
    if (counter.at(row) <= 0) podsExist = false;
  }
  // The first pod of a group that wants to be near itself may go anywhere with the topology.
  return podsExist || (matchesItself && affinity.every(({ total }) => total === 0));
}

function scoreState(cycle: Cycle, state: ClusterState, hardWeight: number, ignoreExisting: boolean): ScoreState {
  const { pod } = cycle;
  const preferred = pod.terms?.preferredAffinity ?? [];
  const preferredAnti = pod.terms?.preferredAntiAffinity ?? [];
  const hasOwn = preferred.length > 0 || preferredAnti.length > 0;
  const counters: { counter: PodCounter; weight: number }[] = [];
  const carried: { term: CarriedTerm; weight: number }[] = [];
  const count = (term: AffinityTerm, weight: number) => {
    const resolved = resolve(state, term);
    const counter = counterOfAll(state, [resolved], resolved.topologyKey);
    if (counter.total > 0) counters.push({ counter, weight });
  };
  for (const term of preferred) count(term, term.weight);
  for (const term of preferredAnti) count(term, -term.weight);
  // Without preferences of its own, the profile may leave those of others out.
  if (!state.terms.empty && (hasOwn || !ignoreExisting)) {
    const matching = state.terms.matching(pod, namespaceLabels(state, pod), (type) =>
      type === 'requiredAffinity' ? hardWeight > 0 : type !== 'requiredAntiAffinity',
    );
    for (const term of matching) {
      if (term.type === 'requiredAffinity') carried.push({ term, weight: hardWeight });
      else carried.push({ term, weight: term.type === 'preferredAffinity' ? term.weight : -term.weight });
    }
  }
  return { counters, carried };
}

function namespaceLabels(state: ClusterState, pod: PodInfo): Labels | undefined {
  return state.namespaces.labelsOf(pod.namespace);
}

/** A term whose namespaces are all named, or which is about all namespaces. */
interface ResolvedTerm {
  readonly topologyKey: string;
  readonly namespaces: readonly string[] | undefined;
  readonly selector: AffinityTerm['selector'];
  /** Without topology. */
  readonly key: string;
}

function resolve(state: ClusterState, term: AffinityTerm): ResolvedTerm {
  const { topologyKey, selector, namespaceSelector } = term;
  if (namespaceSelector.empty) return { topologyKey, selector, namespaces: undefined, key: `*|${selector.key}` };
  let { namespaces } = term;
  if (namespaceSelector !== nothing) {
    const all = new Set(namespaces);
    for (const each of state.namespaces.names()) {
      if (namespaceSelector.matches(state.namespaces.labelsOf(each))) all.add(each);
    }
    namespaces = [...all].sort();
  }
  return { topologyKey, selector, namespaces, key: `${namespaces.join(',')}|${selector.key}` };
}

function matchesPod({ namespaces, selector }: ResolvedTerm, pod: PodInfo): boolean {
  return (!namespaces || namespaces.includes(pod.namespace)) && selector.matches(pod.labels);
}

/** Counts the pods that match all terms, by one topology. */
function counterOfAll(state: ClusterState, terms: readonly ResolvedTerm[], topologyKey: string): PodCounter {
  const [first] = terms;
  return state.counters.of({
    key: terms.map(({ key }) => key).join(' & '),
    topologyKey,
    namespaces: first?.namespaces,
    matches: (pod) => terms.every((term) => matchesPod(term, pod)),
  });
}

function helpsWhenPodChanges(pod: PodInfo, before: Pod | undefined, after: Pod | undefined): boolean {
  if (before && after && after.metadata?.uid === pod.uid) return true;
  const isUnscheduled = (other: Pod | undefined) =>
    other !== undefined && !other.spec?.nodeName && !other.status?.nominatedNodeName;
  if (isUnscheduled(after) || isUnscheduled(before)) return false;
  const terms = pod.terms?.requiredAffinity ?? [];
  const antiTerms = pod.terms?.requiredAntiAffinity ?? [];
  if (before && after) {
    if (!matchesAll(terms, before) && matchesAll(terms, after)) return true;
    return matchesAll(antiTerms, before) && !matchesAll(antiTerms, after);
  }
  if (after) return matchesAll(terms, after);
  if (!before) return true;
  if (matchesAll(antiTerms, before)) return true;
  const { affinity } = before.spec ?? {};
  const theirs = affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return matchesAll(affinityTerms(theirs, before.metadata?.namespace ?? ''), pod.pod);
}

/** Upstream matches without namespace labels here: a term that selects namespaces by label never says "helps". */
function matchesAll(terms: readonly AffinityTerm[], { metadata }: Pod): boolean {
  return (
    terms.length > 0 && terms.every((term) => termMatches(term, metadata?.namespace ?? '', metadata?.labels, undefined))
  );
}

function helpsWhenNodeChanges(pod: PodInfo, before: Node | undefined, after: Node): boolean {
  const old = before?.metadata?.labels ?? {};
  const now = after.metadata?.labels ?? {};
  for (const { topologyKey } of pod.terms?.requiredAffinity ?? []) {
    // New to the topology, or moved within it.
    if (now[topologyKey] !== undefined && now[topologyKey] !== old[topologyKey]) return true;
  }
  for (const { topologyKey } of pod.terms?.requiredAntiAffinity ?? []) {
    if (!before) return true;
    if (old[topologyKey] !== undefined && now[topologyKey] !== old[topologyKey]) return true;
  }
  return false;
}
