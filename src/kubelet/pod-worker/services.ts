/** What pod workers share: the node's managers and facts. Built once by the kubelet. */

import type { Env } from '#base/env.ts';
import type { Container, ResourceList, Secret, Service } from '#kinds/generated/core-v1.ts';
import type { KubeletConfig } from '../config.ts';
import type { DnsConfig } from '../cri/runtime.ts';
import type { ReferencedObjects } from '../environment/environment.ts';
import type { ImagePuller } from '../images/puller.ts';
import type { WatchedObjects } from '../objects/referenced-objects.ts';
import type { ContainerEntry, NodePod } from '../pod/node-pod.ts';
import type { KubeletPorts } from '../ports.ts';
import type { ProbeManager } from '../probes/manager.ts';
import type { UserNamespaces } from '../security/user-namespaces.ts';
import type { StatusManager } from '../status/status-manager.ts';
import type { VolumeManager } from '../volumes/manager.ts';
import type { ResizeVerdict } from './resize.ts';
import type { RestartBackoff } from './restart-backoff.ts';

/** Facts about the node that may change while it runs. */
export interface NodeFacts {
  readonly hostIPs: readonly string[];
  readonly allocatable: ResourceList;
  readonly memoryBytes: number;
  readonly runtimeName: string;
  readonly supportsRecursiveReadOnly: boolean;
  readonly supportsUserNamespaces: boolean;
}

export type EventType = 'Normal' | 'Warning';

export interface PodServices {
  readonly env: Env;
  readonly config: KubeletConfig;
  readonly ports: KubeletPorts;
  readonly node: () => NodeFacts;
  readonly nodeDns: () => Promise<DnsConfig>;
  readonly services: () => Promise<Iterable<Service>>;
  readonly objects: ReferencedObjects & Pick<WatchedObjects, 'register' | 'unregister'>;
  readonly volumes: VolumeManager;
  readonly puller: ImagePuller;
  readonly probes: ProbeManager;
  readonly status: StatusManager;
  readonly userNamespaces: UserNamespaces;
  readonly crashLoop: RestartBackoff;
  readonly pullSecrets: (pod: NodePod) => Promise<readonly Secret[]>;
  /** Handler of the pod's RuntimeClass, '' for the default one. Rejects when there is no such class. */
  readonly runtimeHandler: (pod: NodePod) => Promise<string>;
  /** The set of pods that may run, or what they ask for, has changed. */
  readonly podsChanged: () => void;
  /** Why the node cannot grant the pod's resources; undefined when it can. */
  readonly resizeVerdict: (pod: NodePod) => ResizeVerdict | undefined;
  readonly forgetPod: (uid: string) => void;
  readonly event: (pod: NodePod, type: EventType, reason: string, message: string) => void;
  readonly containerEvent: (
    pod: NodePod,
    container: Container | ContainerEntry,
    type: EventType,
    reason: string,
    message: string,
  ) => void;
}
