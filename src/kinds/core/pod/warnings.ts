/**
 * Warnings about pods and templates: what is deprecated, what does nothing, what is probably a mistake (pkg/api/pod/warnings.go).
 * Paths of templates begin with the template's; pods are warned about on create only, as people seldom update them.
 */

import { child, entry, index } from '#api/field-error.ts';
import type { ObjectMeta } from '#api/generated/meta-v1.ts';
import { ipWarnings } from '#api/ip-rules.ts';
import { isDNS1123Label } from '#api/name-format.ts';
import type { ContainerPort, Pod, PodSpec, PodTemplateSpec, Volume } from '#kinds/generated/core-v1.ts';
import { nodeLabelDeprecation, nodeTermWarnings } from '../node/label-warnings.ts';
import { claimSpecWarnings, fractionalByteWarning } from '../persistent-volume-claim/warnings.ts';
import { isFractional } from '../resource-names.ts';
import { overlappingPathWarnings } from './overlapping-paths.ts';
import { appArmorAnnotationPrefix, seccompContainerPrefix, seccompPodKey } from './validation/profiles.ts';
import { type AnyContainer, visitContainers } from './validation/rules.ts';

const byteResources = ['memory', 'ephemeral-storage'] as const;
const useSeccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';

const deprecatedAnnotations = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
] as const;

const deprecatedVolumes: readonly (readonly [keyof Volume, string, string])[] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

export function podWarnings({ metadata = {}, spec }: Pod, old: Pod | undefined): string[] {
  if (old || !spec) return [];
  const messages = isDNS1123Label(metadata.name ?? '');
  const ofName =
    messages.length === 0
      ? []
      : [
          `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
        ];
  return [...ofName, ...specWarnings(metadata, spec, '')];
}

export function podTemplateWarnings(template: PodTemplateSpec | undefined, path: string): string[] {
  if (!template?.spec) return [];
  const { metadata = {}, spec } = template;
  const warnings = specWarnings(metadata, spec, path);
  visitContainers(spec, child(path, 'spec'), ({ name, securityContext }) => {
    const key = `${appArmorAnnotationPrefix}${name}`;
    if (metadata.annotations?.[key] === undefined || securityContext?.appArmorProfile) return;
    const at = entry(child(path, 'metadata', 'annotations'), key);
    warnings.push(`${at}: deprecated since v1.30; use the "appArmorProfile" field instead`);
  });
  return warnings;
}

function specWarnings(metadata: ObjectMeta, spec: PodSpec, path: string): string[] {
  const specPath = child(path, 'spec');
  const warnings: string[] = [];
  const warn = (at: string, message: string): void => {
    warnings.push(`${at}: ${message}`);
  };
  placementWarnings(spec, specPath, warnings);
  const annotationsPath = child(path, 'metadata', 'annotations');
  for (const [key, message] of deprecatedAnnotations) {
    if (metadata.annotations?.[key] !== undefined) warn(entry(annotationsPath, key), message);
  }
  spec.volumes?.forEach((volume, position) => {
    const at = index(child(specPath, 'volumes'), position);
    for (const [source, name, message] of deprecatedVolumes) {
      if (volume[source] !== undefined) warn(child(at, name), message);
    }
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
    if (claim) warnings.push(...claimSpecWarnings(claim, child(at, 'ephemeral', 'volumeClaimTemplate', 'spec')));
  });
  for (const volume of spec.volumes ?? []) warnings.push(...overlappingPathWarnings(volume));
  repetitionWarnings(spec, specPath, warnings);
  for (const name of byteResources) {
    const amount = spec.overhead?.[name];
    if (amount !== undefined && isFractional(amount)) {
      warnings.push(fractionalByteWarning(entry(child(specPath, 'overhead'), name), amount));
    }
  }
  if (!spec.securityContext?.seccompProfile && metadata.annotations?.[seccompPodKey] !== undefined) {
    warn(entry(annotationsPath, seccompPodKey), useSeccomp);
  }
  visitContainers(spec, specPath, (container, at) => {
    const key = `${seccompContainerPrefix}${container.name}`;
    if (!container.securityContext?.seccompProfile && metadata.annotations?.[key] !== undefined) {
      warn(entry(annotationsPath, key), useSeccomp);
    }
    containerWarnings(container, at, warnings);
  });
  portWarnings(spec, specPath, warnings);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const detail = 'must be >= 0; negative values are invalid and will be treated as 1';
    warn(child(specPath, 'terminationGracePeriodSeconds'), detail);
  }
  affinityWarnings(spec, specPath, warnings);
  spec.dnsConfig?.nameservers?.forEach((address, position) => {
    warnings.push(...ipWarnings(address, index(child(specPath, 'dnsConfig', 'nameservers'), position)));
  });
  spec.hostAliases?.forEach(({ ip = '' }, position) => {
    warnings.push(...ipWarnings(ip, child(index(child(specPath, 'hostAliases'), position), 'ip')));
  });
  return warnings;
}

const nullSelector = 'a null labelSelector results in matching no pod';

function placementWarnings(spec: PodSpec, path: string, warnings: string[]): void {
  for (const key in spec.nodeSelector) {
    const message = nodeLabelDeprecation(key);
    if (message !== undefined) warnings.push(`${entry(child(path, 'nodeSelector'), key)}: ${message}`);
  }
  const nodeAffinity = spec.affinity?.nodeAffinity;
  const affinityPath = child(path, 'affinity', 'nodeAffinity');
  nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((term, position) => {
    const at = child(affinityPath, 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms');
    warnings.push(...nodeTermWarnings(term, false, index(at, position)));
  });
  nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, position) => {
    const at = index(child(affinityPath, 'preferredDuringSchedulingIgnoredDuringExecution'), position);
    warnings.push(...nodeTermWarnings(preference, true, child(at, 'preference')));
  });
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, position) => {
    const at = index(child(path, 'topologySpreadConstraints'), position);
    const message = nodeLabelDeprecation(topologyKey);
    if (message !== undefined) warnings.push(`${child(at, 'topologyKey')}: ${topologyKey} is ${message}`);
    if (!labelSelector) warnings.push(`${child(at, 'labelSelector')}: ${nullSelector}`);
  });
}

function affinityWarnings({ affinity }: PodSpec, path: string, warnings: string[]): void {
  for (const side of ['podAffinity', 'podAntiAffinity'] as const) {
    const at = child(path, 'affinity', side);
    affinity?.[side]?.requiredDuringSchedulingIgnoredDuringExecution?.forEach(({ labelSelector }, position) => {
      const term = index(child(at, 'requiredDuringSchedulingIgnoredDuringExecution'), position);
      if (!labelSelector) warnings.push(`${child(term, 'labelSelector')}: ${nullSelector}`);
    });
    affinity?.[side]?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ podAffinityTerm }, position) => {
      const term = index(child(at, 'preferredDuringSchedulingIgnoredDuringExecution'), position);
      if (podAffinityTerm?.labelSelector) return;
      warnings.push(`${child(term, 'podAffinityTerm', 'labelSelector')}: ${nullSelector}`);
    });
  }
}

/** Lists that merge by key lose what is in them twice. */
function repetitionWarnings({ hostAliases, imagePullSecrets }: PodSpec, path: string, warnings: string[]): void {
  const ips = new Set<string>();
  hostAliases?.forEach(({ ip = '' }, position) => {
    const at = child(index(child(path, 'hostAliases'), position), 'ip');
    if (ips.has(ip)) warnings.push(`${at}: duplicate ip ${JSON.stringify(ip)}`);
    ips.add(ip);
  });
  const names = new Set<string>();
  const secretPath = (position: number): string => child(index(child(path, 'imagePullSecrets'), position), 'name');
  imagePullSecrets?.forEach(({ name = '' }, position) => {
    if (names.has(name)) warnings.push(`${secretPath(position)}: duplicate name ${JSON.stringify(name)}`);
    names.add(name);
  });
  imagePullSecrets?.forEach(({ name }, position) => {
    if (!name) warnings.push(`${secretPath(position)}: invalid empty name ""`);
  });
}

function containerWarnings({ resources, env }: AnyContainer, path: string, warnings: string[]): void {
  for (const name of byteResources) {
    for (const list of ['limits', 'requests'] as const) {
      const amount = resources?.[list]?.[name];
      if (amount === undefined || !isFractional(amount)) continue;
      warnings.push(fractionalByteWarning(entry(child(path, 'resources', list), name), amount));
    }
  }
  const names = new Set<string>();
  env?.forEach(({ name, value = '', valueFrom }, position) => {
    if (!names.has(name)) {
      names.add(name);
      return;
    }
    // X="$(X) more" builds on what was there.
    const reference = `$(${name})`;
    if (!valueFrom && value !== reference && value.includes(reference)) return;
    const detail = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
    warnings.push(`${index(child(path, 'env'), position)}: ${detail}`);
  });
}

/** Definitions of one port that another is compared with: whoever has more of them knows. */
const maxCompared = 20;

function portWarnings(spec: PodSpec, path: string, warnings: string[]): void {
  const seen = new Map<string, { readonly port: ContainerPort; readonly at: string }[]>();
  const firstOfName = new Map<string, string>();
  const ofNames: string[] = [];
  visitContainers(spec, path, ({ ports }, containerPath) => {
    ports?.forEach((port, position) => {
      const at = index(child(containerPath, 'ports'), position);
      if (port.hostIP && !port.hostPort) warnings.push(`${at}: hostIP set without hostPort: ${goForm(port)}`);
      const key = `${port.protocol}/${port.containerPort}`;
      const others = seen.get(key) ?? [];
      for (const other of others) {
        const kind = conflictOf(port, other.port);
        if (kind !== undefined) warnings.push(`${at}: ${kind} port definition with ${other.at}`);
      }
      if (others.length < maxCompared) seen.set(key, [...others, { port, at }]);
      if (!port.name) return;
      const first = firstOfName.get(port.name);
      if (first === undefined) firstOfName.set(port.name, at);
      else {
        const detail = `services and probes that select ports by name will use ${first}`;
        ofNames.push(`${at}: duplicate port name ${JSON.stringify(port.name)} with ${first}, ${detail}`);
      }
    });
  });
  warnings.push(...ofNames);
}

function conflictOf(port: ContainerPort, other: ContainerPort): string | undefined {
  const { hostIP = '', hostPort = 0 } = port;
  const { hostIP: otherIP = '', hostPort: otherPort = 0 } = other;
  if (hostIP === otherIP && hostPort === otherPort) return 'duplicate';
  if (hostPort === 0 || otherPort === 0) return 'overlapping';
  return hostPort === otherPort && (hostIP === '') !== (otherIP === '') ? 'dangerously ambiguous' : undefined;
}

/** As Go prints a struct with %+v. */
function goForm({ name = '', hostPort = 0, containerPort, protocol, hostIP = '' }: ContainerPort): string {
  const fields = `Name:${name} HostPort:${hostPort} ContainerPort:${containerPort}`;
  return `{${fields} Protocol:${protocol ?? ''} HostIP:${hostIP}}`;
}
