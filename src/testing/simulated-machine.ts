/**
 * SimulatedMachine: what runs on a node, apart from the agent that drives it. Containers go on when the agent dies and end
 * when the machine does, as under a real runtime.
 */

export interface RunningPod {
  readonly uid: string;
  readonly podIP: string;
  /** Wall clock, ms. */
  readonly startedAtMs: number;
}

export class SimulatedMachine {
  readonly name: string;
  readonly ip: string;
  private readonly podPrefix: string;
  private readonly pods = new Map<string, RunningPod>();
  private readonly onStart: (key: string, uid: string) => void;
  private nextIp = 2;
  private powered = true;

  /** `index` gives the machine its addresses. `onStart` is told before a pod starts. */
  constructor(name: string, index: number, onStart: (key: string, uid: string) => void) {
    this.name = name;
    this.onStart = onStart;
    this.ip = `10.0.${(index + 1) >> 8}.${(index + 1) & 255}`;
    this.podPrefix = `10.${128 + ((index >> 8) & 63)}.${index & 255}`;
  }

  get isOn(): boolean {
    return this.powered;
  }

  /** Everything that runs is gone. */
  powerOff(): void {
    this.powered = false;
    this.pods.clear();
  }

  powerOn(): void {
    this.powered = true;
  }

  get(key: string): RunningPod | undefined {
    return this.pods.get(key);
  }

  /** Starts the pod's containers; a bug of the agent when another pod of the name runs. */
  start(key: string, uid: string, nowMs: number): RunningPod {
    const running = this.pods.get(key);
    if (running) throw new Error(`${this.name}: ${key} runs already as ${running.uid}; ${uid} must not start`);
    this.onStart(key, uid);
    const pod = { uid, podIP: `${this.podPrefix}.${this.nextIp}`, startedAtMs: nowMs };
    this.nextIp = this.nextIp >= 254 ? 2 : this.nextIp + 1;
    this.pods.set(key, pod);
    return pod;
  }

  /** Idempotent: stops this very pod, whatever else has its name now. */
  stop(key: string, uid: string): void {
    if (this.pods.get(key)?.uid === uid) this.pods.delete(key);
  }

  /** What runs now, by 'namespace/name'. */
  running(): ReadonlyMap<string, RunningPod> {
    return this.pods;
  }
}
