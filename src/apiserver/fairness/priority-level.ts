/** One priority level at work: its seats and queues, and what is counted of it. */

import type { PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';
import type { SeatBounds, Shares } from './concurrency.ts';
import { DroppedRequests } from './dropped-requests.ts';
import type { AdmittedRequest } from './flow-schema-state.ts';
import { type QueueDiscipline, type QueuedRequest, QueueSet } from './queue-set.ts';
import { noDemand, type SeatDemand } from './seat-demand.ts';
import { Dealer } from './shuffle-sharding.ts';
import { demandBuckets, requestBuckets, seatBuckets, Utilization } from './utilization.ts';

/** Of its nominal seats, what one request may take (upstream's priorityLevelMaxSeatsPercent). */
const oneRequestFraction = 0.15;

export class PriorityLevel {
  readonly name: string;
  readonly queues: QueueSet<AdmittedRequest>;
  readonly dropped = new DroppedRequests();
  readonly utilization;
  uid = '';
  shares: Shares = { exempt: false, nominalConcurrencyShares: 0, lendablePercent: 0 };
  bounds: SeatBounds = { nominal: 0, min: 0, max: 0 };
  demand: SeatDemand = noDemand;
  target = 0;
  /** A request's seats are at most this many; 0 for no bound. */
  maxSeats = 0;
  /** Flows are told apart only where there is more than one queue. */
  distinguishes = false;
  /** No object says it should be; it goes when its requests are done. */
  quiescing = false;
  readonly counts = { dispatched: 0, rejected: 0, cancelled: 0 };
  private spec = '';
  private queuing:
    | { readonly queues: number; readonly queueLengthLimit: number; readonly handSize: number }
    | undefined;
  private nowMs: number;

  constructor(name: string, nowMs: number) {
    this.name = name;
    this.nowMs = nowMs;
    this.utilization = {
      waiting: new Utilization(requestBuckets, ['waiting', name], nowMs),
      executing: new Utilization(requestBuckets, ['executing', name], nowMs),
      seats: new Utilization(seatBuckets, ['executing', name], nowMs),
      demand: new Utilization(demandBuckets, [name], nowMs),
    };
    this.queues = new QueueSet<AdmittedRequest>(
      {
        dispatched: (request) => dispatched(request),
        noAccommodation: ({ item }) => {
          item.schema.counts.noAccommodation++;
        },
        changed: (at) => this.observe(at),
      },
      nowMs,
    );
  }

  get exempt(): boolean {
    return this.shares.exempt;
  }

  /** Takes the object's specification; the seats follow when all levels are known. */
  configure({ metadata, spec }: PriorityLevelConfiguration, nowMs: number): void {
    this.uid = metadata?.uid ?? '';
    this.quiescing = false;
    const text = JSON.stringify(spec);
    if (text === this.spec) return;
    this.spec = text;
    this.shares = sharesOf(spec);
    const configured = spec?.limited?.limitResponse?.queuing;
    this.queuing =
      spec?.limited?.limitResponse?.type === 'Queue'
        ? {
            queues: configured?.queues || 64,
            handSize: configured?.handSize || 8,
            queueLengthLimit: configured?.queueLengthLimit || 50,
          }
        : undefined;
    this.distinguishes = (this.queuing?.queues ?? 0) > 1;
    this.queues.configure(this.discipline(), nowMs);
  }

  setBounds(bounds: SeatBounds): void {
    this.bounds = bounds;
    if (this.queuing) {
      const share = Math.ceil(bounds.nominal * oneRequestFraction);
      this.maxSeats = Math.max(1, Math.min(share, Math.trunc(bounds.nominal / this.queuing.handSize)));
    }
  }

  /** `spare` is what ratios are shown of when the level has no seat. */
  setLimit(limit: number, nowMs: number, spare: number): void {
    const denominator = limit > 0 ? limit : spare;
    const { queuing, utilization } = this;
    const places = queuing ? queuing.queues * queuing.queueLengthLimit : 1;
    utilization.waiting.setDenominator(places, nowMs);
    for (const ratio of [utilization.executing, utilization.seats, utilization.demand]) {
      ratio.setDenominator(denominator, nowMs);
    }
    this.queues.setLimit(limit, nowMs);
  }

  private discipline(): QueueDiscipline {
    const { queuing } = this;
    if (this.exempt) return 'exempt';
    if (!queuing) return 'reject';
    return { ...queuing, dealer: new Dealer(queuing.queues, queuing.handSize) };
  }

  private observe(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    const { waiting, executing, seats, demand } = this.utilization;
    waiting.set(this.queues.waiting, this.nowMs);
    executing.set(this.queues.executing, this.nowMs);
    seats.set(this.queues.seatsInUse, this.nowMs);
    demand.set(this.queues.seatsInUse + this.queues.waitingSeats, this.nowMs);
  }
}

function dispatched({ item }: QueuedRequest<AdmittedRequest>): void {
  item.resume?.();
}

/** The defaults of flowcontrol v1 stand in for what an object leaves out. */
function sharesOf(spec: PriorityLevelConfiguration['spec']): Shares {
  if (spec?.type === 'Exempt') {
    return {
      exempt: true,
      nominalConcurrencyShares: spec.exempt?.nominalConcurrencyShares ?? 0,
      lendablePercent: spec.exempt?.lendablePercent ?? 0,
    };
  }
  return {
    exempt: false,
    nominalConcurrencyShares: spec?.limited?.nominalConcurrencyShares ?? 30,
    lendablePercent: spec?.limited?.lendablePercent ?? 0,
    borrowingLimitPercent: spec?.limited?.borrowingLimitPercent,
  };
}
