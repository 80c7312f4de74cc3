/** Rules of requests and limits, of containers and of the pod as a whole (KEP-2837), and of claims of devices (KEP-4381). */

import {
  child,
  duplicate,
  entry,
  type FieldError,
  forbidden,
  index,
  invalid,
  notFound,
  notSupported,
  required,
  wholeObject,
} from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';
import { compareQuantities } from '#api/quantity.ts';
import type { PodResourceClaim, ResourceRequirements } from '#kinds/generated/core-v1.ts';
import {
  allowsOvercommit,
  checkContainerResourceName,
  checkResourceName,
  checkResourceQuantity,
  isDivisibleByPageSize,
  isHugePages,
} from '../../resource-names.ts';
import { aggregateContainers } from '../resources.ts';
import { mirrorPodKey } from './annotations.ts';
import type { SpecContext } from './rules.ts';

type NameCheck = (name: string, path: string, errors: FieldError[]) => void;
type CheckContext = Pick<SpecContext, 'rules' | 'claimNames' | 'errors'>;

const podLevelResources = ['cpu', 'hugepages-', 'memory'];

export function checkContainerResources(
  requirements: ResourceRequirements | undefined,
  context: CheckContext,
  path: string,
): void {
  if (requirements) checkRequirements(requirements, checkContainerResourceName, context, path);
}

export function checkPodResources(context: SpecContext, specPath: string): void {
  const { spec, errors } = context;
  if (!spec.resources) return;
  const path = child(specPath, 'resources');
  if (spec.os?.name === 'windows') {
    errors.push(forbidden(path, 'may not be set for a windows pod'));
    return;
  }
  if (spec.resources.claims !== undefined) {
    errors.push(forbidden(child(path, 'claims'), 'claims may not be set for Resources at pod-level'));
  }
  checkRequirements(spec.resources, checkPodResourceName, context, path);
  checkConsistency(context, path);
}

export function checkOverhead(overhead: ResourceRequirements['limits'], context: CheckContext, path: string): void {
  if (overhead) {
    checkRequirements({ limits: overhead }, checkContainerResourceName, { ...context, claimNames: new Set() }, path);
  }
}

function checkRequirements(
  { limits = {}, requests = {}, claims }: ResourceRequirements,
  checkName: NameCheck,
  context: CheckContext,
  path: string,
): void {
  const { errors } = context;
  const limitsPath = child(path, 'limits');
  const requestsPath = child(path, 'requests');
  let hasHugePages = false;
  let hasCompute = false;
  const checkEntry = (name: string, quantity: string, at: string): void => {
    checkName(name, at, errors);
    checkResourceQuantity(name, quantity, at, errors);
    if (name === 'cpu' || name === 'memory') hasCompute = true;
  };
  const checkPages = (name: string, quantity: string, at: string): void => {
    if (!isHugePages(name)) return;
    hasHugePages = true;
    if (context.rules.allowIndivisibleHugePages || isDivisibleByPageSize(name, quantity)) return;
    errors.push(invalid(at, quantity, `${quantity} is not positive integer multiple of ${name}`));
  };
  for (const name in limits) {
    const quantity = limits[name] ?? '0';
    checkEntry(name, quantity, entry(limitsPath, name));
    checkPages(name, quantity, entry(limitsPath, name));
  }
  for (const name in requests) {
    const quantity = requests[name] ?? '0';
    checkEntry(name, quantity, entry(requestsPath, name));
    const limit = limits[name];
    if (limit !== undefined) {
      const order = compareQuantities(quantity, limit);
      if (order !== 0 && !allowsOvercommit(name)) {
        errors.push(invalid(requestsPath, quantity, `must be equal to ${name} limit of ${limit}`));
      } else if (order > 0) {
        errors.push(invalid(requestsPath, quantity, `must be less than or equal to ${name} limit of ${limit}`));
      }
    } else if (!allowsOvercommit(name)) {
      errors.push(required(limitsPath, 'Limit must be set for non overcommitable resources'));
    }
    checkPages(name, quantity, entry(requestsPath, name));
  }
  if (hasHugePages && !hasCompute) errors.push(forbidden(path, 'HugePages require cpu or memory'));
  checkClaims(claims, context, child(path, 'claims'));
}

function checkPodResourceName(name: string, path: string, errors: FieldError[]): void {
  if (!checkResourceName(name, path, errors)) return;
  if (name !== 'cpu' && name !== 'memory' && !isHugePages(name)) {
    errors.push(notSupported(path, name, podLevelResources));
  }
}

/** The containers' sum of requests and each container's limits fit into the pod's. */
function checkConsistency({ spec, errors }: SpecContext, path: string): void {
  const { requests = {}, limits = {} } = spec.resources ?? {};
  const sum = aggregateContainers(spec, 'requests');
  for (const name in sum) {
    const [own, total] = [requests[name], sum[name]];
    if (own === undefined || total === undefined || compareQuantities(total, own) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${total}`;
    errors.push(invalid(entry(child(path, 'requests'), name), own, detail));
  }
  const limitSum = aggregateContainers(spec, 'limits');
  for (const name in limitSum) {
    const [own, total] = [limits[name], limitSum[name]];
    if (!isHugePages(name) || own === undefined || total === undefined) continue;
    if (compareQuantities(total, own) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container limits of ${total}`;
    errors.push(invalid(entry(child(path, 'limits'), name), own, detail));
  }
  spec.containers?.forEach(({ resources }, position) => {
    for (const name in resources?.limits) {
      const [own, limit] = [limits[name], resources.limits[name]];
      if (own === undefined || limit === undefined || compareQuantities(limit, own) <= 0) continue;
      const at = child(entry(index(child(path, 'containers'), position), name), 'limits');
      errors.push(invalid(at, limit, `must be less than or equal to pod limits of ${own}`));
    }
  });
}

/** Every claim that a container names is one of the pod's, and none is named twice. */
function checkClaims(claims: ResourceRequirements['claims'], { claimNames, errors }: CheckContext, path: string): void {
  const seen = new Set<string>();
  claims?.forEach(({ name, request }, position) => {
    const at = index(path, position);
    if (!name) {
      errors.push(required(at));
      return;
    }
    if (seen.has(name)) errors.push(duplicate(at, name));
    else {
      if (request) checkFormat(isDNS1123Label, request, child(at, 'request'), errors);
      const key = request ? `${name}/${request}` : name;
      if (seen.has(key)) errors.push(duplicate(at, key));
      else if (!request) {
        for (const other of seen) if (other.startsWith(`${name}/`)) errors.push(duplicate(at, name));
      }
      seen.add(key);
    }
    if (!claimNames.has(name)) {
      const known = claimNames.size === 0 ? ' which is empty' : `: ${[...claimNames].sort().join(', ')}`;
      errors.push(notFound(at, name, `must be one of the names in pod.spec.resourceClaims${known}`));
    }
  });
}

/** spec.resourceClaims. Mirror pods have none. */
export function checkPodResourceClaims(
  claims: readonly PodResourceClaim[] | undefined,
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: FieldError[],
): void {
  const names = new Set<string>();
  claims?.forEach((claim, position) => {
    if (annotations?.[mirrorPodKey] !== undefined) {
      errors.push(forbidden(wholeObject, 'static pods do not support resource claims'));
      return;
    }
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    const at = index(path, position);
    if (!name) errors.push(required(child(at, 'name')));
    else if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
    else {
      checkFormat(isDNS1123Label, name, child(at, 'name'), errors);
      names.add(name);
    }
    // Upstream prints its internal struct.
    const printed = {
      Name: name ?? '',
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(invalid(at, printed, detail));
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errors.push(invalid(at, printed, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    }
    if (resourceClaimName !== undefined) {
      checkFormat(isDNS1123Subdomain, resourceClaimName, child(at, 'resourceClaimName'), errors);
    }
    if (resourceClaimTemplateName !== undefined) {
      checkFormat(isDNS1123Subdomain, resourceClaimTemplateName, child(at, 'resourceClaimTemplateName'), errors);
    }
  });
}
