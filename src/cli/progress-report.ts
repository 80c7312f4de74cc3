/** What `up` shows while it waits: a line for each process when it serves, and for each problem once. */

import type { SupervisorStatus } from '#cluster/supervisor/control.ts';

export class ProgressReport {
  private readonly print: (line: string) => void;
  private readonly started = performance.now();
  private readonly shown = new Set<string>();
  private problem: string | undefined;

  constructor(print: (line: string) => void) {
    this.print = print;
  }

  update(status: SupervisorStatus): void {
    for (const unit of status.units) {
      if (unit.ready && !this.shown.has(unit.name)) {
        this.shown.add(unit.name);
        this.print(`  ${unit.name.padEnd(18)} ready ${this.seconds().padStart(6)} s`);
      }
      const again = `${unit.name} ${unit.restarts}`;
      if (unit.reason !== undefined && !this.shown.has(again)) {
        this.shown.add(again);
        this.print(
          `  ${unit.name.padEnd(18)} ended (${unit.reason}), started again; kubets logs ${unit.name} tells why`,
        );
      }
    }
    if (status.problem !== undefined && status.problem !== this.problem) this.print(`  ${status.problem}`);
    this.problem = status.problem;
  }

  seconds(): string {
    return ((performance.now() - this.started) / 1000).toFixed(1);
  }
}
