/** What plugins are given when a profile is made: the state, listers, and the few actions that a plugin may start. */

import type { Env } from '#base/env.ts';
import type { Client } from '#client/client.ts';
import type { ReplicaSet, StatefulSet } from '#kinds/generated/apps-v1.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  Service,
} from '#kinds/generated/core-v1.ts';
import type { PodDisruptionBudget } from '#kinds/generated/policy-v1.ts';
import type { CSINode, StorageClass } from '#kinds/generated/storage-v1.ts';
import type { Lister } from '#runtime/informer.ts';
import type { PreemptionMetrics } from '../preemption/metrics.ts';
import type { Nominator } from '../queue/nominator.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { NodeInfo } from '../state/node-info.ts';
import type { Cycle } from './cycle.ts';
import type { PodInfo } from './pod-info.ts';
import type { Status } from './status.ts';
import type { WaitingPods } from './waiting-pods.ts';

export interface Listers {
  readonly pods: Lister<Pod>;
  readonly services: Lister<Service>;
  readonly replicationControllers: Lister<ReplicationController>;
  readonly replicaSets: Lister<ReplicaSet>;
  readonly statefulSets: Lister<StatefulSet>;
  readonly podDisruptionBudgets: Lister<PodDisruptionBudget>;
  readonly persistentVolumes: Lister<PersistentVolume>;
  readonly persistentVolumeClaims: Lister<PersistentVolumeClaim>;
  readonly storageClasses: Lister<StorageClass>;
  readonly csiNodes: Lister<CSINode>;
}

export interface Handle {
  readonly env: Env;
  readonly client: Client;
  readonly state: ClusterState;
  readonly listers: Listers;
  readonly nominator: Nominator;
  readonly waitingPods: WaitingPods;
  /** Runs the profile's filters on the node as if pods nominated to it, at least as important, were there. */
  readonly filterWithNominatedPods: (cycle: Cycle, node: NodeInfo) => Status | undefined;
  /** Tells plugins with podAdded and podRemoved about a change inside a trial. */
  readonly tellPodAdded: (cycle: Cycle, pod: PodInfo, node: NodeInfo) => void;
  readonly tellPodRemoved: (cycle: Cycle, pod: PodInfo, node: NodeInfo) => void;
  /** Puts a waiting or backing-off pod into the active queue. */
  readonly activate: (pod: PodInfo) => void;
  /** Calls the listener after any change of a volume or claim; returns how to stop that. */
  readonly onVolumeChange: (listener: () => void) => () => void;
  readonly recordEvent: (pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, action: string) => void;
  /** Absent: nothing is measured. */
  readonly preemptions?: PreemptionMetrics | undefined;
  readonly signal: AbortSignal;
}
