/**
 * Registers the node and keeps its object and lease current (pkg/kubelet/kubelet_node_status.go, component-helpers lease).
 *
 * The lease is the heartbeat; the status is written when it changes, and every few minutes even if not. A runtime that has just
 * become ready is reported at once: nothing waits for a period.
 */

import { isAlreadyExists, isConflict, isNotFound } from '#api/errors.ts';
import { formatMicroTime, formatTime } from '#api/time.ts';
import { isAborted, sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Leases } from '#kinds/coordination/lease/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import type { Lease } from '#kinds/generated/coordination-v1.ts';
import type { Node, NodeStatus } from '#kinds/generated/core-v1.ts';
import type { KubeletConfig } from '../config.ts';
import type { KubeletPorts } from '../ports.ts';
import { isEqual } from '../status/status-patch.ts';
import { type NodeStatusFacts, nodeStatus } from './node-status.ts';

export interface NodeReporterConfig {
  readonly env: Env;
  readonly client: Client;
  readonly config: KubeletConfig;
  readonly ports: KubeletPorts;
  /** Called with every status that was found, before it is written. */
  readonly onStatus: (facts: NodeStatusFacts, status: NodeStatus) => void;
  readonly event: (node: Node, type: 'Normal' | 'Warning', reason: string, message: string) => void;
}

const leaseNamespace = 'kube-node-lease';
const retryMs = 1000;
/** Until the runtime and its network are ready they are asked this often. */
const notReadyPollMs = 200;

export class NodeReporter {
  private readonly config: NodeReporterConfig;
  private node: Node | undefined;
  private status: NodeStatus | undefined;
  private writtenAt = Number.NEGATIVE_INFINITY;
  private lease: Lease | undefined;

  constructor(config: NodeReporterConfig) {
    this.config = config;
  }

  /** The node's object as it was last read or written. */
  get current(): Node | undefined {
    return this.node;
  }

  /** The API server's newest state: labels, taints and the pod network may have changed. */
  observe(node: Node): void {
    this.node = node;
  }

  /** Finds out the status without writing it; what the kubelet needs to know before it takes pods. */
  async look(): Promise<NodeStatus> {
    const { env, config, ports } = this.config;
    const [machine, addresses, disk, memoryAvailableBytes, processes, version, runtime, images] = await Promise.all([
      ports.machine.info(),
      config.nodeIPs ?? ports.machine.addresses(),
      ports.files.usage(config.rootDirectory),
      ports.machine.memoryAvailableBytes(),
      ports.machine.processes(),
      ports.runtime.version().catch(() => undefined),
      ports.runtime.status().catch(() => undefined),
      ports.images.listImages().catch(() => []),
    ]);
    const facts: NodeStatusFacts = {
      config,
      machine,
      addresses,
      disk,
      memoryAvailableBytes,
      processes,
      version,
      runtime,
      images,
      now: formatTime(env.clock.now()),
      previous: this.status ?? this.node?.status,
      recordedCapacity: this.node?.status?.capacity,
    };
    const status = nodeStatus(facts);
    this.config.onStatus(facts, status);
    return status;
  }

  /** Makes the node's object, or finds the one that is there; tries until it has. */
  async register(signal: AbortSignal): Promise<Node> {
    const { env, client, config } = this.config;
    for (;;) {
      try {
        const status = await this.look();
        let node = await client.create<Node>(Nodes, this.initialNode(status), { signal }).catch((error: unknown) => {
          if (isAlreadyExists(error)) return undefined;
          throw error;
        });
        const isNew = node !== undefined;
        if (node) {
          this.status = status;
          this.writtenAt = env.clock.monotonic();
        } else {
          node = await this.reconcileLabels(
            await client.get<Node>(Nodes, { name: config.nodeName }, { signal }),
            signal,
          );
          this.status = node.status;
        }
        this.node = node;
        if (isNew) this.tellChanges(node, undefined, status);
        return node;
      } catch (error) {
        if (signal.aborted || isAborted(error)) throw error;
        env.log.warn('unable to register the node with the API server, will retry', { error: messageOf(error) });
        await sleep(env.clock, retryMs, signal);
      }
    }
  }

  /** Keeps status and lease current until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.runStatus(signal), this.runLease(signal)]);
  }

  private async runStatus(signal: AbortSignal): Promise<void> {
    const { env, config } = this.config;
    while (!signal.aborted) {
      let delayMs = config.nodeStatusUpdateFrequencyMs;
      try {
        const status = await this.look();
        await this.write(status, signal);
        if (status.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') delayMs = notReadyPollMs;
      } catch (error) {
        if (signal.aborted) return;
        env.log.warn('node status update failed', { error: messageOf(error) });
        delayMs = retryMs;
      }
      await sleep(env.clock, delayMs, signal).catch(() => {});
    }
  }

  private async write(status: NodeStatus, signal: AbortSignal): Promise<void> {
    const { env, client, config } = this.config;
    const now = env.clock.monotonic();
    const due = now - this.writtenAt >= config.nodeStatusReportFrequencyMs;
    if (!due && this.status && isEqual(withoutHeartbeat(this.status), withoutHeartbeat(status))) return;
    const { conditions = [], addresses = [], ...rest } = status;
    const stale = (this.status?.addresses ?? []).filter(
      (old) => !addresses.some(({ type, address }) => type === old.type && address === old.address),
    );
    const gone = Object.keys(this.status?.allocatable ?? {}).filter((name) => rest.allocatable?.[name] === undefined);
    const patch = {
      status: {
        ...rest,
        allocatable: { ...rest.allocatable, ...Object.fromEntries(gone.map((name) => [name, null])) },
        conditions,
        // Addresses merge by type, of which several may be of one: the list is replaced.
        ...(stale.length > 0 || this.status?.addresses?.length !== addresses.length
          ? { addresses: [{ $patch: 'replace' }, ...addresses] }
          : {}),
      },
    };
    try {
      this.node = await client.patch<Node>(Nodes, { name: config.nodeName }, patch, {
        type: 'strategic',
        subresource: 'status',
        signal,
      });
    } catch (error) {
      // Somebody deleted the node: it comes back.
      if (isNotFound(error)) {
        await this.register(signal);
        return;
      }
      throw error;
    }
    const before = this.status;
    this.status = status;
    this.writtenAt = now;
    this.tellChanges(this.node, before, status);
  }

  /** An event for each condition that is new or another than before. */
  private tellChanges(node: Node, before: NodeStatus | undefined, after: NodeStatus): void {
    const { config, event } = this.config;
    for (const { type, status } of after.conditions ?? []) {
      if (before?.conditions?.find((condition) => condition.type === type)?.status === status) continue;
      const reason = conditionEvents[type]?.[status === 'True' ? 'True' : 'False'];
      if (reason) event(node, 'Normal', reason, `Node ${config.nodeName} status is now: ${reason}`);
    }
  }

  private async runLease(signal: AbortSignal): Promise<void> {
    const { env, config } = this.config;
    const renewMs = config.nodeLeaseDurationSeconds * 250;
    let failures = 0;
    while (!signal.aborted) {
      let delayMs = renewMs * (1 + 0.04 * env.random.next());
      try {
        await this.renew(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        // The API server may be starting: the first lease must not wait for a whole period.
        delayMs = Math.min(7000, 200 * 2 ** failures++);
        env.log.warn('failed to update the node lease, will retry', { error: messageOf(error) });
      }
      await sleep(env.clock, delayMs, signal).catch(() => {});
    }
  }

  private async renew(signal: AbortSignal): Promise<void> {
    const { env, client, config } = this.config;
    const target = { namespace: leaseNamespace, name: config.nodeName };
    const lease =
      this.lease ??
      (await client.get<Lease>(Leases, target, { signal }).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      }));
    const spec = {
      holderIdentity: config.nodeName,
      leaseDurationSeconds: config.nodeLeaseDurationSeconds,
      renewTime: formatMicroTime(env.clock.now()),
    };
    const uid = this.node?.metadata?.uid;
    const ownerReferences = uid ? [{ apiVersion: 'v1', kind: 'Node', name: config.nodeName, uid }] : [];
    try {
      this.lease = lease
        ? await client.update<Lease>(
            Leases,
            {
              ...lease,
              metadata: { ...lease.metadata, ...(lease.metadata?.ownerReferences?.length ? {} : { ownerReferences }) },
              spec: { ...lease.spec, ...spec },
            },
            { signal },
          )
        : await client.create<Lease>(
            Leases,
            { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...target, ownerReferences }, spec },
            { signal },
          );
    } catch (error) {
      this.lease = undefined;
      if (isConflict(error) || isNotFound(error) || isAlreadyExists(error)) await this.renewOnce(signal);
      else throw error;
    }
  }

  /** After a lost race: on the newest state, once. */
  private async renewOnce(signal: AbortSignal): Promise<void> {
    const { client, env, config } = this.config;
    const lease = await client.get<Lease>(Leases, { namespace: leaseNamespace, name: config.nodeName }, { signal });
    this.lease = await client.update<Lease>(
      Leases,
      {
        ...lease,
        spec: { ...lease.spec, holderIdentity: config.nodeName, renewTime: formatMicroTime(env.clock.now()) },
      },
      { signal },
    );
  }

  private initialNode(status: NodeStatus): Node {
    const { config } = this.config;
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: config.nodeName,
        labels: this.labels(status),
        annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      },
      spec: config.registerWithTaints?.length ? { taints: config.registerWithTaints } : {},
      status,
    };
  }

  private labels(status: NodeStatus): Record<string, string> {
    const { config } = this.config;
    const arch = status.nodeInfo?.architecture ?? '';
    return {
      'beta.kubernetes.io/arch': arch,
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': arch,
      'kubernetes.io/hostname': config.nodeName,
      'kubernetes.io/os': 'linux',
      ...config.nodeLabels,
    };
  }

  /** The default labels of a node that was there before. */
  private async reconcileLabels(node: Node, signal: AbortSignal): Promise<Node> {
    const { client, config } = this.config;
    const wanted = this.labels(await this.look());
    const differs = Object.entries(wanted).some(([key, value]) => node.metadata?.labels?.[key] !== value);
    if (!differs) return node;
    return client.patch<Node>(
      Nodes,
      { name: config.nodeName },
      { metadata: { labels: wanted } },
      { type: 'strategic', signal },
    );
  }
}

function withoutHeartbeat(status: NodeStatus): NodeStatus {
  return {
    ...status,
    conditions: (status.conditions ?? []).map((condition) => ({ ...condition, lastHeartbeatTime: undefined })),
  };
}

/** Reasons of events by condition and what it has become (pkg/kubelet/nodestatus/setters.go). */
const conditionEvents: Readonly<Record<string, { readonly True: string; readonly False: string }>> = {
  Ready: { True: 'NodeReady', False: 'NodeNotReady' },
  MemoryPressure: { True: 'NodeHasInsufficientMemory', False: 'NodeHasSufficientMemory' },
  DiskPressure: { True: 'NodeHasDiskPressure', False: 'NodeHasNoDiskPressure' },
  PIDPressure: { True: 'NodeHasInsufficientPID', False: 'NodeHasSufficientPID' },
};
