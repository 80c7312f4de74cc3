/**
 * NodeAffinity: nodeSelector and node affinity of the pod, and what the profile adds to every pod's (addedAffinity).
 */

import type { Node, NodeAffinity, PreferredSchedulingTerm } from '#kinds/generated/core-v1.ts';
import { Action, clusterEvent } from '../../framework/cluster-event.ts';
import { type Cycle, StateKey } from '../../framework/cycle.ts';
import { namedNodes, nodeSelector, type PreferredNodes, preferredNodes } from '../../framework/node-selector.ts';
import { normalizeToMax } from '../../framework/normalize.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { status } from '../../framework/status.ts';

export interface NodeAffinityArgs {
  /** Applies to all pods of the profile, beside their own. */
  readonly addedAffinity?: NodeAffinity;
}

const skip = status('Skip', 'NodeAffinity');
const mismatch = status(
  'UnschedulableAndUnresolvable',
  'NodeAffinity',
  "node(s) didn't match Pod's node affinity/selector",
);
const enforcedMismatch = status(
  'UnschedulableAndUnresolvable',
  'NodeAffinity',
  "node(s) didn't match scheduler-enforced node affinity",
);
const conflict = status('UnschedulableAndUnresolvable', 'NodeAffinity', 'pod affinity terms conflict');

export function nodeAffinity(args: NodeAffinityArgs = {}): Plugin {
  const addedRequired = args.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const added = addedRequired ? nodeSelector(addedRequired) : undefined;
  const addedTerms = args.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
  const addedPreferred = addedTerms?.length ? preferredNodes({ ...args.addedAffinity }) : undefined;
  const preferredKey = new StateKey<PreferredNodes | null>();

  const preferredOf = (cycle: Cycle): PreferredNodes | undefined => {
    let preferred = cycle.read(preferredKey);
    if (preferred === undefined) {
      preferred = preferredNodes(cycle.pod.pod.spec?.affinity?.nodeAffinity) ?? null;
      cycle.write(preferredKey, preferred);
    }
    return preferred ?? undefined;
  };

  return {
    name: 'NodeAffinity',
    eventsToRegister: () => [
      {
        event: clusterEvent('Node', Action.Add | Action.UpdateNodeLabel),
        hint: ({ requiredNodes }, before, after) => {
          const node = after as Node;
          if (added && !added.matches(node)) return false;
          if (requiredNodes && !requiredNodes.matches(node)) return false;
          return !before || (requiredNodes !== undefined && !requiredNodes.matches(before as Node));
        },
      },
    ],
    sign({ pod, requiredNodes }) {
      const terms = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
      return `${requiredNodes?.key ?? ''}/${terms ? keyOfPreferred(terms) : ''}`;
    },
    preFilter({ pod }) {
      if (!pod.requiredNodes && !added) return skip;
      const names = namedNodes(pod.pod);
      if (!names) return undefined;
      return names.size === 0 ? conflict : { nodeNames: names };
    },
    filter({ pod }, { node }) {
      if (added && !added.matches(node)) return enforcedMismatch;
      return pod.requiredNodes && !pod.requiredNodes.matches(node) ? mismatch : undefined;
    },
    preScore: (cycle) => (preferredOf(cycle) || addedPreferred ? undefined : skip),
    score: (cycle, { node }) => (addedPreferred?.weight(node) ?? 0) + (preferredOf(cycle)?.weight(node) ?? 0),
    normalizeScores: (_, scores) => normalizeToMax(scores, false),
  };
}

function keyOfPreferred(preferred: readonly PreferredSchedulingTerm[]): string {
  return preferredNodes({ preferredDuringSchedulingIgnoredDuringExecution: preferred })?.key ?? '';
}
