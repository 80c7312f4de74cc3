/** PodResizeValidator: a pod on a node cannot be resized beyond what the node has, nor where the node cannot resize. */

import { newForbidden, StatusError } from '#api/errors.ts';
import { compareQuantities, quantityMilliValue, quantityValue } from '#api/quantity.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import { podRequests } from '#kinds/core/pod/resources.ts';
import type { Node, Pod, PodSpec } from '#kinds/generated/core-v1.ts';

const nodes: CollectionName = '/nodes';
const osLabel = 'kubernetes.io/os';

export function podResizeValidator(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'PodResizeValidator',
    handles: (operation) => operation === 'UPDATE',
    validate: ({ resource, subresource, object, oldObject, name }) => {
      if (resource.group !== '' || resource.resource !== 'pods' || subresource !== 'resize') return undefined;
      const { spec } = object as Pod;
      if (!spec?.nodeName || semanticallyEqual(spec, (oldObject as Pod | undefined)?.spec)) return undefined;
      return checkNode(objects, spec, spec.nodeName, name);
    },
  };
}

async function checkNode(objects: LiveObjects, spec: PodSpec, nodeName: string, name: string): Promise<void> {
  await objects.load(nodes);
  const node = objects.get(nodes, '', nodeName) as Node | undefined;
  const forbidden = (reason: string): StatusError => newForbidden({ group: '', resource: 'pods' }, name, reason);
  if (!node) throw forbidden(`node ${JSON.stringify(nodeName)} not found`);
  const os = node.metadata?.labels?.[osLabel] ?? 'linux';
  if (os !== 'linux') {
    const reason = `pod resize is only supported on linux nodes, node ${JSON.stringify(nodeName)} is ${JSON.stringify(os)}`;
    throw withCause(forbidden(reason), 'UnsupportedPlatform');
  }
  const excess = excessOf(spec, node.status?.allocatable ?? {});
  if (excess.length === 0) return;
  const reason = `node didn't have enough allocatable resources: ${excess.join('; ')}`;
  throw withCause(forbidden(reason), 'NodeCapacity');
}

function excessOf(spec: PodSpec, allocatable: Readonly<Record<string, string>>): string[] {
  const requests = podRequests(spec);
  const units = { cpu: quantityMilliValue, memory: quantityValue } as const;
  return (['cpu', 'memory'] as const).flatMap((name) => {
    const [asked = '0', there = '0'] = [requests[name], allocatable[name]];
    if (compareQuantities(asked, there) <= 0) return [];
    return [`${name}, requested: ${units[name](asked)}, allocatable: ${units[name](there)}`];
  });
}

/** Tells the reasons apart for programs. */
function withCause({ status }: StatusError, reason: string): StatusError {
  const causes = [...(status.details?.causes ?? []), { reason }];
  return new StatusError({ ...status, details: { ...status.details, causes } });
}
