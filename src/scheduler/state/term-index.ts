/**
 * Term index: the affinity terms of the pods on nodes, each distinct term once, with the number of pods that carry it in each
 * domain of its topology.
 *
 * A pod that is placed must respect the anti-affinity of the pods that are there, and is drawn by their preferences. The pods
 * of a Deployment carry equal terms, so a cluster has few distinct ones, and each has to be matched against the incoming pod
 * once, however many pods carry it. Terms are found by the namespaces that they name; those that select namespaces by label
 * are tried for every pod.
 */

import type { Labels } from '#api/label-selector.ts';
import { type AffinityTerm, termMatches } from '../framework/affinity-term.ts';
import { nothing } from '../framework/label-matcher.ts';
import type { PodInfo } from '../framework/pod-info.ts';
import type { Topologies, Topology } from './topology.ts';

export type TermType = 'requiredAffinity' | 'requiredAntiAffinity' | 'preferredAffinity' | 'preferredAntiAffinity';

export class CarriedTerm {
  readonly type: TermType;
  readonly term: AffinityTerm;
  /** Of preferred terms; 0 for required ones. */
  readonly weight: number;
  readonly topology: Topology;
  private readonly counts: number[] = [];
  private carriers = 0;

  constructor(type: TermType, term: AffinityTerm, weight: number, topology: Topology) {
    this.type = type;
    this.term = term;
    this.weight = weight;
    this.topology = topology;
  }

  /** Pods that carry the term on live nodes that have its topology label. */
  get total(): number {
    return this.carriers;
  }

  /** Carriers in the domain of the row's node. */
  at(row: number): number {
    return this.counts[this.topology.domainOf[row] ?? -1] ?? 0;
  }

  count(row: number, sign: 1 | -1): void {
    const domain = this.topology.domainOf[row] ?? -1;
    if (domain < 0) return;
    const { counts } = this;
    while (counts.length <= domain) counts.push(0);
    counts[domain] = (counts[domain] ?? 0) + sign;
    this.carriers += sign;
  }
}

interface Entry {
  readonly carried: CarriedTerm;
  /** Attached pods that have the term, wherever they are: the entry goes with the last. */
  references: number;
}

export class TermIndex {
  private readonly topologies: Topologies;
  private readonly entries = new Map<string, Entry>();
  private readonly byNamespace = new Map<string, Set<CarriedTerm>>();
  private readonly selecting = new Set<CarriedTerm>();

  constructor(topologies: Topologies) {
    this.topologies = topologies;
  }

  /** True when no pod on a node carries any term: the common case, in which there is nothing to match. */
  get empty(): boolean {
    return this.entries.size === 0;
  }

  podAdded(row: number, pod: PodInfo): void {
    forEachTerm(pod, (type, term, weight) => {
      const key = keyOf(type, term, weight);
      let entry = this.entries.get(key);
      if (!entry) {
        entry = {
          carried: new CarriedTerm(type, term, weight, this.topologies.of(term.topologyKey)),
          references: 0,
        };
        this.entries.set(key, entry);
        this.file(entry.carried);
      }
      entry.references++;
      entry.carried.count(row, 1);
    });
  }

  podRemoved(row: number, pod: PodInfo): void {
    forEachTerm(pod, (type, term, weight) => {
      const key = keyOf(type, term, weight);
      const entry = this.entries.get(key);
      if (!entry) return;
      entry.carried.count(row, -1);
      if (--entry.references > 0) return;
      this.entries.delete(key);
      this.unfile(entry.carried);
    });
  }

  /** The carried terms that are about the pod. `namespaceLabels` are those of its namespace. */
  matching(pod: PodInfo, namespaceLabels: Labels | undefined, accept: (type: TermType) => boolean): CarriedTerm[] {
    const found: CarriedTerm[] = [];
    const look = (carried: CarriedTerm) => {
      if (carried.total === 0 || !accept(carried.type)) return;
      if (termMatches(carried.term, pod.namespace, pod.labels, namespaceLabels)) found.push(carried);
    };
    const named = this.byNamespace.get(pod.namespace);
    if (named) for (const carried of named) look(carried);
    for (const carried of this.selecting) look(carried);
    return found;
  }

  private file(carried: CarriedTerm): void {
    if (selectsNamespaces(carried.term)) {
      this.selecting.add(carried);
      return;
    }
    for (const namespace of carried.term.namespaces) {
      const set = this.byNamespace.get(namespace);
      if (set) set.add(carried);
      else this.byNamespace.set(namespace, new Set([carried]));
    }
  }

  private unfile(carried: CarriedTerm): void {
    this.selecting.delete(carried);
    for (const namespace of carried.term.namespaces) {
      const set = this.byNamespace.get(namespace);
      set?.delete(carried);
      if (set?.size === 0) this.byNamespace.delete(namespace);
    }
  }
}

function selectsNamespaces(term: AffinityTerm): boolean {
  return term.namespaceSelector !== nothing;
}

function keyOf(type: TermType, term: AffinityTerm, weight: number): string {
  return `${type}|${weight}|${term.key}`;
}

function forEachTerm(pod: PodInfo, visit: (type: TermType, term: AffinityTerm, weight: number) => void): void {
  const { terms } = pod;
  if (!terms) return;
  for (const term of terms.requiredAffinity) visit('requiredAffinity', term, 0);
  for (const term of terms.requiredAntiAffinity) visit('requiredAntiAffinity', term, 0);
  for (const term of terms.preferredAffinity) visit('preferredAffinity', term, term.weight);
  for (const term of terms.preferredAntiAffinity) visit('preferredAntiAffinity', term, term.weight);
}
