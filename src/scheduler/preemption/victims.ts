/**
 * Victims: which pods would have to go so that a pod fits on a node, and which node costs least (plugins/defaultpreemption,
 * framework/preemption). Pure questions to ClusterState, asked in trials that leave no trace.
 */

import type { PodDisruptionBudget } from '#kinds/generated/policy-v1.ts';
import type { Cycle } from '../framework/cycle.ts';
import type { Handle } from '../framework/handle.ts';
import { labelMatcher } from '../framework/label-matcher.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import { type Status, status } from '../framework/status.ts';
import type { NodeInfo } from '../state/node-info.ts';

export interface Candidate {
  readonly node: NodeInfo;
  /** The most important first; at least one. */
  readonly victims: readonly PodInfo[];
  readonly budgetViolations: number;
}

type TrialHandle = Pick<Handle, 'state' | 'filterWithNominatedPods' | 'tellPodAdded' | 'tellPodRemoved'>;

/**
 * The fewest and least important pods to remove from the node. All less important ones go first; then as many as possible
 * come back, those whose budget would be violated before the others, each time the more important first.
 */
export function selectVictims(
  handle: TrialHandle,
  cycle: Cycle,
  node: NodeInfo,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Status {
  const preemptor = cycle.pod;
  const potential = node.pods.filter(({ priority }) => priority < preemptor.priority);
  if (potential.length === 0) return noVictims;
  return handle.state.whatIf(node, (trial) => {
    const removed = new Set<PodInfo>();
    const remove = (pod: PodInfo) => {
      trial.remove(pod);
      handle.tellPodRemoved(cycle, pod, node);
      removed.add(pod);
    };
    const add = (pod: PodInfo) => {
      trial.add(pod);
      handle.tellPodAdded(cycle, pod, node);
      removed.delete(pod);
    };
    try {
      for (const pod of potential) remove(pod);
      const rejection = handle.filterWithNominatedPods(cycle, node);
      if (rejection) return rejection;
      const { violating, others } = splitByBudgets(potential.toSorted(byImportance), budgets);
      const comesBack = (pod: PodInfo): boolean => {
        add(pod);
        if (!handle.filterWithNominatedPods(cycle, node)) return true;
        remove(pod);
        return false;
      };
      const violated = violating.filter((pod) => !comesBack(pod));
      const victims = [...violated, ...others.filter((pod) => !comesBack(pod))].sort(byImportance);
      if (victims.length === 0) {
        return status('Error', '', `expected at least one victim pod on node "${node.name}"`);
      }
      return { node, victims, budgetViolations: violated.length };
    } finally {
      // The trial puts the pods back; plugins that keep books themselves must hear of it too.
      for (const pod of removed) handle.tellPodAdded(cycle, pod, node);
    }
  });
}

const noVictims = status('UnschedulableAndUnresolvable', '', 'No preemption victims found for incoming pod');

export function isCandidate(answer: Candidate | Status): answer is Candidate {
  return 'victims' in answer;
}

/** The candidate that costs least: by budgets violated, then the highest victim, all victims' priorities, their number, age. */
export function cheapest(candidates: readonly Candidate[], nowMs: number): Candidate | undefined {
  let left = candidates;
  const costs: readonly ((candidate: Candidate) => number)[] = [
    ({ budgetViolations }) => budgetViolations,
    ({ victims }) => victims[0]?.priority ?? 0,
    // Shifted so that each victim adds something, whatever its priority.
    ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
    ({ victims }) => victims.length,
    // The longer the most important victims have run, the more is lost.
    ({ victims }) => -earliestStartOfHighest(victims, nowMs),
  ];
  for (const cost of costs) {
    if (left.length < 2) break;
    const least = Math.min(...left.map(cost));
    left = left.filter((candidate) => cost(candidate) === least);
  }
  return left[0];
}

/** Higher priority first, then those that have run longer. */
function byImportance(a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || startMs(a, 0) - startMs(b, 0);
}

function earliestStartOfHighest(victims: readonly PodInfo[], nowMs: number): number {
  const highest = Math.max(...victims.map(({ priority }) => priority));
  const starts = victims.filter(({ priority }) => priority === highest).map((pod) => startMs(pod, nowMs));
  return Math.min(...starts);
}

/** A pod that has not started yet counts as starting now. */
function startMs({ pod }: PodInfo, nowMs: number): number {
  const { startTime } = pod.status ?? {};
  return startTime ? Date.parse(startTime) : nowMs || Number.MAX_SAFE_INTEGER;
}

interface BudgetSplit {
  readonly violating: readonly PodInfo[];
  readonly others: readonly PodInfo[];
}

/** In the order given: those whose removal goes beyond what some budget allows, after the ones before them. */
export function splitByBudgets(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): BudgetSplit {
  const left = budgets.map((budget) => ({
    budget,
    selector: labelMatcher(budget.spec?.selector),
    allowed: budget.status?.disruptionsAllowed ?? 0,
  }));
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const pod of pods) {
    let isViolating = false;
    if (pod.labels && Object.keys(pod.labels).length > 0) {
      for (const entry of left) {
        const { budget, selector } = entry;
        if (budget.metadata?.namespace !== pod.namespace || selector.empty || !selector.matches(pod.labels)) continue;
        // Its eviction was granted already.
        if (budget.status?.disruptedPods && Object.hasOwn(budget.status.disruptedPods, pod.name)) continue;
        if (--entry.allowed < 0) isViolating = true;
      }
    }
    (isViolating ? violating : others).push(pod);
  }
  return { violating, others };
}
