/** How many pods the controllers of some pods want: by the kinds that we know, or by the scale subresource of any other. */

import { isNotFound } from '#api/errors.ts';
import type { OwnerReference } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { objectPath } from '#client/paths.ts';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { ReplicaSets } from '#kinds/apps/replica-set/definition.ts';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { ReplicationControllers } from '#kinds/core/replication-controller/definition.ts';
import type { Deployment, ReplicaSet, StatefulSet } from '#kinds/generated/apps-v1.ts';
import type { Pod, ReplicationController } from '#kinds/generated/core-v1.ts';
import type { ControllerContext } from '#runtime/controller.ts';
import type { Informer } from '#runtime/informer.ts';
import { ResourceDiscovery } from '../discovery/api-resources.ts';
import { controllerOf } from '../ownership/controller-ref.ts';

export interface Scale {
  readonly replicas: number;
  /** Names of pods that nobody controls. */
  readonly unmanaged: readonly string[];
}

export class ScaleFinder {
  private readonly context: ControllerContext;
  private readonly replicaSets: Informer<ReplicaSet>;
  private readonly deployments: Informer<Deployment>;
  private readonly replicationControllers: Informer<ReplicationController>;
  private readonly statefulSets: Informer<StatefulSet>;
  private readonly discovery: ResourceDiscovery;

  constructor(context: ControllerContext) {
    this.context = context;
    const { informers } = context;
    this.replicaSets = informers.of(ReplicaSets);
    this.deployments = informers.of(Deployments);
    this.replicationControllers = informers.of(ReplicationControllers);
    this.statefulSets = informers.of(StatefulSets);
    this.discovery = new ResourceDiscovery(context);
  }

  /** Calls back with the namespace of every workload whose size may have changed. */
  onChange(changed: (namespace: string) => void): void {
    const tell = ({ metadata }: KubeObject) => changed(metadata?.namespace ?? '');
    const onUpdate = (old: KubeObject, object: KubeObject) => {
      if (old.metadata?.generation !== object.metadata?.generation) tell(object);
    };
    for (const informer of [this.replicaSets, this.deployments, this.replicationControllers, this.statefulSets]) {
      informer.addHandler({ onAdd: tell, onUpdate, onDelete: tell });
    }
  }

  /** Throws when a pod's controller is not found. */
  async of(pods: readonly Pod[], signal: AbortSignal): Promise<Scale> {
    const scales = new Map<string, number>();
    const unmanaged: string[] = [];
    for (const pod of pods) {
      const reference = controllerOf(pod);
      if (!reference) {
        unmanaged.push(pod.metadata?.name ?? '');
        continue;
      }
      if (scales.has(reference.uid)) continue;
      const scale = await this.scaleOf(reference, pod.metadata?.namespace ?? '', signal);
      if (!scale) throw new Error(`found no controllers for pod "${pod.metadata?.name}"`);
      scales.set(scale.uid, scale.replicas);
    }
    return { replicas: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
  }

  /** Of the object that decides about the size: a Deployment for its ReplicaSets. */
  private async scaleOf(
    reference: OwnerReference,
    namespace: string,
    signal: AbortSignal,
  ): Promise<{ readonly uid: string; readonly replicas: number } | undefined> {
    const key = `${namespace}/${reference.name}`;
    switch (`${reference.apiVersion} ${reference.kind}`) {
      case 'apps/v1 ReplicaSet': {
        const replicaSet = this.replicaSets.get(key);
        const owner = replicaSet && controllerOf(replicaSet);
        if (owner?.kind === Deployments.kind) {
          const deployment = this.deployments.get(`${namespace}/${owner.name}`);
          return deployment?.metadata?.uid === owner.uid ? sized(deployment, owner.uid) : undefined;
        }
        return sized(replicaSet, reference.uid);
      }
      case 'v1 ReplicationController':
        return sized(this.replicationControllers.get(key), reference.uid);
      case 'apps/v1 StatefulSet':
        return sized(this.statefulSets.get(key), reference.uid);
      default:
        return this.scaleSubresource(reference, namespace, signal);
    }
  }

  private async scaleSubresource(reference: OwnerReference, namespace: string, signal: AbortSignal) {
    const { definitions } = await this.discovery.resources();
    const definition = definitions.find(
      ({ group, version, kind }) =>
        kind === reference.kind && (group === '' ? version : `${group}/${version}`) === reference.apiVersion,
    );
    if (!definition) return undefined;
    const path = objectPath(definition, { namespace, name: reference.name }, 'scale');
    try {
      const scale = (await this.context.client.raw('GET', path, undefined, { signal })) as Sized;
      return sized(scale, reference.uid);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

interface Sized extends KubeObject {
  readonly spec?: { readonly replicas?: number | undefined } | undefined;
}

function sized(object: Sized | undefined, uid: string) {
  return object?.metadata?.uid === uid ? { uid, replicas: object.spec?.replicas ?? 0 } : undefined;
}
