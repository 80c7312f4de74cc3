/** Last decided results of probes, by container id: what status and plan ask. A change wakes the pod. */

export type ProbeType = 'liveness' | 'readiness' | 'startup';
export type ProbeResult = 'success' | 'failure' | 'unknown';

export class ProbeResults {
  private readonly results = new Map<string, ProbeResult>();
  private readonly onChange: (podUid: string) => void;

  constructor(onChange: (podUid: string) => void) {
    this.onChange = onChange;
  }

  get(containerId: string): ProbeResult | undefined {
    return this.results.get(containerId);
  }

  set(containerId: string, result: ProbeResult, podUid: string): void {
    if (this.results.get(containerId) === result) return;
    this.results.set(containerId, result);
    this.onChange(podUid);
  }

  delete(containerId: string): void {
    this.results.delete(containerId);
  }
}
