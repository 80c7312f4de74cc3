/**
 * DefaultPreemption: when an important pod fits nowhere, finds the node where removing less important pods costs least,
 * nominates the pod to it and removes them.
 */

import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import type { Cycle } from '../../framework/cycle.ts';
import { Diagnosis } from '../../framework/diagnosis.ts';
import type { Handle } from '../../framework/handle.ts';
import type { Plugin, PostFilterResult } from '../../framework/plugin.ts';
import type { PodInfo } from '../../framework/pod-info.ts';
import { type Status, status } from '../../framework/status.ts';
import { Executor } from '../../preemption/executor.ts';
import { type Candidate, cheapest, isCandidate, selectVictims } from '../../preemption/victims.ts';
import type { NodeInfo } from '../../state/node-info.ts';

export interface DefaultPreemptionArgs {
  /** Candidates that a search looks for before it chooses: a share of the nodes that may help ... */
  readonly minCandidateNodesPercentage?: number;
  /** ... but at least so many. */
  readonly minCandidateNodesAbsolute?: number;
}

const name = 'DefaultPreemption';
const waiting = status('UnschedulableAndUnresolvable', name, 'waiting for the preemption for this pod to be finished');
const notHelpful = status('UnschedulableAndUnresolvable', '', 'Preemption is not helpful for scheduling');

export function defaultPreemption(handle: Handle, args: DefaultPreemptionArgs = {}): Plugin {
  const percentage = args.minCandidateNodesPercentage ?? 10;
  const absolute = args.minCandidateNodesAbsolute ?? 100;
  const executor = new Executor(handle, name);

  const postFilter = (cycle: Cycle, diagnosis: Diagnosis): PostFilterResult => {
    handle.preemptions?.searched();
    const ineligible = ineligibility(handle, cycle.pod, diagnosis);
    if (ineligible) return { status: status('Unschedulable', name, `preemption: ${ineligible}`) };
    const nodes = diagnosis.unschedulableNodes(handle.state.nodeList);
    const enough = Math.min(nodes.length, Math.max(absolute, Math.trunc((nodes.length * percentage) / 100)));
    const { candidates, rejections } = dryRun(handle, cycle, nodes, enough);
    const best = cheapest(candidates, handle.env.clock.now());
    if (!best) {
      const answer = new Diagnosis(diagnosis.nodeCount);
      for (const [node, rejection] of rejections) answer.reject(node, rejection);
      answer.absentStatus = notHelpful;
      return {
        nominatedNodeName: '',
        status: status('Unschedulable', name, `preemption: ${answer.message()}`),
      };
    }
    executor.start(cycle.pod, best.victims, best.node.name);
    return { nominatedNodeName: best.node.name };
  };

  return {
    name,
    preEnqueue: ({ uid }) => (executor.isRunning(uid) ? waiting : undefined),
    // The deletion of a victim helps the plugin that rejected the pod, not this one; but it lifts its gate.
    eventsToRegister: () => [{ event: clusterEvent('Pod', Action.Delete), hint: () => false }],
    postFilter,
  };
}

/** Why the pod may not preempt now; undefined when it may. */
function ineligibility({ state }: Handle, { pod, priority }: PodInfo, diagnosis: Diagnosis): string | undefined {
  if (pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status?.nominatedNodeName;
  const node = nominated ? state.node(nominated) : undefined;
  if (!node || diagnosis.statusOf(node)?.code === 'UnschedulableAndUnresolvable') return undefined;
  // Room is being made for it already.
  const isBusy = node.pods.some((victim) => victim.priority < priority && isTerminatingByPreemption(victim));
  return isBusy ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

function isTerminatingByPreemption({ terminating, pod }: PodInfo): boolean {
  if (!terminating) return false;
  const target = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return target?.status === 'True' && target.reason === 'PreemptionByScheduler';
}

/** From a random node on, until there are enough candidates, of which one violates no budget. */
function dryRun(
  handle: Handle,
  cycle: Cycle,
  nodes: readonly NodeInfo[],
  enough: number,
): { readonly candidates: readonly Candidate[]; readonly rejections: readonly (readonly [NodeInfo, Status])[] } {
  const budgets = handle.listers.podDisruptionBudgets.list();
  const harmless: Candidate[] = [];
  const violating: Candidate[] = [];
  const rejections: [NodeInfo, Status][] = [];
  const offset = Math.floor(cycle.random.next() * nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(offset + i) % nodes.length] as NodeInfo;
    const answer = selectVictims(handle, cycle, node, budgets);
    if (!isCandidate(answer)) {
      rejections.push([node, answer]);
      continue;
    }
    (answer.budgetViolations === 0 ? harmless : violating).push(answer);
    if (harmless.length > 0 && harmless.length + violating.length >= enough) break;
  }
  return { candidates: [...harmless, ...violating], rejections };
}
