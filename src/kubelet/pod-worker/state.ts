/**
 * The life of a pod on its node (pkg/kubelet/pod_workers.go), as states and the facts that move it on:
 *
 *     syncing ----(deleted | gone from the API | all done | ended by the kubelet)----> terminating
 *     terminating ----(no container runs, final status is made)----> terminated
 *     terminated ----(volumes, cgroup are gone; API server was told)----> finished
 *     finished ----(gone from the API)----> removed: containers, sandboxes and logs are taken away, the worker ends
 *
 * It never goes back. A pod that is gone from the API while it runs is stopped with the grace period that it had.
 */

export type PodState = 'syncing' | 'terminating' | 'terminated' | 'finished' | 'removed';

export interface PodStateFacts {
  readonly deletionRequested: boolean;
  /** Not in the API (any more). */
  readonly gone: boolean;
  /** Phase is terminal, or the kubelet has ended the pod (deadline, eviction, rejection). */
  readonly over: boolean;
  /** All containers have stopped and their ends are in the status. */
  readonly stopped: boolean;
  readonly cleanedUp: boolean;
}

export function nextState(state: PodState, facts: PodStateFacts): PodState {
  switch (state) {
    case 'syncing':
      return facts.deletionRequested || facts.gone || facts.over ? 'terminating' : 'syncing';
    case 'terminating':
      return facts.stopped ? 'terminated' : 'terminating';
    case 'terminated':
      return facts.cleanedUp ? 'finished' : 'terminated';
    case 'finished':
      return facts.gone ? 'removed' : 'finished';
    case 'removed':
      return 'removed';
  }
}

/**
 * Seconds to give a pod that ends: what the API server says, a shorter wish of the kubelet, or the pod's own. It only ever gets
 * shorter, and is at least 1.
 */
export function effectiveGraceSeconds(
  current: number | undefined,
  deletionGraceSeconds: number | undefined,
  kubeletGraceSeconds: number | undefined,
  ofPod: number | undefined,
): number {
  const wishes = [current, deletionGraceSeconds, kubeletGraceSeconds].filter((seconds) => seconds !== undefined);
  const seconds = wishes.length > 0 ? Math.min(...wishes) : (ofPod ?? 1);
  return Math.max(1, seconds);
}
