/**
 * The seats and queues of one priority level: who executes, who waits, who is refused (KEP-1040, "Fair Queuing for Server Requests";
 * apiserver fairqueuing/queueset). A state machine: it is told the time, reads no clock and sets no timer.
 *
 *   arrive -> executing -> finish [-> lingering -> release]
 *          -> waiting   -> executing, by a seat that became free
 *                       -> cancel
 *          -> rejected
 *
 * Virtual time `currentR` is the seat-seconds that each queue with requests could have used since the start. `nextDispatchR` of a queue is
 * when, in virtual time, its oldest request would begin if every queue had its own slow server; the request that would end first there is
 * dispatched first here.
 *
 * 1. Executing and lingering requests hold at most `limit` seats, but for one request alone that is wider than the limit.
 * 2. Requests wait only while seats are missing: every transition that frees seats dispatches.
 * 3. Within a queue the order is first in, first out. A queue with waiting requests is dispatched from before another one that has used
 *    more, so none waits forever while seats become free.
 * 4. What an idle queue did not use is lost: nextDispatchR of a waiting queue is at least its oldest request's arrival.
 */

import { DemandMeter, noDemand, type SeatDemand } from './seat-demand.ts';
import type { Dealer } from './shuffle-sharding.ts';

export interface Work {
  /** Held while it executes. */
  readonly seats: number;
  /** Held for `lingerMs` after it: what its watchers cost. */
  readonly finalSeats: number;
  readonly lingerMs: number;
}

export type WaitingState = 'waiting' | 'executing' | 'finished' | 'rejected' | 'cancelled';

/** A request as the queues see it. `T` is what the caller wants to know of it. */
export class QueuedRequest<T> {
  readonly item: T;
  readonly arrivedMs: number;
  readonly seats: number;
  readonly maxSeats: number;
  finalSeats: number;
  lingerMs: number;
  startedMs = 0;
  state: WaitingState = 'waiting';
  arrivalR = 0;
  queue: Queue<T> | undefined;

  constructor(item: T, work: Work, nowMs: number) {
    this.item = item;
    this.arrivedMs = nowMs;
    this.seats = work.seats;
    this.finalSeats = work.finalSeats;
    this.lingerMs = work.lingerMs;
    this.maxSeats = Math.max(work.seats, work.finalSeats);
  }

  /** Seat-seconds charged to its queue when it is dispatched; its true duration is put right at its end. */
  get estimatedWork(): number {
    return this.seats * estimatedServiceSeconds + (this.finalSeats * this.lingerMs) / 1000;
  }
}

/** What a request is taken to last before it is known (upstream's figure). */
const estimatedServiceSeconds = 0.003;

export interface Queue<T> {
  readonly waiting: QueuedRequest<T>[];
  readonly executing: Set<QueuedRequest<T>>;
  waitingSeats: number;
  waitingWork: number;
  /** Lingering ones too. */
  seatsInUse: number;
  /** Of executing requests, and the sum of those times their start: how long they have been executing together is one subtraction. */
  executingSeats: number;
  startedSum: number;
  nextDispatchR: number;
}

export interface Queuing {
  readonly queues: number;
  readonly queueLengthLimit: number;
  readonly dealer: Dealer;
}

/** 'exempt' never refuses; 'reject' refuses what has no seat now. */
export type QueueDiscipline = 'exempt' | 'reject' | Queuing;

export interface QueueSetListener<T> {
  /** A waiting request has its seats. Called inside of a transition: it must not call back into the queue set. */
  dispatched(request: QueuedRequest<T>): void;
  /** The oldest request of the fairest queue is wider than the free seats. */
  noAccommodation(request: QueuedRequest<T>): void;
  /** After every transition that changed a number. */
  changed(nowMs: number): void;
}

export type RejectReason = 'concurrency-limit' | 'queue-full';

export class QueueSet<T> {
  readonly queues: Queue<T>[] = [];
  /** Executing without a queue: all of an exempt or rejecting level. */
  readonly queueless = new Set<QueuedRequest<T>>();
  limit = 0;
  waiting = 0;
  waitingSeats = 0;
  executing = 0;
  seatsInUse = 0;
  currentR = 0;
  /** Of the last dispatch from a queue, for metrics. */
  readonly lastDispatch = { currentR: 0, startR: 0, minR: 0, maxR: 0, discountedMinR: 0, discountedMaxR: 0 };
  private discipline: QueueDiscipline = 'reject';
  private readonly listener: QueueSetListener<T>;
  private readonly meter: DemandMeter;
  private lastMs: number;
  private activeQueues = 0;
  private queuedSeatsInUse = 0;
  private robin = 0;
  private newest: Queue<T> | undefined;
  private enqueued = 0;

  constructor(listener: QueueSetListener<T>, nowMs: number) {
    this.listener = listener;
    this.lastMs = nowMs;
    this.meter = new DemandMeter(nowMs);
  }

  get idle(): boolean {
    return this.waiting === 0 && this.seatsInUse === 0;
  }

  /** Requests that wait or execute keep their places; queues that are too many go when they are empty. */
  configure(discipline: QueueDiscipline, nowMs: number): void {
    this.advance(nowMs);
    this.discipline = discipline;
    if (typeof discipline === 'string') return;
    while (this.queues.length < discipline.queues) this.queues.push(newQueue());
    this.dropEmptyQueues();
  }

  setLimit(limit: number, nowMs: number): void {
    this.advance(nowMs);
    this.limit = limit;
    this.dispatch(nowMs);
    this.changed(nowMs);
  }

  /** `flow` is of no use to levels without queues. The request is executing, waiting, or rejected afterwards. */
  arrive(request: QueuedRequest<T>, schema: string, distinguisher: string, nowMs: number): RejectReason | undefined {
    this.advance(nowMs);
    const { discipline } = this;
    if (typeof discipline === 'string') {
      if (discipline === 'reject' && !this.fits(request)) {
        request.state = 'rejected';
        return 'concurrency-limit';
      }
      this.queueless.add(request);
      this.start(request, nowMs);
      this.changed(nowMs);
      return undefined;
    }
    const queue = this.leastLoaded(discipline.dealer.handOf(schema, distinguisher));
    // Upstream lets a queue grow on while there are seats, but too few for the request that is next; here the bound is a bound.
    if (queue.waiting.length >= discipline.queueLengthLimit) {
      request.state = 'rejected';
      return 'queue-full';
    }
    request.queue = queue;
    request.arrivalR = this.currentR;
    if (queue.waiting.length === 0 && queue.executing.size === 0) {
      queue.nextDispatchR = this.currentR;
      this.activeQueues++;
    }
    queue.waiting.push(request);
    queue.waitingSeats += request.maxSeats;
    queue.waitingWork += request.estimatedWork;
    this.waiting++;
    this.waitingSeats += request.maxSeats;
    this.newest = queue;
    this.bound(queue);
    this.dispatch(nowMs);
    this.changed(nowMs);
    return undefined;
  }

  /** The request has been served. True: call `release` after its lingerMs. */
  finish(request: QueuedRequest<T>, nowMs: number): boolean {
    this.advance(nowMs);
    request.state = 'finished';
    this.executing--;
    const { queue } = request;
    if (queue) {
      queue.executing.delete(request);
      queue.executingSeats -= request.seats;
      queue.startedSum -= request.seats * request.startedMs;
      const actualSeconds = (nowMs - request.startedMs) / 1000;
      queue.nextDispatchR -= request.seats * (estimatedServiceSeconds - actualSeconds);
      this.bound(queue);
      if (queue.executing.size === 0 && queue.waiting.length === 0) this.activeQueues--;
    } else {
      this.queueless.delete(request);
    }
    const lingers = request.lingerMs > 0;
    if (!lingers) this.free(request);
    this.dispatch(nowMs);
    this.changed(nowMs);
    return lingers;
  }

  release(request: QueuedRequest<T>, nowMs: number): void {
    this.advance(nowMs);
    this.free(request);
    this.dispatch(nowMs);
    this.changed(nowMs);
  }

  /** A waiting request leaves: its client is gone, or it waited long enough. False when it does not wait. */
  cancel(request: QueuedRequest<T>, nowMs: number): boolean {
    const { queue } = request;
    if (request.state !== 'waiting' || !queue) return false;
    this.advance(nowMs);
    request.state = 'cancelled';
    this.unqueue(queue, request);
    this.bound(queue);
    if (queue.executing.size === 0 && queue.waiting.length === 0) this.activeQueues--;
    this.dispatch(nowMs);
    this.changed(nowMs);
    return true;
  }

  *waitingRequests(): Generator<QueuedRequest<T>, void, void> {
    for (const { waiting } of this.queues) yield* waiting;
  }

  /** Ends a period of the measurement of demand. */
  closeDemand(former: SeatDemand = noDemand, nowMs: number): SeatDemand {
    return this.meter.close(former, nowMs);
  }

  private advance(nowMs: number): void {
    const passed = nowMs - this.lastMs;
    if (passed <= 0) return;
    this.lastMs = nowMs;
    if (this.activeQueues === 0) return;
    const usable = Math.min(this.queuedSeatsInUse + this.waitingSeats, this.limit);
    this.currentR += (usable * passed) / 1000 / this.activeQueues;
  }

  private changed(nowMs: number): void {
    this.meter.set(this.seatsInUse + this.waitingSeats, nowMs);
    this.listener.changed(nowMs);
  }

  /** The queue of the hand with the least work before a new request; ties are taken in turn. */
  private leastLoaded(hand: readonly number[]): Queue<T> {
    const offset = this.enqueued++ % hand.length;
    let best: Queue<T> | undefined;
    for (let i = 0; i < hand.length; i++) {
      const queue = this.queues[hand[(offset + i) % hand.length] as number] as Queue<T>;
      if (!best || queue.waitingWork < best.waitingWork) best = queue;
      if (queue.waitingWork === 0) break;
    }
    return best as Queue<T>;
  }

  private dispatch(nowMs: number): void {
    while (this.waiting > 0 && this.seatsInUse < this.limit && this.dispatchOne(nowMs));
  }

  private dispatchOne(nowMs: number): boolean {
    const queue = this.fairestQueue(nowMs);
    const request = queue.waiting[0] as QueuedRequest<T>;
    if (!this.fits(request)) {
      this.listener.noAccommodation(request);
      return false;
    }
    if (request.finalSeats > this.limit && this.limit > 0) {
      // The same work on fewer seats takes longer.
      request.lingerMs *= request.finalSeats / this.limit;
      request.finalSeats = this.limit;
    }
    this.unqueue(queue, request);
    queue.executing.add(request);
    queue.executingSeats += request.seats;
    queue.startedSum += request.seats * nowMs;
    queue.seatsInUse += request.maxSeats;
    this.queuedSeatsInUse += request.maxSeats;
    queue.nextDispatchR += request.estimatedWork;
    this.bound(queue);
    this.start(request, nowMs);
    this.listener.dispatched(request);
    return true;
  }

  private fairestQueue(nowMs: number): Queue<T> {
    const { queues, lastDispatch, newest } = this;
    // Nobody waits but the request that just came: the usual case needs no look at the other queues.
    if (this.waiting === 1 && newest && newest.waiting.length === 1) {
      lastDispatch.currentR = this.currentR;
      lastDispatch.startR = newest.nextDispatchR;
      return newest;
    }
    let best: Queue<T> | undefined;
    let bestFinish = Number.POSITIVE_INFINITY;
    let bestIndex = 0;
    let [minR, maxR] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let [discountedMinR, discountedMaxR] = [minR, maxR];
    let left = this.waiting;
    for (let i = 1; i <= queues.length && left > 0; i++) {
      const index = (this.robin + i) % queues.length;
      const queue = queues[index] as Queue<T>;
      const [oldest] = queue.waiting;
      if (!oldest) continue;
      left -= queue.waiting.length;
      const start = queue.nextDispatchR + unchargedWork(queue, nowMs);
      const discounted = start - queue.seatsInUse * estimatedServiceSeconds;
      if (start < minR) minR = start;
      if (start > maxR) maxR = start;
      if (discounted < discountedMinR) discountedMinR = discounted;
      if (discounted > discountedMaxR) discountedMaxR = discounted;
      const finish = start + oldest.estimatedWork;
      if (finish < bestFinish) {
        best = queue;
        bestFinish = finish;
        bestIndex = index;
      }
    }
    this.robin = bestIndex;
    lastDispatch.currentR = this.currentR;
    lastDispatch.startR = (best as Queue<T>).nextDispatchR;
    lastDispatch.minR = minR;
    lastDispatch.maxR = maxR;
    lastDispatch.discountedMinR = discountedMinR;
    lastDispatch.discountedMaxR = discountedMaxR;
    return best as Queue<T>;
  }

  /** One that is wider than the limit is let in when it is alone. */
  private fits({ maxSeats }: QueuedRequest<T>): boolean {
    if (maxSeats > this.limit) return this.executing === 0 && this.seatsInUse === 0;
    return this.seatsInUse + maxSeats <= this.limit;
  }

  private start(request: QueuedRequest<T>, nowMs: number): void {
    request.state = 'executing';
    request.startedMs = nowMs;
    this.executing++;
    this.seatsInUse += request.maxSeats;
  }

  private free({ queue, maxSeats }: QueuedRequest<T>): void {
    this.seatsInUse -= maxSeats;
    if (!queue) return;
    queue.seatsInUse -= maxSeats;
    this.queuedSeatsInUse -= maxSeats;
    if (typeof this.discipline === 'string' || this.queues.length > this.discipline.queues) this.dropEmptyQueues();
  }

  private unqueue(queue: Queue<T>, request: QueuedRequest<T>): void {
    if (queue.waiting[0] === request) queue.waiting.shift();
    else queue.waiting.splice(queue.waiting.indexOf(request), 1);
    queue.waitingSeats -= request.maxSeats;
    // Sums of fractions drift; an empty queue has nothing.
    queue.waitingWork = queue.waiting.length === 0 ? 0 : queue.waitingWork - request.estimatedWork;
    this.waiting--;
    this.waitingSeats -= request.maxSeats;
  }

  private bound(queue: Queue<T>): void {
    const [oldest] = queue.waiting;
    if (oldest && queue.nextDispatchR < oldest.arrivalR) queue.nextDispatchR = oldest.arrivalR;
  }

  /** Only from the end: the hands that are dealt name queues by their index. */
  private dropEmptyQueues(): void {
    const wanted = typeof this.discipline === 'string' ? 0 : this.discipline.queues;
    const { queues } = this;
    while (queues.length > wanted) {
      const last = queues[queues.length - 1] as Queue<T>;
      if (last.waiting.length > 0 || last.seatsInUse > 0) return;
      queues.pop();
    }
  }
}

/**
 * Seat-seconds that executing requests have used beyond the estimate. Upstream charges them at their end; counting them before keeps a flow whose
 * requests take seconds from going first once more while they run.
 */
function unchargedWork<T>({ executingSeats, startedSum }: Queue<T>, nowMs: number): number {
  return Math.max(0, (executingSeats * nowMs - startedSum) / 1000 - executingSeats * estimatedServiceSeconds);
}

function newQueue<T>(): Queue<T> {
  return {
    waiting: [],
    executing: new Set(),
    waitingSeats: 0,
    waitingWork: 0,
    seatsInUse: 0,
    executingSeats: 0,
    startedSum: 0,
    nextDispatchR: 0,
  };
}
