/**
 * What objects count for against resource quotas (upstream: pkg/quota/v1/evaluator). Pure: shared by the admission plugin, which
 * charges, and the controller, which counts anew.
 */

import type { KubeObject } from '#api/object.ts';
import { addQuantities, compareQuantities, subtractQuantities } from '#api/quantity.ts';
import { podLimits, podRequests, type ResourceList } from '#kinds/core/pod/resources.ts';
import type {
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  ScopedResourceSelectorRequirement,
  Service,
} from '#kinds/generated/core-v1.ts';

/** 'pods', 'deployments.apps': how quota names a resource. */
export function quotaResource(group: string, plural: string): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** Short names of countable resources from before count/RESOURCE. */
const countedByName: ReadonlySet<string> = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
]);

/** Everything that one object uses. `resource` as `quotaResource` names it. */
export function usageOf(resource: string, object: KubeObject, nowMs: number): ResourceList {
  const usage: Record<string, string> = { [`count/${resource}`]: '1' };
  if (countedByName.has(resource)) usage[resource] = '1';
  if (resource === 'pods') addPod(usage, object as Pod, nowMs);
  else if (resource === 'services') addService(usage, object as Service);
  else if (resource === 'persistentvolumeclaims') addClaim(usage, object as PersistentVolumeClaim);
  return usage;
}

/** True when the name in a quota's `hard` is about this resource. */
export function concerns(hardName: string, resource: string): boolean {
  if (hardName === `count/${resource}`) return true;
  if (resource === 'pods') return isPodResource(hardName);
  if (resource === 'services') return ['services', 'services.nodeports', 'services.loadbalancers'].includes(hardName);
  if (resource === 'persistentvolumeclaims') {
    return (
      hardName === 'persistentvolumeclaims' ||
      hardName === 'requests.storage' ||
      hardName.includes('.storageclass.storage.k8s.io/') ||
      hardName.includes('.volumeattributesclass.storage.k8s.io/')
    );
  }
  return countedByName.has(resource) && hardName === resource;
}

const computeResources: ReadonlySet<string> = new Set([
  'pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
]);

function isPodResource(name: string): boolean {
  if (computeResources.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-'))
    return true;
  // Extended resources are quota'd by their requests: requests.nvidia.com/gpu.
  return name.startsWith('requests.') && name.includes('/') && !name.includes('storageclass.storage.k8s.io');
}

/** Pods that have ended, or that their node should long have ended, use nothing but their place in the store. */
export function countsCompute({ status, metadata }: Pod, nowMs: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  if (metadata?.deletionTimestamp && metadata.deletionGracePeriodSeconds !== undefined) {
    return nowMs <= Date.parse(metadata.deletionTimestamp) + metadata.deletionGracePeriodSeconds * 1000;
  }
  return true;
}

function addPod(usage: Record<string, string>, pod: Pod, nowMs: number): void {
  if (!pod.spec || !countsCompute(pod, nowMs)) return;
  usage.pods = '1';
  const requests = podRequests(pod.spec);
  const limits = podLimits(pod.spec);
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const request = requests[name];
    const limit = limits[name];
    if (request !== undefined) {
      usage[name] = request;
      usage[`requests.${name}`] = request;
    }
    if (limit !== undefined) usage[`limits.${name}`] = limit;
  }
  for (const [name, amount] of Object.entries(requests)) {
    if (name.startsWith('hugepages-')) usage[name] = amount;
    if (name.startsWith('hugepages-') || isExtended(name)) usage[`requests.${name}`] = amount;
  }
}

function isExtended(name: string): boolean {
  return name.includes('/') && !name.split('/')[0]?.endsWith('kubernetes.io') && !name.startsWith('requests.');
}

function addService(usage: Record<string, string>, { spec }: Service): void {
  const ports = String(spec?.ports?.length ?? 0);
  if (spec?.type === 'NodePort') {
    usage['services.nodeports'] = ports;
    usage['services.loadbalancers'] = '0';
  } else if (spec?.type === 'LoadBalancer') {
    const withNodePorts = (spec.ports ?? []).filter((port) => port.nodePort).length;
    usage['services.nodeports'] = spec.allocateLoadBalancerNodePorts === false ? String(withNodePorts) : ports;
    usage['services.loadbalancers'] = '1';
  } else {
    usage['services.nodeports'] = '0';
    usage['services.loadbalancers'] = '0';
  }
}

function addClaim(usage: Record<string, string>, claim: PersistentVolumeClaim): void {
  const storageClass =
    claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec?.storageClassName;
  const suffix = storageClass ? `${storageClass}.storageclass.storage.k8s.io/` : undefined;
  if (suffix) usage[`${suffix}persistentvolumeclaims`] = '1';
  const storage = claim.spec?.resources?.requests?.storage;
  if (storage === undefined) return;
  usage['requests.storage'] = storage;
  if (suffix) usage[`${suffix}requests.storage`] = storage;
}

/** True when the quota's scopes take the object in. Only pods have scopes. */
export function inScopes(quota: ResourceQuota, resource: string, object: KubeObject): boolean {
  const requirements: readonly ScopedResourceSelectorRequirement[] = [
    ...(quota.spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' as const })),
    ...(quota.spec?.scopeSelector?.matchExpressions ?? []),
  ];
  return requirements.every((requirement) => matchesScope(requirement, resource, object));
}

/** Only pods have scopes. */
export function matchesScope(
  requirement: ScopedResourceSelectorRequirement,
  resource: string,
  object: KubeObject,
): boolean {
  return resource === 'pods' && podInScope(object as Pod, requirement);
}

function podInScope(pod: Pod, { scopeName, operator, values }: ScopedResourceSelectorRequirement): boolean {
  const { spec } = pod;
  switch (scopeName) {
    case 'Terminating':
      return spec?.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec?.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass': {
      const name = spec?.priorityClassName ?? '';
      if (operator === 'Exists') return name !== '';
      if (operator === 'DoesNotExist') return name === '';
      return (operator === 'In') === (values?.includes(name) ?? false);
    }
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod);
    default:
      return false;
  }
}

function isBestEffort({ spec, status }: Pod): boolean {
  if (status?.qosClass) return status.qosClass === 'BestEffort';
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ resources }) => resources);
  return [...all, spec?.resources].every(
    (resources) => Object.keys({ ...resources?.requests, ...resources?.limits }).filter(isQosResource).length === 0,
  );
}

function isQosResource(name: string): boolean {
  return name === 'cpu' || name === 'memory';
}

function crossesNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  const terms = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => term.podAffinityTerm),
  ]);
  return terms.some((term) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
}

/**
 * A pod under a quota of cpu or memory must say how much of it every container asks for: the names of what is missing, in upstream's
 * words, or undefined.
 */
export function missingForQuota(
  resource: string,
  object: KubeObject,
  hardNames: readonly string[],
): string | undefined {
  if (resource !== 'pods') return undefined;
  const { spec } = object as Pod;
  const required = hardNames.filter(
    (name) => /^(requests\.|limits\.)?(cpu|memory|ephemeral-storage)$/.test(name) && !name.includes('ephemeral'),
  );
  if (required.length === 0 || !spec) return undefined;
  const podLevel = new Set(Object.keys(withQuotaNames(spec.resources?.requests, spec.resources?.limits)));
  const missing = new Map<string, string[]>();
  for (const { name, resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const given = withQuotaNames(resources?.requests, resources?.limits);
    for (const wanted of required) {
      if (given[wanted] !== undefined || podLevel.has(wanted)) continue;
      missing.set(wanted, [...(missing.get(wanted) ?? []), name]);
    }
  }
  if (missing.size === 0) return undefined;
  const parts = [...missing]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([wanted, containers]) => `${wanted} for: ${[...new Set(containers)].sort().join(',')}`);
  return `must specify ${parts.join('; ')}`;
}

function withQuotaNames(requests: ResourceList | undefined, limits: ResourceList | undefined): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, amount] of Object.entries(requests ?? {})) {
    named[name] = amount;
    named[`requests.${name}`] = amount;
  }
  for (const [name, amount] of Object.entries(limits ?? {})) named[`limits.${name}`] = amount;
  return named;
}

/** Sums resource by resource. */
export function addUsage(a: ResourceList, b: ResourceList): Record<string, string> {
  const sum: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    const before = sum[name];
    sum[name] = before === undefined ? amount : addQuantities(before, amount);
  }
  return sum;
}

/** What `after` uses more than `before`; nothing is less than zero, and zeros are left out. */
export function usageGrowth(after: ResourceList, before: ResourceList): Record<string, string> {
  const growth: Record<string, string> = {};
  for (const [name, amount] of Object.entries(after)) {
    const difference = subtractQuantities(amount, before[name] ?? '0');
    if (compareQuantities(difference, '0') > 0) growth[name] = difference;
  }
  return growth;
}

/** The part of a usage that a quota's `hard` speaks of. */
export function maskUsage(usage: ResourceList, hard: ResourceList): Record<string, string> {
  return Object.fromEntries(Object.entries(usage).filter(([name]) => Object.hasOwn(hard, name)));
}
