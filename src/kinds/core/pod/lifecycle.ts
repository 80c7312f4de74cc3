/** What the API server does to pods on their way in and out (pkg/registry/core/pod strategy). */

import type { HookContext } from '#api/definition.ts';
import type { Draft } from '#base/edit.ts';
import { equalTrees } from '#base/equal.ts';
import type { Pod, PodStatus } from '#kinds/generated/core-v1.ts';
import { dropDisabledFields } from './disabled-fields.ts';
import { qosClassOf } from './qos.ts';
import { appArmorAnnotationPrefix, appArmorProfileOf } from './validation/profiles.ts';

/** A new pod is Pending; its class is fixed now, if the client has not; a gated one says that it is not looked at yet. */
export function preparePod(pod: Draft<Pod>, { now }: HookContext): void {
  if (!pod.spec) return;
  pod.status = { phase: 'Pending', qosClass: pod.status?.qosClass || qosClassOf(pod.spec) };
  if ((pod.spec.schedulingGates ?? []).length > 0) {
    pod.status.conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        lastTransitionTime: now,
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ];
  }
  dropDisabledFields(pod.spec);
  inheritMatchLabels(pod);
  copyAppArmorAnnotations(pod);
}

/** The annotation that came before the field becomes the field, where it says something valid that the pod's own does not (KEP-24). */
function copyAppArmorAnnotations({ metadata, spec }: Draft<Pod>): void {
  if (!spec || !metadata?.annotations || spec.os?.name === 'windows') return;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const annotation = metadata.annotations[`${appArmorAnnotationPrefix}${container.name}`];
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue;
    const profile = appArmorProfileOf(annotation);
    if (!profile || equalTrees(profile, spec.securityContext?.appArmorProfile)) continue;
    container.securityContext = { ...container.securityContext, appArmorProfile: profile };
  }
}

/**
 * What pods/resize takes from the client: resources and resize policies, if the containers are the same ones. If they are not, all
 * of it, for validation to refuse.
 */
export function writeResize(draft: Draft<Pod>, view: Pod): void {
  const { spec } = view as Draft<Pod>;
  if (!draft.spec || !spec) return;
  draft.spec.resources = spec.resources;
  for (const list of ['containers', 'initContainers'] as const) {
    const resized = spec[list] ?? [];
    const own = draft.spec[list] ?? [];
    if (resized.length !== own.length || resized.some(({ name }, position) => name !== own[position]?.name)) {
      draft.spec[list] = resized;
      continue;
    }
    own.forEach((container, position) => {
      container.resources = resized[position]?.resources;
      container.resizePolicy = resized[position]?.resizePolicy;
    });
  }
}

/** Old kubelets corrupted owners and dropped the class by their status writes. */
export function preparePodStatus(pod: Draft<Pod>, old: Pod, _context: HookContext): void {
  const before = old as Draft<Pod>;
  if (pod.metadata) {
    if (before.metadata?.ownerReferences) pod.metadata.ownerReferences = before.metadata.ownerReferences;
    else delete pod.metadata.ownerReferences;
    if (!before.metadata?.deletionTimestamp) delete pod.metadata.deletionTimestamp;
  }
  if (!pod.status) return;
  pod.status.qosClass ||= before.status?.qosClass;
  keepObservedGeneration(pod.status, before.status ?? {});
}

/** Clients that do not know observedGeneration do not take it away (KEP-5067). Conditions of one type correspond in order. */
function keepObservedGeneration(status: Draft<PodStatus>, before: Draft<PodStatus>): void {
  if (!status.observedGeneration && before.observedGeneration) status.observedGeneration = before.observedGeneration;
  const left = [...(before.conditions ?? [])];
  for (const condition of status.conditions ?? []) {
    const position = left.findIndex(({ type }) => type === condition.type);
    const [previous] = position < 0 ? [] : left.splice(position, 1);
    if (!condition.observedGeneration && previous?.observedGeneration) {
      condition.observedGeneration = previous.observedGeneration;
    }
  }
}

/** Seconds that the pod has to end: as asked, else its own; none when it runs nowhere or is over. */
export function podGracePeriod(
  pod: Pod,
  { gracePeriodSeconds }: { readonly gracePeriodSeconds?: number | undefined },
): number {
  const { phase } = pod.status ?? {};
  if (!pod.spec?.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0;
  const period = gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return period < 0 ? 1 : period;
}

/**
 * matchLabelKeys and mismatchLabelKeys of affinity terms and spread constraints stand for the pod's own values (KEP-3633, KEP-3243); the
 * server writes them into the selectors.
 */
function inheritMatchLabels(pod: Draft<Pod>): void {
  const labels = pod.metadata?.labels ?? {};
  const { affinity } = pod.spec ?? {};
  for (const side of [affinity?.podAffinity, affinity?.podAntiAffinity]) {
    const terms = [
      ...(side?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ];
    for (const term of terms) {
      addKeys(term, term.matchLabelKeys, 'In', labels);
      addKeys(term, term.mismatchLabelKeys, 'NotIn', labels);
    }
  }
  for (const constraint of pod.spec?.topologySpreadConstraints ?? []) {
    addKeys(constraint, constraint.matchLabelKeys, 'In', labels);
  }
}

interface Selecting {
  labelSelector?:
    | { matchExpressions?: { key: string; operator: string; values?: string[] | undefined }[] | undefined }
    | undefined;
}

function addKeys(
  target: Selecting,
  keys: readonly string[] | undefined,
  operator: 'In' | 'NotIn',
  labels: Readonly<Record<string, string>>,
): void {
  if (!keys || !target.labelSelector) return;
  for (const key of keys) {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (value === undefined) continue;
    target.labelSelector.matchExpressions = [
      ...(target.labelSelector.matchExpressions ?? []),
      { key, operator, values: [value] },
    ];
  }
}
