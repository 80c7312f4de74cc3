/** The writer's side of segments (sqlite-heads.ts): cutting them from what was appended, and clearing them of what compaction dropped. */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { defaultSegmentRecords, packHeads, type SegmentHead, segmentChecksum, unpackHeads } from './sqlite-heads.ts';
import { headColumns, headOf, type Row, recordChecksum } from './sqlite-schema.ts';

interface Segment {
  readonly lastRevision: number;
  readonly heads: readonly SegmentHead[];
}

export class SegmentWriter {
  private readonly size: number;
  /** Of records that were appended since the last segment. */
  private pending: SegmentHead[] = [];
  private readonly last: StatementSync;
  private readonly missed: StatementSync;
  private readonly next: StatementSync;
  private readonly present: StatementSync;
  private readonly insert: StatementSync;
  private readonly remove: StatementSync;

  constructor(database: DatabaseSync, size = defaultSegmentRecords) {
    this.size = size;
    const prepare = (sql: string): StatementSync => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.last = prepare('SELECT max(last_revision) FROM heads');
    this.missed = prepare(
      `SELECT ${headColumns}, value IS NULL FROM history WHERE revision > ? AND revision < ? ORDER BY revision LIMIT ?`,
    );
    this.next = prepare(
      'SELECT last_revision, records FROM heads WHERE last_revision > ? AND last_revision <= ? ORDER BY last_revision LIMIT 1',
    );
    this.present = prepare('SELECT revision FROM history WHERE revision BETWEEN ? AND ?');
    this.insert = prepare('INSERT INTO heads (last_revision, count, checksum, records) VALUES (?, ?, ?, ?)');
    this.remove = prepare('DELETE FROM heads WHERE last_revision = ?');
  }

  /** Of records that are in the history now. */
  add(heads: readonly SegmentHead[]): void {
    for (const head of heads) this.pending.push(head);
  }

  get isDue(): boolean {
    return this.pending.length >= this.size;
  }

  /** Adds a segment: of what an earlier process appended and left, else of what this one did. */
  cut(): void {
    const [first] = this.pending;
    if (!first) return;
    const left = this.leftBefore(first.revision);
    const heads = left.length > 0 ? left : this.pending;
    this.insertSegment({ lastRevision: (heads.at(-1) ?? first).revision, heads });
    if (left.length === 0) this.pending = [];
  }

  /**
   * Takes out of the first segment behind `after` what the history does not have any more, and joins it with the one that ends at
   * `after` if both are small. Only of segments that end at `upTo`, the compacted revision, or before. Answers where to go on.
   */
  tidy(after: number, upTo: number): number | undefined {
    const segment = this.segmentBehind(after, upTo);
    if (!segment) return undefined;
    const { lastRevision } = segment;
    const present = this.presentOf(segment);
    const left = segment.heads.filter(({ revision }) => present.has(revision));
    const former = after > 0 ? this.segmentBehind(after - 1, after) : undefined;
    const joined = former && former.heads.length + left.length <= this.size ? [...former.heads, ...left] : left;
    if (joined !== left) this.remove.run(after);
    this.remove.run(lastRevision);
    if (joined.length > 0) this.insertSegment({ lastRevision, heads: joined });
    return lastRevision;
  }

  private leftBefore(revision: number): readonly SegmentHead[] {
    const [last] = this.last.get() as unknown as Row;
    const rows = this.missed.all(Number(last ?? 0), revision, this.size) as unknown as readonly Row[];
    return rows.map((row) => {
      const head = headOf(row);
      const deleted = row[6] === 1;
      if (deleted && recordChecksum(head.revision, head.createRevision, head.key, null) !== row[5]) {
        throw new Error(`the record of revision ${head.revision} is damaged`);
      }
      return { ...head, deleted };
    });
  }

  private segmentBehind(after: number, upTo: number): Segment | undefined {
    const row = this.next.get(after, upTo) as unknown as Row | undefined;
    if (!row) return undefined;
    const [last, records] = row;
    const lastRevision = Number(last);
    const heads: SegmentHead[] = [];
    unpackHeads(records as Uint8Array, lastRevision, (head) => heads.push(head));
    return { lastRevision, heads };
  }

  private presentOf({ heads, lastRevision }: Segment): ReadonlySet<number> {
    const rows = this.present.all(heads[0]?.revision ?? lastRevision, lastRevision) as unknown as readonly Row[];
    return new Set(rows.map(([revision]) => Number(revision)));
  }

  private insertSegment({ lastRevision, heads }: Segment): void {
    const records = packHeads(heads, lastRevision);
    this.insert.run(lastRevision, heads.length, segmentChecksum(records, lastRevision), records);
  }
}
