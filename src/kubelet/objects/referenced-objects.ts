/**
 * ConfigMaps and Secrets that pods of this node refer to: each is watched by its own name as long as a pod needs it (upstream's
 * watch-based manager). The node may read no others, and a change reaches the pods at once.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { newNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { Env } from '#base/env.ts';
import type { Client } from '#client/client.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Secrets } from '#kinds/core/secret/definition.ts';
import type { ConfigMap, Secret } from '#kinds/generated/core-v1.ts';
import { Informer } from '#runtime/informer.ts';
import type { ReferencedObjects } from '../environment/environment.ts';
import { containersOf, type NodePod } from '../pod/node-pod.ts';

interface Watched<T extends KubeObject> {
  readonly informer: Informer<T>;
  readonly stop: AbortController;
  readonly pods: Set<string>;
}

export interface ObjectReferences {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

/** Names of the ConfigMaps and Secrets in the pod's namespace that its containers and volumes need. */
export function referencesOf(pod: NodePod): ObjectReferences {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const add = (set: Set<string>, name: string | undefined) => {
    if (name) set.add(name);
  };
  for (const { name } of pod.spec.imagePullSecrets ?? []) add(secrets, name);
  for (const { container } of containersOf(pod)) {
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      add(configMaps, configMapRef?.name);
      add(secrets, secretRef?.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      add(configMaps, valueFrom?.configMapKeyRef?.name);
      add(secrets, valueFrom?.secretKeyRef?.name);
    }
  }
  for (const volume of pod.spec.volumes ?? []) {
    add(configMaps, volume.configMap?.name);
    add(secrets, volume.secret?.secretName);
    for (const source of volume.projected?.sources ?? []) {
      add(configMaps, source.configMap?.name);
      add(secrets, source.secret?.name);
    }
  }
  return { configMaps, secrets };
}

export class WatchedObjects implements ReferencedObjects {
  private readonly configMaps: ObjectWatches<ConfigMap>;
  private readonly secrets: ObjectWatches<Secret>;

  /** `onChange` gets the uids of pods that refer to an object that changed. */
  constructor(client: Client, env: Env, onChange: (podUids: ReadonlySet<string>) => void, signal: AbortSignal) {
    this.configMaps = new ObjectWatches(client, env, ConfigMaps, onChange, signal);
    this.secrets = new ObjectWatches(client, env, Secrets, onChange, signal);
  }

  /** Watches what the pod needs; again when its spec has changed. */
  register(pod: NodePod): void {
    const { namespace, uid } = pod.metadata;
    const { configMaps, secrets } = referencesOf(pod);
    this.configMaps.register(uid, namespace, configMaps);
    this.secrets.register(uid, namespace, secrets);
  }

  unregister(uid: string): void {
    this.configMaps.unregister(uid);
    this.secrets.unregister(uid);
  }

  configMap(namespace: string, name: string): Promise<ConfigMap> {
    return this.configMaps.get(namespace, name);
  }

  secret(namespace: string, name: string): Promise<Secret> {
    return this.secrets.get(namespace, name);
  }
}

class ObjectWatches<T extends KubeObject> {
  private readonly client: Client;
  private readonly env: Env;
  private readonly definition: ResourceDefinition<T>;
  private readonly onChange: (podUids: ReadonlySet<string>) => void;
  private readonly signal: AbortSignal;
  private readonly watched = new Map<string, Watched<T>>();

  constructor(
    client: Client,
    env: Env,
    definition: ResourceDefinition<T>,
    onChange: (podUids: ReadonlySet<string>) => void,
    signal: AbortSignal,
  ) {
    this.client = client;
    this.env = env;
    this.definition = definition;
    this.onChange = onChange;
    this.signal = signal;
    signal.addEventListener('abort', () => this.stopAll(), { once: true });
  }

  register(podUid: string, namespace: string, names: ReadonlySet<string>): void {
    const keys = new Set([...names].map((name) => `${namespace}/${name}`));
    for (const [key, watched] of this.watched) if (!keys.has(key)) this.release(key, watched, podUid);
    for (const name of names) this.watch(namespace, name).pods.add(podUid);
  }

  unregister(podUid: string): void {
    for (const [key, watched] of this.watched) this.release(key, watched, podUid);
  }

  /** The newest state that the watch has brought; rejects with NotFound as upstream words it ('configmap "x" not found'). */
  async get(namespace: string, name: string): Promise<T> {
    const watched = this.watched.get(`${namespace}/${name}`);
    if (!watched) return this.client.get(this.definition, { namespace, name });
    await watched.informer.whenSynced(watched.stop.signal);
    const object = watched.informer.get(`${namespace}/${name}`);
    if (!object) throw newNotFound({ group: '', resource: this.definition.singular }, name);
    return object;
  }

  private watch(namespace: string, name: string): Watched<T> {
    const key = `${namespace}/${name}`;
    const known = this.watched.get(key);
    if (known) return known;
    const stop = new AbortController();
    const scope = { namespace, fieldSelector: `metadata.name=${name}` };
    const informer = new Informer(this.client, this.env, this.definition, scope);
    const watched: Watched<T> = { informer, stop, pods: new Set() };
    const changed = () => {
      if (informer.hasSynced) this.onChange(watched.pods);
    };
    informer.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed });
    this.watched.set(key, watched);
    // Informer.run never rejects and ends with its signal, which `release` and the kubelet's end fire.
    void informer.run(stop.signal);
    return watched;
  }

  private release(key: string, watched: Watched<T>, podUid: string): void {
    if (!watched.pods.delete(podUid) || watched.pods.size > 0) return;
    this.watched.delete(key);
    watched.stop.abort();
  }

  private stopAll(): void {
    for (const { stop } of this.watched.values()) stop.abort(this.signal.reason);
    this.watched.clear();
  }
}
