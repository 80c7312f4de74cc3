/** Updates of pods/resize (KEP-1287): CPU and memory of containers and of the pod, within the pod's class of service. */

import { child, type FieldError, forbidden, index, invalid, wholeObject } from '#api/field-error.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '#kinds/generated/core-v1.ts';
import { qosClassOf } from '../qos.ts';
import { isSidecar, type ResourceList } from '../resources.ts';
import { mirrorPodKey } from './annotations.ts';

const path = 'spec';
const onlyComputeMessage = 'only cpu and memory resources are mutable';

export function checkResize(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const { spec, status } = pod;
  const before = old.spec;
  if (!spec || !before) return errors;
  if (old.metadata?.annotations?.[mirrorPodKey] !== undefined)
    return [forbidden(wholeObject, 'static pods cannot be resized')];
  if (before.os?.name === 'windows') return [forbidden(wholeObject, 'windows pods cannot be resized')];
  if ((old.status?.qosClass ?? qosClassOf(before)) !== qosClassOf(spec)) {
    errors.push(invalid(path, status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  }
  if (!nodeSupportsResize(old)) errors.push(forbidden(path, 'Pod running on node without support for resize'));
  if (hasAmounts(before.resources) || hasAmounts(spec.resources)) checkPodLevel(spec, before, errors);
  if ((old.status?.nodeAllocatableResourceClaimStatuses ?? []).length > 0) {
    errors.push(forbidden(path, 'pods with node allocatable resource claims cannot be resized'));
  }
  if (!checkOrder(spec, before, errors)) return errors;
  for (const list of ['initContainers', 'containers'] as const) {
    spec[list]?.forEach(({ resources }, position) => {
      const at = child(index(child(path, list), position), 'resources');
      checkNothingRemoved(
        resources,
        before[list]?.[position]?.resources,
        at,
        ['resource requests', 'resource limits'],
        errors,
      );
    });
  }
  const containers = maskAll(spec.containers, before.containers, (_container, masked, previous) => {
    if (!semanticallyEqual(masked, previous)) errors.push(forbidden(path, onlyComputeMessage));
  });
  const initContainers = maskAll(
    spec.initContainers,
    before.initContainers,
    (container, masked, previous, position) => {
      checkInitContainer(container, masked, previous, index(child(path, 'initContainers'), position), errors);
    },
  );
  if (errors.length > 0) return errors;
  const resources = maskRequirements(spec.resources, before.resources);
  if (!semanticallyEqual({ ...spec, containers: containers ?? [], initContainers, resources }, before)) {
    errors.push(forbidden(path, onlyComputeMessage));
  }
  return errors;
}

/** Running containers on nodes that can resize report their resources. */
function nodeSupportsResize({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running);
  return running === undefined || running.resources !== undefined;
}

function checkPodLevel({ resources }: PodSpec, { resources: before }: PodSpec, errors: FieldError[]): void {
  const at = child(path, 'resources');
  if (before && !resources) {
    errors.push(forbidden(at, 'pod-level resources cannot be removed'));
    return;
  }
  const names = ['pod-level resource requests', 'pod-level resource limits'] as const;
  if (before) checkNothingRemoved(resources, before, at, names, errors);
  if (!semanticallyEqual(maskRequirements(resources, before), before)) {
    errors.push(forbidden(path, `${onlyComputeMessage} at pod-level`));
  }
}

/** False when containers do not correspond one to one. */
function checkOrder(spec: PodSpec, before: PodSpec, errors: FieldError[]): boolean {
  const count = errors.length;
  for (const list of ['containers', 'initContainers'] as const) {
    const [now, then] = [spec[list] ?? [], before[list] ?? []];
    const at = child(path, list);
    if (now.length !== then.length) errors.push(forbidden(at, `${list} may not be added or removed on resize`));
    else {
      then.forEach(({ name }, position) => {
        if (now[position]?.name === name) return;
        const detail = `${list} may not be renamed or reordered on resize`;
        errors.push(forbidden(child(index(at, position), 'name'), detail));
      });
    }
  }
  return errors.length === count;
}

function checkNothingRemoved(
  now: ResourceRequirements | undefined,
  before: ResourceRequirements | undefined,
  at: string,
  [requests, limits]: readonly [string, string],
  errors: FieldError[],
): void {
  for (const [list, name] of [
    ['requests', requests],
    ['limits', limits],
  ] as const) {
    const left = now?.[list] ?? {};
    const isRemoved = Object.keys(before?.[list] ?? {}).some((resource) => !Object.hasOwn(left, resource));
    if (isRemoved) errors.push(forbidden(child(at, list), `${name} cannot be removed`));
  }
}

function checkInitContainer(
  container: Container,
  masked: Container,
  before: Container,
  at: string,
  errors: FieldError[],
): void {
  if (!semanticallyEqual(masked, before)) {
    errors.push(forbidden(at, 'only cpu and memory resources for init or sidecar containers are mutable'));
  }
  if (isSidecar(container) || semanticallyEqual(container, before)) return;
  for (const { restartPolicy } of container.resizePolicy ?? []) {
    if (restartPolicy !== 'RestartContainer') continue;
    const detail = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
    errors.push(forbidden(at, detail));
  }
}

function maskAll(
  containers: readonly Container[] | undefined,
  before: readonly Container[] | undefined,
  visit: (container: Container, masked: Container, before: Container, position: number) => void,
): Container[] | undefined {
  return containers?.map((container, position) => {
    const previous = before?.[position] ?? container;
    // Claims are dropped as upstream drops them: a container that has some differs, and is refused.
    const { requests, limits } = maskRequirements(container.resources ?? {}, previous.resources) ?? {};
    const masked = { ...container, resources: { requests, limits } };
    visit(container, masked, previous, position);
    return masked;
  });
}

/** The requirements with the old amounts of CPU and memory. */
function maskRequirements(
  requirements: ResourceRequirements | undefined,
  before: ResourceRequirements | undefined,
): ResourceRequirements | undefined {
  if (!requirements) return undefined;
  const masked = {
    ...requirements,
    requests: maskList(requirements.requests, before?.requests),
    limits: maskList(requirements.limits, before?.limits),
  };
  // What had none and got CPU and memory only is as it was.
  return before || hasAmounts(masked) || masked.claims?.length ? masked : undefined;
}

function maskList(list: ResourceList | undefined, before: ResourceList | undefined): ResourceList | undefined {
  if (!list && !before) return undefined;
  const { cpu: _cpu, memory: _memory, ...others } = list ?? {};
  return {
    ...others,
    ...(before?.cpu === undefined ? {} : { cpu: before.cpu }),
    ...(before?.memory === undefined ? {} : { memory: before.memory }),
  };
}

function hasAmounts(requirements: ResourceRequirements | undefined): boolean {
  return Object.keys({ ...requirements?.requests, ...requirements?.limits }).length > 0;
}
