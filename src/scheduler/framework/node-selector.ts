/**
 * Which nodes a pod accepts by their labels and names: nodeSelector and node affinity (component-helpers
 * scheduling/corev1/nodeaffinity). Terms are alternatives, the requirements of a term must all hold, an empty term matches
 * no node, and a term that cannot be parsed is as if it were not there.
 */

import type {
  Node,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Pod,
  PreferredSchedulingTerm,
} from '#kinds/generated/core-v1.ts';

export interface NodeMatcher {
  /** Equal for matchers that accept the same nodes by the same requirements; '' for one that accepts every node. */
  readonly key: string;
  readonly matches: (node: Node) => boolean;
}

/** The pod's nodeSelector and required node affinity together; undefined when it has neither. */
export function requiredNodes(pod: Pod): NodeMatcher | undefined {
  const set = pod.spec?.nodeSelector;
  const labels = set && Object.keys(set).length > 0 ? Object.entries(set) : undefined;
  const affinity = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!labels && !affinity) return undefined;
  const terms = affinity ? nodeSelector(affinity) : undefined;
  return {
    key: `${labels ? keyOfLabels(labels) : ''}|${terms?.key ?? ''}`,
    matches: (node) =>
      (!labels || labels.every(([key, value]) => labelOf(node, key) === value)) && (!terms || terms.matches(node)),
  };
}

export function nodeSelector(selector: NodeSelector): NodeMatcher {
  const terms = selector.nodeSelectorTerms.filter((term) => !isEmptyTerm(term) && isValidTerm(term));
  return {
    key: `${terms.map(keyOfTerm).join(';')}.`,
    matches: (node) => terms.some((term) => matchesTerm(term, node)),
  };
}

export interface PreferredNodes {
  readonly key: string;
  /** Sum of the weights of the terms that the node satisfies. */
  readonly weight: (node: Node) => number;
}

/** The preferred node affinity; undefined when there is none. */
export function preferredNodes(affinity: NodeAffinity | undefined): PreferredNodes | undefined {
  const given = affinity?.preferredDuringSchedulingIgnoredDuringExecution;
  if (!given) return undefined;
  const terms = given.filter(isWeighty);
  return {
    key: terms.map(({ weight, preference }) => `${weight}*${keyOfTerm(preference)}`).join(';'),
    weight: (node) => {
      let sum = 0;
      for (const { weight, preference } of terms) if (matchesTerm(preference, node)) sum += weight;
      return sum;
    },
  };
}

/**
 * The names of the only nodes that required affinity can match, when every term fixes metadata.name; undefined otherwise.
 * DaemonSet pods are of that kind, and need one node looked at instead of all.
 */
export function namedNodes(pod: Pod): ReadonlySet<string> | undefined {
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    let named: Set<string> | undefined;
    for (const { key, operator, values } of term.matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      const these = new Set(values);
      named = named ? named.intersection(these) : these;
    }
    if (!named) return undefined;
    for (const name of named) names.add(name);
  }
  return names;
}

function isWeighty({ weight, preference }: PreferredSchedulingTerm): boolean {
  return weight !== 0 && !isEmptyTerm(preference) && isValidTerm(preference);
}

function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return !term.matchExpressions?.length && !term.matchFields?.length;
}

/** Fields take only In and NotIn with one value; the API server refuses the rest of what could be wrong. */
function isValidTerm(term: NodeSelectorTerm): boolean {
  return (term.matchFields ?? []).every(
    ({ operator, values }) => (operator === 'In' || operator === 'NotIn') && values?.length === 1,
  );
}

function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  for (const requirement of term.matchExpressions ?? []) {
    if (!matchesRequirement(requirement, labelOf(node, requirement.key))) return false;
  }
  for (const requirement of term.matchFields ?? []) {
    const field = requirement.key === 'metadata.name' ? (node.metadata?.name ?? '') : '';
    if (!matchesRequirement(requirement, field)) return false;
  }
  return true;
}

function matchesRequirement({ operator, values }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && (values?.includes(value) ?? false);
    case 'NotIn':
      return value === undefined || !values?.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      const bound = values?.[0] ?? '';
      if (value === undefined || !integer.test(value) || !integer.test(bound)) return false;
      return operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
    default:
      return false;
  }
}

const integer = /^-?\d{1,19}$/;

function labelOf(node: Node, key: string): string | undefined {
  const labels = node.metadata?.labels;
  return labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function keyOfLabels(labels: readonly (readonly [string, string])[]): string {
  return labels
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}

function keyOfTerm(term: NodeSelectorTerm): string {
  const expressions = (term.matchExpressions ?? []).map(keyOfRequirement).join('&');
  const fields = (term.matchFields ?? []).map(keyOfRequirement).join('&');
  return `${expressions}#${fields}`;
}

function keyOfRequirement({ key, operator, values }: NodeSelectorRequirement): string {
  return `${key} ${operator} ${values?.join(',') ?? ''}`;
}
