/**
 * A unit: one process that shall run, and what is done when it does not.
 *
 *     stopped --start--> running --exit--> waiting --back-off over--> running
 *        ^                  |                 |
 *        +------stop--------+--------stop-----+
 *
 * A process that a former supervisor started is adopted, not started again: containers, connections and caches outlive the
 * supervisor. Back-off begins anew after a process has run for a while.
 */

import { sleep } from '#base/abort.ts';
import { backoffDelayMs } from '#base/backoff.ts';
import type { Env, Timer } from '#base/env.ts';

/** Port: starting and watching processes. */
export interface ProcessHost {
  start(command: ProcessCommand): RunningProcess;
  /** Watches a process that runs already; undefined when it does not. */
  adopt(identity: ProcessIdentity): RunningProcess | undefined;
}

export interface ProcessCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
}

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: number;
}

export interface RunningProcess {
  readonly identity: ProcessIdentity;
  /** Resolves when it has ended, with words for the log: 'exit status 1', 'killed by SIGKILL', 'gone'. */
  readonly ended: Promise<string>;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface UnitSpec {
  readonly name: string;
  readonly command: () => ProcessCommand;
  /** How long the process may take to end after SIGTERM. */
  readonly stopTimeoutMs: number;
  /** Resolves when a process that was just started serves. Without it the process says so itself (`markReady`). */
  readonly serves?: () => Promise<void>;
}

export type UnitState =
  | { readonly type: 'stopped' }
  | { readonly type: 'running'; readonly process: RunningProcess; readonly sinceMs: number }
  | { readonly type: 'waiting'; readonly timer: Timer; readonly reason: string };

const restartBackoff = { initialMs: 100, maxMs: 10_000, factor: 2, jitter: 0 };
/** After running this long a process counts as healthy: its next restart is immediate again. */
const healthyAfterMs = 30_000;

export class Unit {
  readonly spec: UnitSpec;
  private readonly env: Env;
  private readonly host: ProcessHost;
  private readonly onChange: () => void;
  private current: UnitState = { type: 'stopped' };
  private failures = 0;
  private serving = false;
  restarts = 0;

  constructor(spec: UnitSpec, env: Env, host: ProcessHost, onChange: () => void) {
    this.spec = spec;
    this.env = env;
    this.host = host;
    this.onChange = onChange;
  }

  get state(): UnitState {
    return this.current;
  }

  get process(): RunningProcess | undefined {
    return this.current.type === 'running' ? this.current.process : undefined;
  }

  /** The process runs and serves. */
  get ready(): boolean {
    return this.current.type === 'running' && this.serving;
  }

  markReady(ready: boolean): void {
    if (this.serving === ready) return;
    this.serving = ready;
    this.onChange();
  }

  /** Adopts the process of a former supervisor if it still runs, otherwise starts one. */
  start(former?: ProcessIdentity): void {
    if (this.current.type !== 'stopped') return;
    const adopted = former && this.host.adopt(former);
    if (adopted) this.watch(adopted);
    else this.launch();
  }

  /** Resolves when the process has ended. */
  async stop(): Promise<void> {
    const state = this.current;
    this.current = { type: 'stopped' };
    if (state.type === 'waiting') state.timer.cancel();
    if (state.type === 'running') {
      state.process.signal('SIGTERM');
      const patience = new AbortController();
      const late = sleep(this.env.clock, this.spec.stopTimeoutMs, patience.signal).then(
        () => state.process.signal('SIGKILL'),
        () => {},
      );
      await state.process.ended;
      patience.abort();
      await late;
    }
    this.onChange();
  }

  private launch(): void {
    let started: RunningProcess;
    try {
      started = this.host.start(this.spec.command());
    } catch (error) {
      this.retry(error instanceof Error ? error.message : String(error));
      return;
    }
    this.watch(started);
  }

  private watch(process: RunningProcess): void {
    const sinceMs = this.env.clock.monotonic();
    this.current = { type: 'running', process, sinceMs };
    this.serving = false;
    this.onChange();
    const isCurrent = () => this.current.type === 'running' && this.current.process === process;
    this.spec.serves?.().then(
      () => {
        if (isCurrent()) this.markReady(true);
      },
      // It was stopped before it served.
      () => {},
    );
    process.ended.then((reason) => {
      if (!isCurrent()) return;
      if (this.env.clock.monotonic() - sinceMs >= healthyAfterMs) this.failures = 0;
      this.retry(reason);
    });
  }

  private retry(reason: string): void {
    const delayMs = backoffDelayMs(restartBackoff, this.failures, () => 0);
    this.failures++;
    this.restarts++;
    this.env.log.warn('process ended; it is started again', { unit: this.spec.name, reason, delayMs });
    const timer = this.env.clock.after(delayMs, () => this.launch());
    this.current = { type: 'waiting', timer, reason };
    this.onChange();
  }
}
