/** One FlowSchema at work, and what is counted of its requests at its priority level. */

import type { UserInfo } from '#api/request.ts';
import type { WireHeaders } from '#api/wire.ts';
import type { HistogramSeries } from '#base/metrics.ts';
import type { FlowSchema } from '#kinds/generated/flowcontrol-v1.ts';
import type { RequestInfo } from '../request/request-info.ts';
import type { PriorityLevel } from './priority-level.ts';
import type { QueuedRequest } from './queue-set.ts';

/** What is kept of a request while it waits and executes. */
export interface AdmittedRequest {
  readonly schema: FlowSchemaState;
  readonly distinguisher: string;
  readonly user: UserInfo;
  readonly info: RequestInfo;
  /** Set while it waits: its seats are there. */
  resume: (() => void) | undefined;
}

export type Admission = QueuedRequest<AdmittedRequest>;

/** Of one schema at one level, for as long as the server runs: counters never go back. */
export interface SchemaCounts {
  readonly labels: readonly [schema: string, level: string];
  dispatched: number;
  readonly rejected: Map<string, number>;
  noAccommodation: number;
  executing: number;
  executingSeats: number;
  waiting: number;
  waitingSeats: number;
  readonly estimatedSeats: HistogramSeries;
  readonly queueLength: HistogramSeries;
  readonly waitExecuted: HistogramSeries;
  readonly waitRefused: HistogramSeries;
  readonly executionRegular: HistogramSeries;
  readonly executionWatch: HistogramSeries;
  readonly watchers: HistogramSeries;
}

export class FlowSchemaState {
  readonly name: string;
  readonly uid: string;
  readonly level: PriorityLevel;
  readonly counts: SchemaCounts;
  /** Of every answer to its requests. */
  readonly headers: WireHeaders;
  private readonly distinguishedBy: string | undefined;

  constructor({ metadata, spec }: FlowSchema, level: PriorityLevel, counts: SchemaCounts) {
    this.name = metadata?.name ?? '';
    this.uid = metadata?.uid ?? '';
    this.level = level;
    this.counts = counts;
    this.headers = {
      'x-kubernetes-pf-flowschema-uid': this.uid,
      'x-kubernetes-pf-prioritylevel-uid': level.uid,
    };
    this.distinguishedBy = spec?.distinguisherMethod?.type;
  }

  /** What flows of this schema are told apart by; '' where they are one. */
  distinguisherOf(user: UserInfo, info: RequestInfo): string {
    if (!this.level.distinguishes) return '';
    if (this.distinguishedBy === 'ByUser') return user.username;
    return this.distinguishedBy === 'ByNamespace' ? info.namespace : '';
  }
}
