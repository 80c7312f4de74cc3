/** Updates of pods/status: what kubelets and schedulers report must be well formed, and a container's end is final unless it may restart. */

import {
  child,
  duplicate,
  type FieldError,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
  tooLong,
} from '#api/field-error.ts';
import { checkFormat, checkImmutable } from '#api/field-rules.ts';
import { checkLegacyIP, isDualStack } from '#api/ip-rules.ts';
import { utf8Length } from '#api/label-rules.ts';
import { inclusiveRangeMessage, isDNS1123Label, isDNS1123Subdomain, isQualifiedName } from '#api/name-format.ts';
import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from '#kinds/generated/core-v1.ts';
import { checkPodAnnotations, checkPodAnnotationsUpdate } from './annotations.ts';
import { podRules } from './rules.ts';

const maxId = 2 ** 31 - 1;
const maxHealthMessage = 1024;
const systemConditions: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized']);
const healths = ['Healthy', 'Unhealthy', 'Unknown'];

export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, spec = { containers: [] }, status = {} } = pod;
  const before = old.status ?? {};
  checkPodAnnotationsUpdate(pod, old, 'metadata.annotations', errors);
  checkPodAnnotations(metadata?.annotations, spec, podRules(old, true), 'metadata.annotations', errors);
  checkConditions(status, errors);
  checkNominated(status.nominatedNodeName ?? '', old, errors);
  if ((status.observedGeneration ?? 0) < 0) {
    errors.push(invalid('status.observedGeneration', status.observedGeneration, 'must be a non-negative integer'));
  }
  checkImmutable(status.qosClass ?? '', before.qosClass ?? '', 'status.qosClass', errors);
  checkTransitions(status, before, old.spec ?? spec, errors);
  checkClaims(status, spec, errors);
  checkExtendedClaim(status, spec, errors);
  checkAddresses(status, before, errors);
  for (const list of ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const) {
    status[list]?.forEach((container, position) => {
      checkUser(
        container,
        spec.os?.name ?? 'linux',
        child(index(child('status', list), position), 'user', 'linux'),
        errors,
      );
    });
  }
  checkAllocated(status.containerStatuses, spec.containers, 'status.containerStatuses', errors);
  checkAllocated(status.initContainerStatuses, spec.initContainers, 'status.initContainerStatuses', errors);
  status.ephemeralContainerStatuses?.forEach(({ allocatedResourcesStatus }, position) => {
    if ((allocatedResourcesStatus ?? []).length === 0) return;
    const at = child(index('status.ephemeralContainerStatuses', position), 'allocatedResourcesStatus');
    errors.push(forbidden(at, 'must not be specified in container status'));
  });
  return errors;
}

function checkConditions({ conditions }: PodStatus, errors: FieldError[]): void {
  conditions?.forEach(({ type = '', observedGeneration = 0 }, position) => {
    const at = index('status.conditions', position);
    if (observedGeneration < 0) {
      errors.push(invalid(child(at, 'observedGeneration'), observedGeneration, 'must be a non-negative integer'));
    }
    if (!systemConditions.has(type)) checkFormat(isQualifiedName, type, child(at, 'Type'), errors);
  });
}

/** A bound pod is nominated no more. */
function checkNominated(name: string, { spec, status }: Pod, errors: FieldError[]): void {
  if (name === '' || name === (status?.nominatedNodeName ?? '')) return;
  const at = 'status.nominatedNodeName';
  checkFormat(isDNS1123Subdomain, name, at, errors);
  if (spec?.nodeName) errors.push(forbidden(at, 'may not be set on pods that are already bound to a node'));
}

function checkTransitions(status: PodStatus, before: PodStatus, spec: PodSpec, errors: FieldError[]): void {
  const isRestartingAll = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  );
  for (const [list, containers] of [
    ['containerStatuses', spec.containers],
    ['initContainerStatuses', spec.initContainers],
    ['ephemeralContainerStatuses', undefined],
  ] as const) {
    if (isRestartingAll && list !== 'ephemeralContainerStatuses') continue;
    before[list]?.forEach(({ name, state }, position) => {
      const ended = state?.terminated;
      const next = status[list]?.find((container) => container.name === name);
      if (!ended || !next || next.state?.terminated) return;
      const container = containers?.find((candidate) => candidate.name === name);
      if (container && mayRestart(container, spec, ended.exitCode ?? 0)) return;
      const at = child(index(child('status', list), position), 'state');
      errors.push(forbidden(at, 'may not be transitioned to non-terminated state'));
    });
  }
}

/** The container's rules decide, then its policy, then the pod's (KEP-5307). */
function mayRestart({ restartPolicy, restartPolicyRules }: Container, spec: PodSpec, exitCode: number): boolean {
  if (restartPolicy !== undefined) {
    const isRuled = restartPolicyRules?.some(({ exitCodes }) => {
      const isListed = exitCodes?.values?.includes(exitCode) ?? false;
      return exitCodes !== undefined && (exitCodes.operator === 'In' ? isListed : !isListed);
    });
    if (isRuled) return true;
  }
  const policy = restartPolicy ?? spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function checkClaims({ resourceClaimStatuses }: PodStatus, { resourceClaims }: PodSpec, errors: FieldError[]): void {
  const names = new Set<string>();
  resourceClaimStatuses?.forEach(({ name, resourceClaimName }, position) => {
    const at = index('status.resourceClaimStatuses', position);
    if (!resourceClaims?.some((claim) => claim.name === name)) {
      errors.push(invalid(child(at, 'name'), name, 'must match the name of an entry in `spec.resourceClaims`'));
    }
    if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
    names.add(name);
    if (resourceClaimName !== undefined) {
      checkFormat(isDNS1123Subdomain, resourceClaimName, child(at, 'resourceClaimName'), errors);
    }
  });
}

function checkExtendedClaim(
  { extendedResourceClaimStatus: claim }: PodStatus,
  spec: PodSpec,
  errors: FieldError[],
): void {
  if (!claim) return;
  const path = 'status.extendedResourceClaimStatus';
  const mappingsPath = child(path, 'requestMappings');
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const where = (field: string): string => `spec.initContainers.${field} or spec.containers.${field}`;
  const seen = new Set<string>();
  if ((claim.requestMappings ?? []).length === 0) {
    errors.push(required(mappingsPath, 'at least one request mapping is required'));
  }
  claim.requestMappings?.forEach(({ containerName, resourceName, requestName }, position) => {
    const at = index(mappingsPath, position);
    const container = containers.find(({ name }) => name === containerName);
    if (!container) {
      const detail = `must match the name of an entry in ${where('name')}`;
      errors.push(invalid(child(at, 'containerName'), containerName, detail));
    } else if (container.resources?.requests?.[resourceName] === undefined) {
      const detail = `must match the extended resource name of an entry in ${where('resources.requests')}`;
      errors.push(invalid(child(at, 'resourceName'), resourceName, detail));
    }
    checkFormat(isDNS1123Label, requestName, child(path, 'requestName'), errors);
    const key = `${containerName}/${resourceName}/${requestName}`;
    if (seen.has(key)) {
      errors.push(duplicate(child(at, 'containerName'), containerName));
      errors.push(duplicate(child(at, 'resourceName'), resourceName));
      errors.push(duplicate(child(at, 'requestName'), requestName));
    }
    seen.add(key);
  });
  if (!claim.resourceClaimName) errors.push(required(child(path, 'resourceClaimName')));
  else checkFormat(isDNS1123Subdomain, claim.resourceClaimName, child(path, 'resourceClaimName'), errors);
}

function checkAddresses(status: PodStatus, before: PodStatus, errors: FieldError[]): void {
  const { hostIPs = [], hostIP = '' } = status;
  checkPair('status.podIPs', status.podIPs ?? [], before.podIPs ?? [], errors);
  if (hostIPs[0] && hostIPs[0].ip !== hostIP) {
    errors.push(invalid('status.hostIPs[0].ip', hostIPs[0].ip, 'must be equal to `hostIP`'));
  }
  checkPair('status.hostIPs', hostIPs, before.hostIPs ?? [], errors);
}

interface Address {
  readonly ip?: string | undefined;
}

/** At most one address of each family; stored ones may stay as they are. */
function checkPair(path: string, now: readonly Address[], before: readonly Address[], errors: FieldError[]): void {
  const addresses = now.map(({ ip = '' }) => ip);
  const stored = before.map(({ ip = '' }) => ip);
  addresses.forEach((address, position) => {
    checkLegacyIP(address, index(path, position), errors, stored);
  });
  if (addresses.length > 1 && (!isDualStack(addresses) || addresses.length > 2)) {
    const printed = addresses.map((address) => ({ IP: address }));
    errors.push(invalid(path, printed, 'may specify no more than one IP for each IP family'));
  }
}

function checkUser({ user }: ContainerStatus, os: string, path: string, errors: FieldError[]): void {
  if (!user?.linux) return;
  if (os === 'windows') {
    errors.push(forbidden(path, 'cannot be set for a windows pod'));
    return;
  }
  const checkId = (id: number, at: string): void => {
    if (id < 0 || id > maxId) errors.push(invalid(at, id, inclusiveRangeMessage(0, maxId)));
  };
  checkId(user.linux.uid ?? 0, child(path, 'uid'));
  checkId(user.linux.gid ?? 0, child(path, 'gid'));
  user.linux.supplementalGroups?.forEach((group, position) => {
    checkId(group, index(child(path, 'supplementalGroups'), position));
  });
}

/** Health of devices (KEP-4680): of resources that the container asked for. */
function checkAllocated(
  statuses: readonly ContainerStatus[] | undefined,
  containers: readonly Container[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  statuses?.forEach(({ name: containerName, allocatedResourcesStatus }, position) => {
    const container = containers?.find(({ name }) => name === containerName);
    allocatedResourcesStatus?.forEach(({ name = '', resources }, resourcePosition) => {
      const at = index(child(index(path, position), 'allocatedResourcesStatus'), resourcePosition);
      if (container && !isAskedFor(name, container)) {
        const detail = name.startsWith('claim:')
          ? "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
          : "must match one of the container's resource requests";
        errors.push(invalid(child(at, 'name'), name, detail));
      }
      const ids = new Set<string>();
      resources?.forEach(({ resourceID = '', health = '', message }, idPosition) => {
        const idPath = index(child(at, 'resources'), idPosition);
        if (!healths.includes(health)) errors.push(notSupported(child(idPath, 'health'), health, healths));
        if (message === '') errors.push(required(child(idPath, 'message'), 'must be non-empty if specified'));
        else if (message !== undefined && utf8Length(message) > maxHealthMessage) {
          errors.push(tooLong(child(idPath, 'message'), maxHealthMessage));
        }
        if (ids.has(resourceID)) errors.push(duplicate(child(idPath, 'resourceID'), resourceID));
        ids.add(resourceID);
      });
    });
  });
}

function isAskedFor(name: string, { resources }: Container): boolean {
  if (!name.startsWith('claim:')) return resources?.requests?.[name] !== undefined;
  return (resources?.claims ?? []).some(
    ({ name: claim, request }) => `claim:${claim}${request ? `/${request}` : ''}` === name,
  );
}
