/**
 * Fields of pods and of their templates behind feature gates that are off by default in 1.36: dropped, unless the stored spec has some
 * already (pkg/api/pod DropDisabledTemplateFields).
 */

import type { Draft } from '#base/edit.ts';
import type { PodSpec, PodTemplateSpec } from '#kinds/generated/core-v1.ts';

export function dropDisabledFields(spec: Draft<PodSpec> | undefined, old?: PodSpec): void {
  if (!spec) return;
  dropSources(spec, old, 'clusterTrustBundle');
  dropSources(spec, old, 'podCertificate');
  if (old?.schedulingGroup === undefined) delete spec.schedulingGroup;
  dropStopSignals(spec, old);
}

export function dropDisabledTemplateFields(template: Draft<PodTemplateSpec> | undefined, old?: PodTemplateSpec): void {
  dropDisabledFields(template?.spec, old?.spec);
}

/** ClusterTrustBundleProjection, PodCertificateRequest. */
function dropSources(
  spec: Draft<PodSpec>,
  old: PodSpec | undefined,
  field: 'clusterTrustBundle' | 'podCertificate',
): void {
  if (old?.volumes?.some(({ projected }) => projected?.sources?.some((source) => source[field]))) return;
  for (const { projected } of spec.volumes ?? []) {
    for (const source of projected?.sources ?? []) delete source[field];
  }
}

/** ContainerStopSignals (KEP-4960). A lifecycle that said nothing else is none. */
function dropStopSignals(spec: Draft<PodSpec>, old: PodSpec | undefined): void {
  if (old && containersOf(old).some(({ lifecycle }) => lifecycle?.stopSignal !== undefined)) return;
  for (const container of containersOf(spec)) {
    if (container.lifecycle?.stopSignal === undefined) continue;
    delete container.lifecycle.stopSignal;
    if (!container.lifecycle.postStart && !container.lifecycle.preStop) delete container.lifecycle;
  }
}

type Containers = Pick<PodSpec, 'containers' | 'initContainers' | 'ephemeralContainers'>;

function containersOf(spec: Draft<PodSpec>): NonNullable<Draft<PodSpec>['containers']>;
function containersOf(spec: PodSpec): PodSpec['containers'];
function containersOf({ containers, initContainers, ephemeralContainers }: Containers): Containers['containers'] {
  return [...(containers ?? []), ...(initContainers ?? []), ...(ephemeralContainers ?? [])];
}
