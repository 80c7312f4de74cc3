/**
 * What a pod spec is checked against: the pod-or-template distinction, and the faults that the stored object already has.
 *
 * Rules that came after objects were stored must let those objects live: an update is not refused for what it did not bring in
 * (pkg/api/pod/util.go GetValidationOptionsFromPodSpecAndMeta).
 */

import type { FieldError } from '#api/field-error.ts';
import { hasInvalidLabelValue } from '#api/label-rules.ts';
import { isValidLabelValue } from '#api/name-format.ts';
import type {
  Container,
  EphemeralContainer,
  NodeSelectorTerm,
  PodSpec,
  PodTemplateSpec,
  Volume,
} from '#kinds/generated/core-v1.ts';
import { isDivisibleByPageSize, isHugePages } from '../../resource-names.ts';
import { isSidecar } from '../resources.ts';
import { isValidDeletionCost } from './annotations.ts';
import { isLocalNonReservedPath } from './paths.ts';
import { sharesHostNamespace } from './sysctls.ts';
import { hasInvalidMatchLabelKeys } from './topology.ts';

export interface PodRules {
  /** The spec is a pod's own, not one inside a template. */
  readonly isPod: boolean;
  readonly allowInvalidDeletionCost: boolean;
  readonly allowInvalidSelectorValues: boolean;
  readonly allowInvalidNodeAffinityValues: boolean;
  readonly allowIndivisibleHugePages: boolean;
  readonly allowInvalidSpreadSelector: boolean;
  /** Judge matchLabelKeys of spread constraints as before 1.34. */
  readonly legacySpreadKeys: boolean;
  readonly allowNonLocalTokenPath: boolean;
  readonly allowSysctlsOfHost: boolean;
  readonly allowRestartOnResizeOfInit: boolean;
  readonly allowDevicesInUserNamespace: boolean;
  /** seLinuxChangePolicy is set already. */
  readonly allowAnyLabelChange: boolean;
}

export const newPodRules: PodRules = strict(true);
export const newTemplateRules: PodRules = strict(false);

/** What the parts of a spec are checked with. */
export interface SpecContext {
  readonly spec: PodSpec;
  readonly rules: PodRules;
  /** Valid volumes by name. */
  readonly volumes: ReadonlyMap<string, Volume>;
  /** Names of spec.resourceClaims. */
  readonly claimNames: ReadonlySet<string>;
  readonly errors: FieldError[];
}

export type AnyContainer = Container | EphemeralContainer;

export function podRules(old: PodTemplateSpec | undefined, isPod: boolean): PodRules {
  const spec = old?.spec;
  if (!old || !spec) return isPod ? newPodRules : newTemplateRules;
  const constraints = spec.topologySpreadConstraints ?? [];
  return {
    isPod,
    allowInvalidDeletionCost: !isValidDeletionCost(old.metadata?.annotations),
    allowInvalidSelectorValues: hasInvalidAffinityValue(spec),
    allowInvalidNodeAffinityValues: hasInvalidNodeAffinityValue(spec),
    allowIndivisibleHugePages: hasIndivisibleHugePages(spec),
    allowInvalidSpreadSelector: constraints.some(({ labelSelector }) => hasInvalidLabelValue(labelSelector)),
    legacySpreadKeys: hasInvalidMatchLabelKeys(constraints),
    allowNonLocalTokenPath: hasNonLocalTokenPath(spec),
    allowSysctlsOfHost: (spec.securityContext?.sysctls ?? []).some(({ name }) => sharesHostNamespace(name, spec)),
    allowRestartOnResizeOfInit: (spec.initContainers ?? []).some(
      (container) =>
        !isSidecar(container) &&
        container.resizePolicy?.some(({ restartPolicy }) => restartPolicy === 'RestartContainer'),
    ),
    allowDevicesInUserNamespace:
      spec.hostUsers === false && allContainers(spec).some(({ volumeDevices }) => (volumeDevices ?? []).length > 0),
    allowAnyLabelChange: spec.securityContext?.seLinuxChangePolicy !== undefined,
  };
}

/** Calls `visit` with every container and its path in the order in which upstream visits them. */
export function visitContainers(
  spec: PodSpec,
  specPath: string,
  visit: (container: AnyContainer, path: string) => void,
): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    spec[list]?.forEach((container, position) => {
      visit(container, `${specPath}.${list}[${position}]`);
    });
  }
}

export function allContainers(spec: PodSpec): AnyContainer[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

function strict(isPod: boolean): PodRules {
  return {
    isPod,
    allowInvalidDeletionCost: false,
    allowInvalidSelectorValues: false,
    allowInvalidNodeAffinityValues: false,
    allowIndivisibleHugePages: false,
    allowInvalidSpreadSelector: false,
    legacySpreadKeys: false,
    allowNonLocalTokenPath: false,
    allowSysctlsOfHost: false,
    allowRestartOnResizeOfInit: false,
    allowDevicesInUserNamespace: false,
    allowAnyLabelChange: false,
  };
}

function hasInvalidAffinityValue({ affinity }: PodSpec): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some((side) =>
    [
      ...(side?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ].some((term) => hasInvalidLabelValue(term.labelSelector) || hasInvalidLabelValue(term.namespaceSelector)),
  );
}

function hasInvalidNodeAffinityValue({ affinity }: PodSpec): boolean {
  const terms: readonly NodeSelectorTerm[] =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.some(({ matchExpressions }) =>
    matchExpressions?.some(({ values }) => values?.some((value) => isValidLabelValue(value).length > 0)),
  );
}

function hasIndivisibleHugePages(spec: PodSpec): boolean {
  return allContainers(spec).some(({ resources }) =>
    [resources?.requests, resources?.limits].some((list) =>
      Object.entries(list ?? {}).some(([name, amount]) => isHugePages(name) && !isDivisibleByPageSize(name, amount)),
    ),
  );
}

function hasNonLocalTokenPath({ volumes }: PodSpec): boolean {
  return (volumes ?? []).some(({ projected }) =>
    projected?.sources?.some(
      ({ serviceAccountToken }) => serviceAccountToken && !isLocalNonReservedPath(serviceAccountToken.path),
    ),
  );
}
