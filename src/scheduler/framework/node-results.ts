/**
 * Node results: what the node-local plugins said about nodes for pods of one signature, kept until the node changes.
 *
 * A controller's pods are equal, and placing one changes one node. So of the hundreds of nodes that the next pod looks at, all
 * but one have their verdict and raw scores here already (Borg's equivalence classes and score cache, Verma et al. 2015).
 * A kept result counts while the node's generation is the one it was computed for; generations never repeat.
 */

import type { NodeInfo } from '../state/node-info.ts';
import type { Cycle } from './cycle.ts';
import type { Plugin } from './plugin.ts';
import type { Status } from './status.ts';

export type FilterPlugin = Plugin & Required<Pick<Plugin, 'filter'>>;
export type ScorePlugin = Plugin & Required<Pick<Plugin, 'score'>>;

export class NodeResults {
  readonly scorers: readonly ScorePlugin[];
  /** Raw scores by scorer, then by row; of rows that fit. */
  readonly scores: readonly Float64Array[];
  private readonly filters: readonly FilterPlugin[];
  private readonly generations: Float64Array;
  /** By row: 0 fits, otherwise 1 + the index of the rejection. */
  private readonly verdicts: Uint16Array;
  private readonly rejections: Status[] = [];

  constructor(filters: readonly FilterPlugin[], scorers: readonly ScorePlugin[], rows: number) {
    this.filters = filters;
    this.scorers = scorers;
    this.generations = new Float64Array(rows);
    this.verdicts = new Uint16Array(rows);
    this.scores = scorers.map(() => new Float64Array(rows));
  }

  get rows(): number {
    return this.generations.length;
  }

  /** Undefined when the node fits. */
  verdict(cycle: Cycle, node: NodeInfo, generation: number): Status | undefined {
    const { row } = node;
    if (this.generations[row] !== generation) {
      this.evaluate(cycle, node);
      this.generations[row] = generation;
    }
    const verdict = this.verdicts[row] as number;
    return verdict === 0 ? undefined : this.rejections[verdict - 1];
  }

  private evaluate(cycle: Cycle, node: NodeInfo): void {
    const { row } = node;
    for (const plugin of this.filters) {
      const rejection = plugin.filter(cycle, node);
      if (rejection) {
        this.verdicts[row] = this.indexOf(rejection) + 1;
        return;
      }
    }
    this.verdicts[row] = 0;
    for (let i = 0; i < this.scorers.length; i++) {
      const scores = this.scores[i];
      if (scores) scores[row] = this.scorers[i]?.score(cycle, node) ?? 0;
    }
  }

  /** Equal rejections share an entry, so there are few however many nodes there are. */
  private indexOf(rejection: Status): number {
    const index = this.rejections.findIndex(
      (known) =>
        known === rejection ||
        (known.code === rejection.code &&
          known.plugin === rejection.plugin &&
          known.reasons.length === rejection.reasons.length &&
          known.reasons.every((reason, i) => reason === rejection.reasons[i])),
    );
    return index >= 0 ? index : this.rejections.push(rejection) - 1;
  }
}

/** Results of the signatures that were used last. */
export class NodeResultsCache {
  private readonly bySignature = new Map<string, NodeResults>();
  private readonly bound: number;

  constructor(bound = 64) {
    this.bound = bound;
  }

  /** Results for the signature with room for `rows`, made when they are missing. */
  of(signature: string, rows: number, create: () => NodeResults): NodeResults {
    let results = this.bySignature.get(signature);
    if (results) this.bySignature.delete(signature);
    if (!results || results.rows < rows) results = create();
    this.bySignature.set(signature, results);
    if (this.bySignature.size > this.bound) {
      this.bySignature.delete(this.bySignature.keys().next().value ?? '');
    }
    return results;
  }
}
