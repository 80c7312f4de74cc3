/**
 * Whether a pod that was bound to this node can run here (pkg/kubelet/lifecycle): the scheduler may have seen an older state, or
 * somebody set spec.nodeName by hand. A pod that cannot is failed with upstream's reason.
 */

import {
  addQuantities,
  compareQuantities,
  quantityMilliValue,
  quantityValue,
  subtractQuantities,
} from '#api/quantity.ts';
import type { Node, ResourceList } from '#kinds/generated/core-v1.ts';
import { containersOf, isHostNetwork, type NodePod } from '../pod/node-pod.ts';
import { podResources } from '../pod/resources.ts';
import { forbiddenSysctl } from '../security/sysctls.ts';
import { matchesNode } from './node-match.ts';

export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

export interface AdmissionFacts {
  readonly pod: NodePod;
  /** The node as it is registered. */
  readonly node: Node;
  readonly allocatable: ResourceList;
  /** Admitted pods that are not over. */
  readonly others: readonly NodePod[];
  readonly allowedUnsafeSysctls: readonly string[];
}

/** Undefined when the pod may run. */
export function rejectionOf(facts: AdmissionFacts): Rejection | undefined {
  const { pod, node } = facts;
  const sysctl = forbiddenSysctl(pod, facts.allowedUnsafeSysctls);
  if (sysctl) return { reason: 'SysctlForbidden', message: sysctl };
  if (pod.spec.os?.name !== undefined && pod.spec.os.name !== 'linux') {
    return {
      reason: 'PodOSNotSupported',
      message: "Failed to admit pod as the OS field doesn't match node OS",
    };
  }
  return insufficientResource(facts) ?? nodeMismatch(pod, node) ?? portConflict(facts) ?? untoleratedTaint(pod, node);
}

const reasons: Readonly<Record<string, string>> = {
  cpu: 'OutOfcpu',
  memory: 'OutOfmemory',
  'ephemeral-storage': 'OutOfephemeral-storage',
  pods: 'OutOfpods',
};

function insufficientResource({ pod, allocatable, others }: AdmissionFacts): Rejection | undefined {
  const reject = (resource: string, requested: number, used: number, capacity: number): Rejection => ({
    reason: reasons[resource] ?? `OutOf${resource}`,
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  });
  const podCapacity = quantityValue(allocatable.pods ?? '0');
  if (others.length + 1 > podCapacity) return reject('pods', 1, others.length, podCapacity);
  const requests = podResources(pod, 'requests');
  for (const [resource, quantity] of Object.entries(requests)) {
    if (compareQuantities(quantity, '0') <= 0) continue;
    // Somebody else counts extended resources that this node does not know of; the scheduler has seen to them.
    if (resource.includes('/') && allocatable[resource] === undefined) continue;
    const capacity = allocatable[resource] ?? '0';
    const used = others.reduce(
      (total, other) => addQuantities(total, podResources(other, 'requests')[resource] ?? '0'),
      '0',
    );
    if (compareQuantities(quantity, subtractQuantities(capacity, used)) <= 0) continue;
    const unit = resource === 'cpu' ? quantityMilliValue : quantityValue;
    return reject(resource, unit(quantity), unit(used), unit(capacity));
  }
  return undefined;
}

function nodeMismatch(pod: NodePod, node: Node): Rejection | undefined {
  if (matchesNode(pod, node)) return undefined;
  return {
    reason: 'NodeAffinity',
    message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  };
}

interface HostPort {
  readonly port: number;
  readonly protocol: string;
  readonly ip: string;
}

function hostPorts(pod: NodePod): readonly HostPort[] {
  return containersOf(pod)
    .filter(({ kind, container }) => kind === 'regular' || container.restartPolicy === 'Always')
    .flatMap(({ container }) => container.ports ?? [])
    .map(({ hostPort, containerPort, protocol = 'TCP', hostIP }) => ({
      port: hostPort ?? (isHostNetwork(pod) ? containerPort : 0),
      protocol,
      ip: hostIP || '0.0.0.0',
    }))
    .filter(({ port }) => port > 0);
}

function portConflict({ pod, others }: AdmissionFacts): Rejection | undefined {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return undefined;
  const taken = others.flatMap(hostPorts);
  const conflicts = wanted.some((port) =>
    taken.some(
      (other) =>
        other.port === port.port &&
        other.protocol === port.protocol &&
        (other.ip === port.ip || other.ip === '0.0.0.0' || port.ip === '0.0.0.0'),
    ),
  );
  if (!conflicts) return undefined;
  return {
    reason: 'NodePorts',
    message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  };
}

function untoleratedTaint(pod: NodePod, node: Node): Rejection | undefined {
  const taint = (node.spec?.taints ?? []).find(
    ({ key, value = '', effect }) =>
      effect === 'NoExecute' &&
      !(pod.spec.tolerations ?? []).some(
        (toleration) =>
          (!toleration.effect || toleration.effect === effect) &&
          (!toleration.key ? toleration.operator === 'Exists' : toleration.key === key) &&
          (toleration.operator === 'Exists' || (toleration.value ?? '') === value),
      ),
  );
  if (!taint) return undefined;
  return { reason: 'TaintToleration', message: 'Predicate TaintToleration failed: node(s) had untolerated taint(s)' };
}
