/**
 * Node lifecycle controller: a node whose kubelet is silent becomes Unknown, and nodes get the taints that their conditions mean, by
 * which the scheduler avoids them and the taint eviction controller takes their pods away.
 *
 * Silence is measured by our own clock from the last change of the node's lease or Ready heartbeat that we saw, never by comparing
 * clocks of machines. Each node is looked at again when its grace period would end; nothing is polled.
 */

import { isNotFound } from '#api/errors.ts';
import { Leases } from '#kinds/coordination/lease/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Lease } from '#kinds/generated/coordination-v1.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import type { Informer } from '#runtime/informer.ts';
import type { ControllerMetrics } from '../metrics.ts';
import { indexByNode, podsOnNode } from '../pods/on-node.ts';
import { isPodReady } from '../pods/state.ts';
import { patchPodStatus } from '../pods/status-patch.ts';
import { WriteFence } from '../write-fence.ts';
import { conditionsOfSilence, isNodeReady, needsEvictionTaint, nodeCondition, taintsOf, zoneOf } from './plan.ts';
import { Zones, zoneLabel } from './zones.ts';

export interface NodeLifecycleConfig {
  /** Silence after which a node that was ready becomes Unknown (--node-monitor-grace-period). */
  readonly monitorGraceMs: number;
  /** The same for a node that never said anything (--node-startup-grace-period). */
  readonly startupGraceMs: number;
}

export const defaultNodeLifecycleConfig: NodeLifecycleConfig = { monitorGraceMs: 50_000, startupGraceMs: 60_000 };

export function nodeLifecycleController(
  config = defaultNodeLifecycleConfig,
  metrics?: ControllerMetrics,
): ControllerFactory {
  return { name: 'node-controller', create: (context) => new NodeLifecycle(context, config, metrics) };
}

const leaseNamespace = 'kube-node-lease';

interface Health {
  readonly uid: string;
  /** Monotonic time of the last sign of life. */
  aliveMs: number;
  /** Ready when we last looked; undefined before the first look. */
  wasReady: boolean | undefined;
}

class NodeLifecycle implements Controller {
  readonly workers = 4;
  private readonly context: ControllerContext;
  private readonly config: NodeLifecycleConfig;
  private readonly metrics: ControllerMetrics | undefined;
  private readonly nodes: Informer<Node>;
  private readonly pods: Informer<Pod>;
  private readonly zones: Zones;
  private readonly health = new Map<string, Health>();
  private readonly fence = new WriteFence();

  constructor(context: ControllerContext, config: NodeLifecycleConfig, metrics: ControllerMetrics | undefined) {
    this.metrics = metrics;
    this.context = context;
    this.config = config;
    this.zones = new Zones(context.env.clock, metrics);
    this.nodes = context.informers.of(Nodes);
    this.pods = indexByNode(context.informers.of(Pods));
    const { queue } = context;
    const nameOf = (node: Node) => node.metadata?.name ?? '';
    this.nodes.addHandler({
      onAdd: (node) => queue.add(nameOf(node)),
      onUpdate: (old, node) => {
        if (nodeCondition(old, 'Ready')?.lastHeartbeatTime !== nodeCondition(node, 'Ready')?.lastHeartbeatTime)
          this.sawAlive(nameOf(node));
        queue.add(nameOf(node));
      },
      onDelete: (node) => queue.add(nameOf(node)),
    });
    const sawLease = (lease: Lease) => this.sawAlive(lease.metadata?.name ?? '');
    context.informers.of(Leases, { namespace: leaseNamespace }).addHandler({
      onAdd: sawLease,
      onUpdate: (old, lease) => {
        if (old.spec?.renewTime !== lease.spec?.renewTime) sawLease(lease);
      },
    });
  }

  async reconcile(name: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    await this.fence.passed(name, signal);
    const node = this.nodes.get(name);
    const health = this.register(name, node);
    if (!node || !health) return {};
    const silentForMs = this.context.env.clock.monotonic() - health.aliveMs;
    const graceMs = nodeCondition(node, 'Ready') ? this.config.monitorGraceMs : this.config.startupGraceMs;
    if (silentForMs > graceMs && (await this.markSilent(node, signal))) return {};
    await this.followReadiness(node, health, signal);
    const retryAfterMs = await this.taint(node, signal);
    // A millisecond more, so that the period is over when we look.
    const waits = silentForMs > graceMs ? [] : [graceMs - silentForMs + 1];
    if (retryAfterMs !== undefined) waits.push(retryAfterMs);
    return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : {};
  }

  private sawAlive(name: string): void {
    const health = this.health.get(name);
    if (health) health.aliveMs = this.context.env.clock.monotonic();
  }

  /** Keeps the list of known nodes, and tells people about it. */
  private register(name: string, node: Node | undefined): Health | undefined {
    const { events, env } = this.context;
    const known = this.health.get(name);
    const uid = node?.metadata?.uid ?? '';
    if (known && known.uid !== uid) {
      const message = `Node ${name} event: Removing Node ${name} from Controller`;
      events.record({ apiVersion: 'v1', kind: 'Node', name, uid: known.uid }, 'Normal', 'RemovingNode', message);
      this.health.delete(name);
      this.recount();
    }
    if (!node) return undefined;
    const health = this.health.get(name);
    if (health) return health;
    const message = `Node ${name} event: Registered Node ${name} in Controller`;
    events.record(referenceTo(Nodes, node), 'Normal', 'RegisteredNode', message);
    const added: Health = { uid, aliveMs: env.clock.monotonic(), wasReady: undefined };
    this.health.set(name, added);
    this.recount();
    return added;
  }

  /** True when the status was written: the update brings the node back here. */
  private async markSilent(node: Node, signal: AbortSignal): Promise<boolean> {
    const { client, env } = this.context;
    const conditions = conditionsOfSilence(node, env.clock.now());
    if (!conditions) return false;
    const name = node.metadata?.name ?? '';
    env.log.info('node does not report', { node: name });
    const status = { ...node.status, conditions };
    this.fence.wrote(name, this.nodes, await client.updateStatus(Nodes, { ...node, status }, { signal }));
    return true;
  }

  /** When a node stops being ready its pods are no longer ready either: their kubelet may be unable to say so. */
  private async followReadiness(node: Node, health: Health, signal: AbortSignal): Promise<void> {
    const ready = isNodeReady(node);
    if (health.wasReady === ready) return;
    const { client, events, env } = this.context;
    const name = node.metadata?.name ?? '';
    if (!ready && health.wasReady) {
      const message = `Node ${name} status is now: NodeNotReady`;
      events.record(referenceTo(Nodes, node), 'Normal', 'NodeNotReady', message);
    }
    const unknown = nodeCondition(node, 'Ready')?.status === 'Unknown';
    if (!ready && (health.wasReady || unknown)) {
      for (const pod of podsOnNode(this.pods, name).filter(isPodReady)) {
        const condition = { type: 'Ready', status: 'False' };
        await patchPodStatus(client, pod, { condition }, env.clock.now(), signal);
        events.record(referenceTo(Pods, pod), 'Warning', 'NodeNotReady', 'Node is not ready');
      }
    }
    health.wasReady = ready;
    this.recount();
  }

  /** Writes the taints; answers when to try again if eviction has to wait for its turn. */
  private async taint(node: Node, signal: AbortSignal): Promise<number | undefined> {
    const { client, env } = this.context;
    const turn = needsEvictionTaint(node)
      ? this.zones.turn(node)
      : ({ state: this.zones.isSuspended ? 'suspended' : 'allowed' } as const);
    const taints = taintsOf(node, turn.state, env.clock.now());
    const retryAfterMs = 'retryAfterMs' in turn ? turn.retryAfterMs : undefined;
    if (!taints) return retryAfterMs;
    const { name = '', resourceVersion } = node.metadata ?? {};
    const patch = { metadata: { resourceVersion }, spec: { taints: taints.length > 0 ? taints : null } };
    try {
      this.fence.wrote(name, this.nodes, await client.patch(Nodes, { name }, patch, { type: 'merge', signal }));
      if (turn.state === 'allowed' && needsEvictionTaint(node)) this.metrics?.nodeEvicted(zoneLabel(zoneOf(node)));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return retryAfterMs;
  }

  /** The state of zones changed perhaps: nodes that are not ready have to be looked at again. */
  private recount(): void {
    const nodes = this.nodes.list();
    if (this.zones.count(nodes)) {
      const nowMs = this.context.env.clock.monotonic();
      for (const health of this.health.values()) health.aliveMs = nowMs;
    }
    for (const node of nodes) {
      if (!isNodeReady(node)) this.context.queue.add(node.metadata?.name ?? '');
    }
  }
}
