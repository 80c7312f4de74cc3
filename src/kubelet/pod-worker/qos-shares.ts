/** CPU shares of the burstable class: what its pods ask for together (pkg/kubelet/cm/qos_container_manager_linux.go). */

import { quantityMilliValue } from '#api/quantity.ts';
import type { Logger } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { qosClassOf } from '../pod/qos.ts';
import { milliCpuToShares, podResources } from '../pod/resources.ts';

export function burstableShares(pods: readonly NodePod[]): number {
  let milliCpu = 0;
  for (const pod of pods) {
    if (qosClassOf(pod) === 'Burstable') milliCpu += quantityMilliValue(podResources(pod, 'requests').cpu ?? '0');
  }
  return milliCpuToShares(milliCpu);
}

/** Writes the shares when they change; changes of one turn of the event loop are written once. */
export class QosShares {
  private readonly pods: () => readonly NodePod[];
  private readonly write: (shares: number) => Promise<void>;
  private readonly log: Logger;
  private scheduled = false;
  private written: number | undefined;

  constructor(pods: () => readonly NodePod[], write: (shares: number) => Promise<void>, log: Logger) {
    this.pods = pods;
    this.write = write;
    this.log = log;
  }

  update(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      const shares = burstableShares(this.pods());
      if (shares === this.written) return;
      this.written = shares;
      this.write(shares).catch((error: unknown) => {
        this.written = undefined;
        this.log.warn('burstable CPU shares could not be set', { error: messageOf(error) });
      });
    });
  }
}
