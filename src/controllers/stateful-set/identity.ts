/** Identity of a StatefulSet's pods: ordinal, name, labels, hostname, and the claims that come with the ordinal. */

import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, Volume } from '#kinds/generated/core-v1.ts';
import { newControllerRef } from '../ownership/controller-ref.ts';
import { podFromTemplate } from '../pods/pod-control.ts';

export const revisionLabel = 'controller-revision-hash';
const podNameLabel = 'statefulset.kubernetes.io/pod-name';
const podIndexLabel = 'apps.kubernetes.io/pod-index';

/** The ordinal in a pod's name: 3 of 'web-3'; undefined when the name is not of this set. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata?.name}-`;
  const name = pod.metadata?.name ?? '';
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(digits) && Number(digits) < 2 ** 31 ? Number(digits) : undefined;
}

export function startOrdinal(set: StatefulSet): number {
  return set.spec?.ordinals?.start ?? 0;
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  return ordinal >= startOrdinal(set) && ordinal < startOrdinal(set) + (set.spec?.replicas ?? 0);
}

export function newStatefulPod(set: StatefulSet, template: PodTemplateSpec, ordinal: number, revision: string): Pod {
  const pod = podFromTemplate(template, set, newControllerRef(StatefulSets, set));
  const name = `${set.metadata?.name}-${ordinal}`;
  const { generateName: _, ...metadata } = pod.metadata ?? {};
  const named: Pod = {
    ...pod,
    metadata: { ...metadata, name, labels: { ...metadata.labels, [revisionLabel]: revision } },
    spec: { containers: [], ...pod.spec, hostname: name, subdomain: set.spec?.serviceName },
  };
  return withStorage(set, withIdentity(set, named));
}

export function revisionOf(pod: Pod): string | undefined {
  return pod.metadata?.labels?.[revisionLabel];
}

/** Labels and volumes are what the set gives to the pod of this name. */
export function hasIdentity(set: StatefulSet, pod: Pod): boolean {
  const { name, labels } = pod.metadata ?? {};
  return labels?.[podNameLabel] === name && claimVolumes(set, pod).every((volume) => hasVolume(pod, volume));
}

export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const { name = '', labels } = pod.metadata ?? {};
  const identity = { [podNameLabel]: name, [podIndexLabel]: String(ordinalOf(set, pod) ?? '') };
  return { ...pod, metadata: { ...pod.metadata, labels: { ...labels, ...identity } } };
}

export function withStorage(set: StatefulSet, pod: Pod): Pod {
  const claims = claimVolumes(set, pod);
  if (claims.length === 0) return pod;
  const others = (pod.spec?.volumes ?? []).filter(({ name }) => !claims.some((volume) => volume.name === name));
  return { ...pod, spec: { containers: [], ...pod.spec, volumes: [...claims, ...others] } };
}

function claimVolumes(set: StatefulSet, pod: Pod): Volume[] {
  return claimsFor(set, pod).map(({ template, claim }) => ({
    name: template.metadata?.name ?? '',
    persistentVolumeClaim: { claimName: claim.metadata?.name ?? '' },
  }));
}

function hasVolume(pod: Pod, { name, persistentVolumeClaim }: Volume): boolean {
  return (pod.spec?.volumes ?? []).some(
    (volume) => volume.name === name && volume.persistentVolumeClaim?.claimName === persistentVolumeClaim?.claimName,
  );
}

export interface PodClaim {
  readonly template: PersistentVolumeClaim;
  readonly claim: PersistentVolumeClaim;
}

/** The claims of the pod's ordinal, as they are created: 'data-web-3' of the template 'data'. */
export function claimsFor(set: StatefulSet, pod: Pod): PodClaim[] {
  const ordinal = ordinalOf(set, pod);
  if (ordinal === undefined) return [];
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    template,
    claim: {
      ...template,
      metadata: {
        ...template.metadata,
        name: `${template.metadata?.name}-${set.metadata?.name}-${ordinal}`,
        namespace: set.metadata?.namespace,
        labels: { ...template.metadata?.labels, ...set.spec?.selector.matchLabels },
      },
    },
  }));
}
