/**
 * Namespace controller: empties a namespace that is being deleted, then takes off its finalizer so that it can go.
 *
 * Pods go first and have to be gone before anything else is touched (KEP-5080): policies and secrets must outlive what they guard.
 * Upstream waits five seconds before the first round for other API servers to notice the deletion; ours check the namespace's
 * state in the same ordered store, so nothing is created after the namespace was marked.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isConflict, isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { messageOf } from '#base/errors.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Namespace, Pod } from '#kinds/generated/core-v1.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import type { Informer } from '#runtime/informer.ts';
import { ResourceDiscovery } from '../discovery/api-resources.ts';
import { type DeletionFindings, estimateSeconds, namespaceConditions, type Remains } from './plan.ts';

export const namespaceController: ControllerFactory = {
  name: 'namespace-controller',
  create: (context) => new NamespaceController(context),
};

const ourFinalizer = 'kubernetes';

class NamespaceController implements Controller {
  readonly workers = 10;
  private readonly context: ControllerContext;
  private readonly namespaces: Informer<Namespace>;
  private readonly pods: Informer<Pod>;
  private readonly discovery: ResourceDiscovery;

  constructor(context: ControllerContext) {
    this.context = context;
    const { informers, queue } = context;
    this.namespaces = informers.of(Namespaces);
    this.pods = informers.of(Pods);
    this.discovery = new ResourceDiscovery(context);
    const enqueue = (namespace: Namespace) => {
      if (isTerminating(namespace)) queue.add(namespace.metadata?.name ?? '');
    };
    this.namespaces.addHandler({ onAdd: enqueue, onUpdate: (_, namespace) => enqueue(namespace) });
    // The last pod is what most namespaces wait for.
    this.pods.addHandler({
      onDelete: ({ metadata }) => {
        const namespace = this.namespaces.get(metadata?.namespace ?? '');
        if (namespace) enqueue(namespace);
      },
    });
  }

  async reconcile(key: string, signal: AbortSignal): Promise<{ readonly requeueAfterMs?: number }> {
    const cached = this.namespaces.get(key);
    if (!cached || !isTerminating(cached)) return {};
    const { client, env } = this.context;
    let namespace: Namespace;
    try {
      namespace = await client.get(Namespaces, { name: key }, { signal });
      if (!isTerminating(namespace)) return {};
      if (namespace.status?.phase !== 'Terminating') {
        const status = { ...namespace.status, phase: 'Terminating' as const };
        namespace = await client.updateStatus(Namespaces, { ...namespace, status }, { signal });
      }
    } catch (error) {
      if (isNotFound(error)) return {};
      throw error;
    }
    const pods = this.pods.list(key);
    const findings = await this.deleteContent(key, signal);
    namespace = await this.writeConditions(namespace, findings, signal);
    const nowMs = env.clock.now();
    const left = findings.remains.some(({ count }) => count > 0);
    if (findings.discoveryFailures.length + findings.deletionErrors.length > 0) {
      throw new Error([...findings.discoveryFailures, ...findings.deletionErrors].join(', '));
    }
    if (!left) {
      await this.finalize(namespace, signal);
      return {};
    }
    const estimate = estimateSeconds(namespace, pods, findings.remains, nowMs);
    return { requeueAfterMs: (Math.floor(estimate / 2) + 1) * 1000 };
  }

  private async deleteContent(namespace: string, signal: AbortSignal): Promise<DeletionFindings> {
    const deletionErrors: string[] = [];
    const empty = async (definition: ResourceDefinition): Promise<Remains> => {
      const resource = `${definition.plural}.${definition.group}`;
      try {
        return { resource, ...(await this.deleteAll(definition, namespace, signal)) };
      } catch (error) {
        if (signal.aborted) throw error;
        deletionErrors.push(messageOf(error));
        return { resource, count: 0, finalizers: {} };
      }
    };
    const { definitions, failures } = await this.discovery.resources();
    const pods = await empty(Pods as unknown as ResourceDefinition);
    if (pods.count > 0 || deletionErrors.length > 0) {
      return { discoveryFailures: failures, deletionErrors, remains: [pods] };
    }
    const others = definitions.filter(
      ({ scope, verbs, group, plural }) =>
        scope === 'Namespaced' &&
        verbs.includes('delete') &&
        verbs.includes('list') &&
        `${group}/${plural}` !== '/pods',
    );
    const remains = await Promise.all(others.map(empty));
    return { discoveryFailures: failures, deletionErrors, remains };
  }

  /** Asks every object of the kind to go and counts those that stay for now. */
  private async deleteAll(
    definition: ResourceDefinition,
    namespace: string,
    signal: AbortSignal,
  ): Promise<Omit<Remains, 'resource'>> {
    const { client } = this.context;
    const list = async (): Promise<readonly KubeObject[]> => {
      try {
        return (await client.list(definition, { namespace, signal })).items;
      } catch (error) {
        // The resource went away since discovery.
        if (isNotFound(error)) return [];
        throw error;
      }
    };
    const found = await list();
    if (found.length === 0) return { count: 0, finalizers: {} };
    const options = { propagationPolicy: 'Background', signal } as const;
    if (definition.verbs.includes('deletecollection')) {
      await client.deleteCollection(definition, { namespace, ...options });
    } else {
      for (const { metadata } of found) {
        try {
          await client.delete(definition, { namespace, name: metadata?.name ?? '' }, options);
        } catch (error) {
          if (!isNotFound(error)) throw error;
        }
      }
    }
    const left = await list();
    const finalizers: Record<string, number> = {};
    for (const { metadata } of left) {
      for (const finalizer of metadata?.finalizers ?? []) finalizers[finalizer] = (finalizers[finalizer] ?? 0) + 1;
    }
    return { count: left.length, finalizers };
  }

  private async writeConditions(
    namespace: Namespace,
    findings: DeletionFindings,
    signal: AbortSignal,
  ): Promise<Namespace> {
    const { client, env } = this.context;
    const conditions = namespaceConditions(namespace, findings, env.clock.now());
    if (conditions === namespace.status?.conditions) return namespace;
    const status = { ...namespace.status, conditions };
    try {
      return await client.updateStatus(Namespaces, { ...namespace, status }, { signal });
    } catch (error) {
      // The conditions are for people; emptying goes on without them.
      if (!isConflict(error) && !isNotFound(error)) throw error;
      return namespace;
    }
  }

  private async finalize(namespace: Namespace, signal: AbortSignal): Promise<void> {
    const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== ourFinalizer);
    const { name = '' } = namespace.metadata ?? {};
    const body = { apiVersion: 'v1', kind: 'Namespace', ...namespace, spec: { ...namespace.spec, finalizers } };
    try {
      await this.context.client.raw('PUT', `/api/v1/namespaces/${name}/finalize`, body, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** Marked for deletion and still ours to empty. */
function isTerminating({ metadata, spec }: Namespace): boolean {
  return metadata?.deletionTimestamp !== undefined && (spec?.finalizers?.includes(ourFinalizer) ?? false);
}
