/**
 * Static pods: manifests in a directory of the node, run without the API server; the API server gets a mirror pod of each to look at
 * (pkg/kubelet/config/file.go, pkg/kubelet/pod/mirror_client.go).
 *
 * The uid is a hash of node and manifest: a changed manifest is another pod, the same one survives restarts of the kubelet.
 */

import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { isAlreadyExists, isNotFound } from '#api/errors.ts';
import { sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import type { KubeletConfig } from '../config.ts';
import { asNodePod, mirrorAnnotation, type NodePod } from '../pod/node-pod.ts';
import type { KubeletPorts } from '../ports.ts';
import { isEqual } from '../status/status-patch.ts';

export interface StaticPodsConfig {
  readonly env: Env;
  readonly client: Client;
  readonly config: KubeletConfig;
  readonly ports: KubeletPorts;
  readonly node: () => Node | undefined;
  readonly onPod: (pod: NodePod) => void;
  readonly onGone: (uid: string) => void;
}

/** Upstream's --file-check-frequency. */
const checkMs = 20_000;
const sourceAnnotation = 'kubernetes.io/config.source';
const hashAnnotation = 'kubernetes.io/config.hash';
const seenAnnotation = 'kubernetes.io/config.seen';

/** The pod of a manifest on a node: upstream's name, uid, tolerations and annotations. */
export function staticPod(manifest: Pod, nodeName: string, hash: string, seen: string): NodePod | undefined {
  const { metadata, spec } = manifest;
  if (!metadata?.name || !spec) return undefined;
  const name = metadata.name.endsWith(`-${nodeName}`) ? metadata.name : `${metadata.name}-${nodeName}`;
  return asNodePod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name,
      namespace: metadata.namespace || 'default',
      uid: hash,
      annotations: {
        ...metadata.annotations,
        [hashAnnotation]: hash,
        [seenAnnotation]: seen,
        [sourceAnnotation]: 'file',
      },
    },
    spec: {
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
      enableServiceLinks: true,
      ...spec,
      nodeName,
      tolerations: [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
      containers: spec.containers.map((container) => ({
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
        ...container,
      })),
    },
    status: { phase: 'Pending' },
  });
}

export class StaticPods {
  private readonly config: StaticPodsConfig;
  private readonly pods = new Map<string, NodePod>();

  constructor(config: StaticPodsConfig) {
    this.config = config;
  }

  /** Follows the directory until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { env, config } = this.config;
    while (!signal.aborted && config.staticPodPath) {
      await sleep(env.clock, checkMs, signal).catch(() => {});
      if (!signal.aborted) await this.look();
    }
  }

  /** Reads the directory once; never rejects. */
  async look(): Promise<void> {
    await this.check().catch((error: unknown) =>
      this.config.env.log.warn('static pods could not be read', { error: messageOf(error) }),
    );
  }

  uids(): readonly string[] {
    return [...this.pods.keys()];
  }

  private async check(): Promise<void> {
    const { config, ports, env, onPod, onGone } = this.config;
    const directory = config.staticPodPath;
    if (!directory || !(await ports.files.stat(directory))) return;
    const seen = new Set<string>();
    for (const entry of (await ports.files.list(directory)).filter((name) => !name.startsWith('.')).sort()) {
      const text = await ports.files.readText(`${directory}/${entry}`);
      let manifest: Pod;
      try {
        manifest = decodeYaml(text).value as Pod;
      } catch (error) {
        env.log.warn('static pod manifest is not readable', { file: entry, error: messageOf(error) });
        continue;
      }
      const hash = await digest(`${config.nodeName}\0${entry}\0${text}`);
      seen.add(hash);
      if (this.pods.has(hash)) continue;
      const pod = staticPod(manifest, config.nodeName, hash, new Date(env.clock.now()).toISOString());
      if (!pod) continue;
      this.pods.set(hash, pod);
      onPod(pod);
    }
    for (const [uid, pod] of this.pods) {
      if (seen.has(uid)) continue;
      this.pods.delete(uid);
      onGone(uid);
      await this.removeMirror(pod);
    }
    for (const pod of this.pods.values()) await this.ensureMirror(pod);
  }

  private async ensureMirror(pod: NodePod): Promise<void> {
    const { client, env, node } = this.config;
    const owner = node();
    const { uid, ...metadata } = pod.metadata;
    const mirror: Pod = {
      ...pod,
      metadata: {
        ...metadata,
        annotations: { ...metadata.annotations, [mirrorAnnotation]: uid },
        ...(owner?.metadata?.uid
          ? {
              ownerReferences: [
                {
                  apiVersion: 'v1',
                  kind: 'Node',
                  name: owner.metadata.name ?? '',
                  uid: owner.metadata.uid,
                  controller: true,
                },
              ],
            }
          : {}),
      },
    };
    try {
      await client.create<Pod>(Pods, mirror);
    } catch (error) {
      if (!isAlreadyExists(error)) {
        env.log.debug('mirror pod could not be made', { pod: pod.metadata.name, error: messageOf(error) });
        return;
      }
      const present = await client.get<Pod>(Pods, { namespace: pod.metadata.namespace, name: pod.metadata.name });
      if (!isEqual(present.metadata?.annotations?.[mirrorAnnotation], uid)) await this.removeMirror(pod);
    }
  }

  private async removeMirror(pod: NodePod): Promise<void> {
    const { namespace, name } = pod.metadata;
    try {
      await this.config.client.delete(Pods, { namespace, name }, { gracePeriodSeconds: 0 });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** 32 hexadecimal digits of SHA-256. */
async function digest(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return hash.subarray(0, 16).toHex();
}
