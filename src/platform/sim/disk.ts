/**
 * SimDisk: the medium under a simulated store. Appends take time; when the process that appends dies, some beginning of what
 * was on its way may be on the disk; now and then an append fails. What was acknowledged stays.
 */

import { newInsufficientStorage } from '#api/errors.ts';
import type { Journal, JournalRecord, JournalState, RecordHead } from '#store/journal.ts';
import type { SimEnv } from './env.ts';
import type { SimProcess } from './process.ts';
import type { SimRandom } from './random.ts';

export interface DiskFaults {
  /** Probability that an append fails with an I/O error. */
  readonly ioErrorRate: number;
  /** Probability that an append finds the disk full. */
  readonly fullRate: number;
}

export const noDiskFaults: DiskFaults = { ioErrorRate: 0, fullRate: 0 };

/** An append's fsync, in ms: from a good solid-state disk to a busy one. */
const syncMs = { low: 0.1, high: 4 };

export class SimDisk {
  faults: DiskFaults = noDiskFaults;
  private readonly world: SimEnv;
  private readonly random: SimRandom;
  private readonly records = new Map<number, JournalRecord>();
  private readonly archive = new Map<number, JournalRecord>();
  private compactedRevision = 0;
  private user: SimProcess | undefined;

  constructor(world: SimEnv) {
    this.world = world;
    this.random = world.random.fork('disk');
  }

  /** The journal as a process sees it; the one before must be dead or have closed its own. */
  journal(process: SimProcess): Journal {
    this.user = process;
    const mine = () => process.alive && this.user === process;
    return {
      load: async (visit) => this.load(visit),
      append: (records) => process.outcome(this.append(records, process)),
      read: async (revisions) => revisions.map((revision) => this.records.get(revision)),
      compact: async (revision, superseded) => {
        if (mine()) this.compact(revision, superseded);
      },
      size: () => this.records.size,
      close: async () => {
        if (mine()) this.user = undefined;
      },
    };
  }

  /** Every record that ever became durable, in revision order, compacted or not: for checkers, no process sees it. */
  history(): JournalRecord[] {
    return [...this.archive.values()].sort((a, b) => a.revision - b.revision);
  }

  private async load(visit: (record: RecordHead, deleted: boolean) => void): Promise<JournalState> {
    for (const [, record] of [...this.records].sort(([a], [b]) => a - b)) visit(record, record.value === undefined);
    return { compactedRevision: this.compactedRevision };
  }

  private async append(records: readonly JournalRecord[], process: SimProcess): Promise<void> {
    const delayMs = syncMs.low + this.random.next() * (syncMs.high - syncMs.low);
    await new Promise<void>((resolve, reject) => {
      const onDeath = () => {
        timer.cancel();
        this.keep(records.slice(0, this.random.between(0, records.length)));
      };
      // The world's clock, not the process's: a write that left for the disk gets there.
      const timer = this.world.clock.after(delayMs, () => {
        process.died.removeEventListener('abort', onDeath);
        if (this.random.chance(this.faults.ioErrorRate)) reject(new Error('disk I/O error'));
        else if (this.random.chance(this.faults.fullRate)) reject(newInsufficientStorage('the simulated disk is full'));
        else {
          this.keep(records);
          resolve();
        }
      });
      process.died.addEventListener('abort', onDeath, { once: true });
    });
  }

  private keep(records: readonly JournalRecord[]): void {
    for (const record of records) {
      this.records.set(record.revision, record);
      this.archive.set(record.revision, record);
    }
  }

  private compact(revision: number, superseded: readonly number[]): void {
    this.compactedRevision = revision;
    for (const dropped of superseded) this.records.delete(dropped);
  }
}
