/**
 * Reference: the default profile's decision, written the slow and plain way from the API objects: for every node, every rule,
 * walk everything. It shares no code with the scheduler beyond types, so that the two can only agree by both being right.
 *
 * Sources are upstream's plugins at 1.36 (pkg/scheduler/framework/plugins), for the subset of fields that generated test
 * clusters use: quantities are plain integers, 'Nm' or 'NMi'.
 */

import type { LabelSelector } from '#api/generated/meta-v1.ts';
import type { Node, Pod, PodAffinityTerm, Service, Taint, Toleration } from '#kinds/generated/core-v1.ts';

export interface World {
  readonly nodes: readonly Node[];
  /** spec.nodeName tells where each is. */
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

export interface Verdict {
  /** Of the first plugin that says no. */
  readonly reasons: readonly string[];
  /** Set when it fits. */
  readonly score: number | undefined;
}

export function judge(world: World, pod: Pod): Map<string, Verdict> {
  const reasons = new Map(world.nodes.map((node) => [node, rejections(world, pod, node)]));
  const feasible = world.nodes.filter((node) => reasons.get(node)?.length === 0);
  const totals = scores(world, pod, feasible);
  return new Map(
    world.nodes.map((node) => [
      nameOf(node),
      { reasons: reasons.get(node) ?? [], score: feasible.includes(node) ? (totals.get(node) ?? 0) : undefined },
    ]),
  );
}

function rejections(world: World, pod: Pod, node: Node): string[] {
  const { spec } = pod;
  const tolerations = spec?.tolerations ?? [];
  const unschedulable: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  if (node.spec?.unschedulable && !tolerations.some((t) => tolerated(t, unschedulable))) {
    return ['node(s) were unschedulable'];
  }
  if (untoleratedHard(node, tolerations)) return ['node(s) had untolerated taint(s)'];
  if (!nodeMatches(pod, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const here = podsOn(world, node);
  const taken = here.flatMap((other) => ports(other));
  if (ports(pod).some((port) => taken.includes(port))) {
    return ["node(s) didn't have free ports for the requested pod ports"];
  }
  const short: string[] = [];
  if (here.length + 1 > Number(node.status?.allocatable?.pods ?? 0)) short.push('Too many pods');
  for (const resource of ['cpu', 'memory', 'example.com/gpu']) {
    const wanted = requested(pod, resource);
    const used = here.reduce((sum, other) => sum + requested(other, resource), 0);
    if (wanted > 0 && wanted > amount(node.status?.allocatable?.[resource]) - used)
      short.push(`Insufficient ${resource}`);
  }
  if (short.length > 0) return short;
  const spread = spreadRejection(world, pod, node);
  if (spread) return [spread];
  const affinity = affinityRejection(world, pod, node);
  return affinity ? [affinity] : [];
}

function spreadRejection(world: World, pod: Pod, node: Node): string | undefined {
  const constraints = (pod.spec?.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  const eligible = world.nodes.filter((each) => constraints.every(({ topologyKey }) => topologyKey in labelsOf(each)));
  for (const constraint of constraints) {
    const { topologyKey, labelSelector, maxSkew, minDomains = 1 } = constraint;
    const value = labelsOf(node)[topologyKey];
    if (value === undefined) {
      return "node(s) didn't match pod topology spread constraints (missing required label)";
    }
    const counts = new Map<string, number>();
    for (const each of eligible) {
      if ((constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !nodeMatches(pod, each)) continue;
      if (constraint.nodeTaintsPolicy === 'Honor' && untoleratedHard(each, pod.spec?.tolerations ?? [])) continue;
      const domain = labelsOf(each)[topologyKey] ?? '';
      counts.set(domain, (counts.get(domain) ?? 0) + spreadCount(world, pod, each, labelSelector));
    }
    const least = counts.size < (minDomains ?? 1) ? 0 : Math.min(...counts.values());
    const self = selects(labelSelector, pod.metadata?.labels) ? 1 : 0;
    if ((counts.get(value) ?? 0) + self - least > maxSkew) {
      return "node(s) didn't match pod topology spread constraints";
    }
  }
  return undefined;
}

function spreadCount(world: World, pod: Pod, node: Node, selector: LabelSelector | undefined): number {
  if (selector && !selector.matchLabels && !selector.matchExpressions) return 0;
  return podsOn(world, node).filter(
    (other) =>
      other.metadata?.namespace === pod.metadata?.namespace &&
      !other.metadata?.deletionTimestamp &&
      selects(selector, other.metadata?.labels),
  ).length;
}

function affinityRejection(world: World, pod: Pod, node: Node): string | undefined {
  const affinity = pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const anti = pod.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const all = placed(world);
  if (affinity.length > 0) {
    if (affinity.some(({ topologyKey }) => !(topologyKey in labelsOf(node)))) return affinityText;
    const matching = all.filter(([other]) => affinity.every((term) => termSelects(world, term, pod, other)));
    const isNear = affinity.every(({ topologyKey }) => matching.some(([, on]) => sameDomain(on, node, topologyKey)));
    const isFirst =
      matching.every(([, on]) => affinity.every(({ topologyKey }) => !(topologyKey in labelsOf(on)))) &&
      affinity.every((term) => termSelects(world, term, pod, pod));
    if (!isNear && !isFirst) return affinityText;
  }
  for (const term of anti) {
    if (all.some(([other, on]) => sameDomain(on, node, term.topologyKey) && termSelects(world, term, pod, other))) {
      return "node(s) didn't match pod anti-affinity rules";
    }
  }
  for (const [other, on] of all) {
    const theirs = other.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const term of theirs) {
      if (sameDomain(on, node, term.topologyKey) && termSelects(world, term, other, pod)) {
        return "node(s) didn't satisfy existing pods anti-affinity rules";
      }
    }
  }
  return undefined;
}

const affinityText = "node(s) didn't match pod affinity rules";

function scores(world: World, pod: Pod, nodes: readonly Node[]): Map<Node, number> {
  const totals = new Map<Node, number>(nodes.map((node) => [node, 0]));
  const add = (weight: number, values: readonly number[]) => {
    for (const [i, node] of nodes.entries()) totals.set(node, (totals.get(node) ?? 0) + weight * (values[i] ?? 0));
  };
  const preferredTaints = nodes.map((node) => intolerablePreferences(node, pod.spec?.tolerations ?? []));
  add(
    3,
    scaled(preferredTaints).map((score) => 100 - score),
  );
  add(2, scaled(nodes.map((node) => preferredNodeWeight(pod, node))));
  add(
    1,
    nodes.map((node) => leastAllocated(world, pod, node)),
  );
  add(2, spreadScores(world, pod, nodes));
  add(2, affinityScores(world, pod, nodes));
  add(
    1,
    nodes.map((node) => balanced(world, pod, node)),
  );
  add(
    1,
    nodes.map((node) => imageScore(world, pod, node)),
  );
  return totals;
}

function scaled(values: readonly number[]): number[] {
  const most = Math.max(0, ...values);
  return values.map((value) => (most === 0 ? 0 : Math.floor((100 * value) / most)));
}

function intolerablePreferences(node: Node, tolerations: readonly Toleration[]): number {
  const relevant = tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
  const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule');
  return taints.filter((taint) => !relevant.some((t) => tolerated(t, taint))).length;
}

function preferredNodeWeight(pod: Pod, node: Node): number {
  const terms = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms
    .filter(({ preference }) => expressionsMatch(preference.matchExpressions ?? [], labelsOf(node)))
    .reduce((sum, { weight }) => sum + weight, 0);
}

function leastAllocated(world: World, pod: Pod, node: Node): number {
  const all = [...podsOn(world, node), pod];
  let sum = 0;
  let resources = 0;
  for (const resource of ['cpu', 'memory']) {
    const capacity = amount(node.status?.allocatable?.[resource]);
    if (capacity === 0) continue;
    const used = all.reduce((total, each) => total + nonZero(each, resource), 0);
    sum += used > capacity ? 0 : Math.floor(((capacity - used) * 100) / capacity);
    resources++;
  }
  return resources === 0 ? 0 : Math.floor(sum / resources);
}

function balanced(world: World, pod: Pod, node: Node): number {
  if (requested(pod, 'cpu') === 0 && requested(pod, 'memory') === 0) return 0;
  const here = podsOn(world, node);
  const balance = (pods: readonly Pod[]): number => {
    const shares = ['cpu', 'memory']
      .filter((resource) => amount(node.status?.allocatable?.[resource]) > 0)
      .map((resource) => {
        const used = pods.reduce((sum, each) => sum + requested(each, resource), 0);
        return Math.min(1, used / amount(node.status?.allocatable?.[resource]));
      });
    const deviation = shares.length === 2 ? Math.abs(((shares[0] ?? 0) - (shares[1] ?? 0)) / 2) : 0;
    return Math.floor((1 - deviation) * 100);
  };
  return 50 + Math.floor((50 + balance([...here, pod]) - balance(here)) / 2);
}

function spreadScores(world: World, pod: Pod, nodes: readonly Node[]): number[] {
  const own = pod.spec?.topologySpreadConstraints ?? [];
  let soft = own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
  if (own.length === 0) {
    const labels: Record<string, string> = {};
    for (const { metadata, spec } of world.services) {
      if (metadata?.namespace !== pod.metadata?.namespace || !spec?.selector) continue;
      const isSelected = Object.entries(spec.selector).every(([key, value]) => pod.metadata?.labels?.[key] === value);
      if (isSelected) Object.assign(labels, spec.selector);
    }
    if (Object.keys(labels).length === 0) return nodes.map(() => 0);
    const labelSelector = { matchLabels: labels };
    soft = [
      { topologyKey: hostname, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway', labelSelector },
    ];
  }
  if (soft.length === 0) return nodes.map(() => 0);
  const needsAll = own.length > 0;
  const hasAll = (node: Node) => soft.every(({ topologyKey }) => topologyKey in labelsOf(node));
  const isIgnored = (node: Node) => needsAll && !hasAll(node);
  const counted = nodes.filter((node) => !isIgnored(node));
  const raw = nodes.map((node) => {
    if (isIgnored(node)) return -1;
    let score = 0;
    for (const constraint of soft) {
      const { topologyKey, maxSkew, labelSelector } = constraint;
      const value = labelsOf(node)[topologyKey];
      if (value === undefined) continue;
      const isHost = topologyKey === hostname;
      const domains = isHost ? counted.length : new Set(counted.map((each) => labelsOf(each)[topologyKey])).size;
      const included = isHost
        ? [node]
        : world.nodes.filter(
            (each) =>
              labelsOf(each)[topologyKey] === value &&
              (!needsAll || hasAll(each)) &&
              ((constraint.nodeAffinityPolicy ?? 'Honor') !== 'Honor' || nodeMatches(pod, each)) &&
              (constraint.nodeTaintsPolicy !== 'Honor' || !untoleratedHard(each, pod.spec?.tolerations ?? [])),
          );
      const pods = included.reduce((sum, each) => sum + spreadCount(world, pod, each, labelSelector), 0);
      score += pods * Math.log(domains + 2) + (maxSkew - 1);
    }
    return Math.round(score);
  });
  const rated = raw.filter((score) => score >= 0);
  const most = Math.max(0, ...rated);
  const least = Math.min(...rated);
  return raw.map((score) => {
    if (score < 0) return 0;
    return most === 0 ? 100 : Math.floor((100 * (most + least - score)) / most);
  });
}

const hostname = 'kubernetes.io/hostname';

function affinityScores(world: World, pod: Pod, nodes: readonly Node[]): number[] {
  const raw = nodes.map((node) => {
    let score = 0;
    for (const [other, on] of placed(world)) {
      const preferred = (of: Pod, to: Pod, sign: number, key: 'podAffinity' | 'podAntiAffinity') => {
        for (const { weight, podAffinityTerm } of of.spec?.affinity?.[key]
          ?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
          if (sameDomain(on, node, podAffinityTerm.topologyKey) && termSelects(world, podAffinityTerm, of, to)) {
            score += sign * weight;
          }
        }
      };
      preferred(pod, other, 1, 'podAffinity');
      preferred(pod, other, -1, 'podAntiAffinity');
      preferred(other, pod, 1, 'podAffinity');
      preferred(other, pod, -1, 'podAntiAffinity');
      for (const term of other.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
        if (sameDomain(on, node, term.topologyKey) && termSelects(world, term, other, pod)) score += 1;
      }
    }
    return score;
  });
  const least = Math.min(...raw);
  const range = Math.max(...raw) - least;
  return raw.map((score) => (range > 0 ? Math.floor(100 * ((score - least) / range)) : 0));
}

function imageScore(world: World, pod: Pod, node: Node): number {
  const mebibyte = 1024 * 1024;
  const images = (pod.spec?.containers ?? []).map(({ image }) => `${image}:latest`);
  const has = (each: Node, image: string) => each.status?.images?.find(({ names }) => names?.includes(image));
  let sum = 0;
  for (const image of images) {
    const found = has(node, image);
    if (!found) continue;
    const spread = world.nodes.filter((each) => has(each, image)).length / world.nodes.length;
    sum += Math.floor((found.sizeBytes ?? 0) * spread);
  }
  const low = 23 * mebibyte;
  const high = 1000 * mebibyte * images.length;
  return Math.floor((100 * (Math.min(Math.max(sum, low), high) - low)) / (high - low));
}

/** Whether `owner`'s term is about `other`. */
function termSelects(world: World, term: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const namespace = other.metadata?.namespace ?? '';
  const { namespaces = [], namespaceSelector } = term;
  const isOwn = (namespaces?.length ?? 0) === 0 && !namespaceSelector;
  const isNamed = isOwn ? namespace === owner.metadata?.namespace : namespaces?.includes(namespace);
  const isSelected = namespaceSelector !== undefined && selects(namespaceSelector, world.namespaces.get(namespace));
  return (isNamed || isSelected) && selects(term.labelSelector, other.metadata?.labels);
}

function selects(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>> | undefined): boolean {
  if (!selector) return false;
  const all = labels ?? {};
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => all[key] === value) &&
    expressionsMatch(selector.matchExpressions ?? [], all)
  );
}

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

function expressionsMatch(expressions: readonly Expression[], labels: Readonly<Record<string, string>>): boolean {
  return expressions.every(({ key, operator, values }) => {
    const value = labels[key];
    if (operator === 'In') return value !== undefined && values?.includes(value);
    if (operator === 'NotIn') return value === undefined || !values?.includes(value);
    if (operator === 'Exists') return value !== undefined;
    return value === undefined;
  });
}

function nodeMatches(pod: Pod, node: Node): boolean {
  const labels = labelsOf(node);
  const { nodeSelector, affinity } = pod.spec ?? {};
  if (!Object.entries(nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!required) return true;
  return required.nodeSelectorTerms.some(({ matchExpressions = [], matchFields = [] }) => {
    const isEmpty = (matchExpressions?.length ?? 0) + (matchFields?.length ?? 0) === 0;
    const fields = { 'metadata.name': nameOf(node) };
    return !isEmpty && expressionsMatch(matchExpressions ?? [], labels) && expressionsMatch(matchFields ?? [], fields);
  });
}

function tolerated({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  return operator === 'Exists' || (value ?? '') === (taint.value ?? '');
}

function untoleratedHard(node: Node, tolerations: readonly Toleration[]): boolean {
  return (node.spec?.taints ?? []).some(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((t) => tolerated(t, taint)),
  );
}

function sameDomain(a: Node, b: Node, key: string): boolean {
  return labelsOf(a)[key] !== undefined && labelsOf(a)[key] === labelsOf(b)[key];
}

function placed(world: World): [Pod, Node][] {
  return world.nodes.flatMap((node) => podsOn(world, node).map((pod): [Pod, Node] => [pod, node]));
}

function podsOn(world: World, node: Node): Pod[] {
  return world.pods.filter(({ spec }) => spec?.nodeName === nameOf(node));
}

function ports(pod: Pod): string[] {
  return (pod.spec?.containers ?? []).flatMap(({ ports: list }) =>
    (list ?? []).flatMap(({ hostPort, protocol }) => (hostPort ? [`${protocol ?? 'TCP'}/${hostPort}`] : [])),
  );
}

function requested(pod: Pod, resource: string): number {
  const containers = pod.spec?.containers ?? [];
  return containers.reduce((sum, { resources }) => sum + amount(resources?.requests?.[resource]), 0);
}

function nonZero(pod: Pod, resource: string): number {
  const fallback = resource === 'cpu' ? 100 : 200 * 1024 * 1024;
  return (pod.spec?.containers ?? []).reduce((sum, { resources }) => {
    const given = resources?.requests?.[resource];
    return sum + (given === undefined ? fallback : amount(given));
  }, 0);
}

/** CPU is always written in thousandths here. */
function amount(quantity: string | undefined): number {
  if (!quantity) return 0;
  if (quantity.endsWith('m')) return Number(quantity.slice(0, -1));
  if (quantity.endsWith('Mi')) return Number(quantity.slice(0, -2)) * 1024 * 1024;
  return Number(quantity);
}

function labelsOf(node: Node): Readonly<Record<string, string>> {
  return node.metadata?.labels ?? {};
}

function nameOf(node: Node): string {
  return node.metadata?.name ?? '';
}
