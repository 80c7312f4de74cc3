/**
 * PodInfo: a pod with what the scheduler derives from it. Immutable: a changed pod gets a new one. What bound pods need for
 * accounting is computed at once; what only pods in a scheduling cycle need is computed when first asked for.
 */

import { type Labels, SelectorError } from '#api/label-selector.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { type AffinityTerm, affinityTerms, type WeightedAffinityTerm, weightedAffinityTerms } from './affinity-term.ts';
import { type HostPort, hostPorts } from './host-ports.ts';
import { type NodeMatcher, requiredNodes } from './node-selector.ts';
import { type PodResources, podRequests } from './pod-requests.ts';
import { keyOfTolerations } from './taints.ts';

export interface PodTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedAffinityTerm[];
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[];
}

export class PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels | undefined;
  readonly priority: number;
  readonly terminating: boolean;
  readonly requests: PodResources;
  readonly hostPorts: readonly HostPort[];
  /** Inter-pod affinity; undefined for the many pods without any, and for one whose selectors are invalid. */
  readonly terms: PodTerms | undefined;
  /** Why `terms` could not be read: the API server does not check every affinity selector. */
  readonly termsError: string | undefined;
  private required: NodeMatcher | null | undefined;
  private tolerationsText: string | undefined;

  /** `previous` is an older version of a pod that has its node: what cannot change any more is taken over. */
  constructor(pod: Pod, previous?: PodInfo) {
    const { metadata, spec } = pod;
    this.pod = pod;
    this.uid = metadata?.uid ?? '';
    this.namespace = metadata?.namespace ?? '';
    this.name = metadata?.name ?? '';
    this.labels = metadata?.labels;
    this.priority = spec?.priority ?? 0;
    this.terminating = metadata?.deletionTimestamp !== undefined;
    this.requests = podRequests(pod);
    this.hostPorts = hostPorts(pod);
    if (previous) {
      this.terms = previous.terms;
      this.termsError = previous.termsError;
      return;
    }
    try {
      this.terms = podTerms(pod);
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      this.termsError = error.message;
    }
  }

  /** 'namespace/name' */
  get key(): string {
    return `${this.namespace}/${this.name}`;
  }

  /** nodeSelector and required node affinity; undefined when every node will do. */
  get requiredNodes(): NodeMatcher | undefined {
    if (this.required === undefined) this.required = requiredNodes(this.pod) ?? null;
    return this.required ?? undefined;
  }

  get tolerationsKey(): string {
    this.tolerationsText ??= keyOfTolerations(this.pod.spec?.tolerations);
    return this.tolerationsText;
  }
}

function podTerms(pod: Pod): PodTerms | undefined {
  const affinity = pod.spec?.affinity?.podAffinity;
  const antiAffinity = pod.spec?.affinity?.podAntiAffinity;
  if (!affinity && !antiAffinity) return undefined;
  const namespace = pod.metadata?.namespace ?? '';
  return {
    requiredAffinity: affinityTerms(affinity?.requiredDuringSchedulingIgnoredDuringExecution, namespace),
    requiredAntiAffinity: affinityTerms(antiAffinity?.requiredDuringSchedulingIgnoredDuringExecution, namespace),
    preferredAffinity: weightedAffinityTerms(affinity?.preferredDuringSchedulingIgnoredDuringExecution, namespace),
    preferredAntiAffinity: weightedAffinityTerms(
      antiAffinity?.preferredDuringSchedulingIgnoredDuringExecution,
      namespace,
    ),
  };
}
