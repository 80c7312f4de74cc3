/** The journal of a store without a disk: for tests, embedding, and clusters that may forget. */

import type { Journal, JournalRecord, JournalState, RecordHead } from './journal.ts';

/** What a record takes beside its key and value; an estimate that only the size quota looks at. */
const recordOverheadBytes = 64;

export class MemoryJournal implements Journal {
  private readonly records = new Map<number, JournalRecord>();
  private compactedRevision = 0;
  private bytes = 0;

  async load(visit: (record: RecordHead, deleted: boolean) => void): Promise<JournalState> {
    for (const record of this.records.values()) visit(record, record.value === undefined);
    return { compactedRevision: this.compactedRevision };
  }

  async append(records: readonly JournalRecord[]): Promise<void> {
    for (const record of records) {
      this.records.set(record.revision, record);
      this.bytes += recordBytes(record);
    }
  }

  async read(revisions: readonly number[]): Promise<readonly (JournalRecord | undefined)[]> {
    return revisions.map((revision) => this.records.get(revision));
  }

  async compact(revision: number, superseded: readonly number[]): Promise<void> {
    this.compactedRevision = revision;
    for (const dropped of superseded) {
      const record = this.records.get(dropped);
      if (!record) continue;
      this.bytes -= recordBytes(record);
      this.records.delete(dropped);
    }
  }

  size(): number {
    return this.bytes;
  }

  async close(): Promise<void> {}
}

function recordBytes(record: JournalRecord): number {
  return recordOverheadBytes + record.key.length + (record.value?.length ?? 0);
}
