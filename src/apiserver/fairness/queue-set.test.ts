import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type QueueDiscipline, QueuedRequest, QueueSet, type Work } from './queue-set.ts';
import { Dealer, deal, hashOf } from './shuffle-sharding.ts';

/** A world of flows that send requests of given lengths, on a clock of its own. */
class World {
  nowMs = 0;
  readonly set: QueueSet<string>;
  readonly running = new Map<QueuedRequest<string>, number>();
  readonly served = new Map<string, number>();
  readonly lingering: { readonly request: QueuedRequest<string>; readonly endMs: number }[] = [];
  private readonly serviceMs: (flow: string) => number;
  widestAlone = false;

  constructor(discipline: QueueDiscipline, limit: number, serviceMs: (flow: string) => number) {
    this.serviceMs = serviceMs;
    this.set = new QueueSet<string>(
      {
        dispatched: (request) => this.running.set(request, this.nowMs + serviceMs(request.item)),
        noAccommodation: () => {},
        changed: () => this.check(),
      },
      0,
    );
    this.set.configure(discipline, 0);
    this.set.setLimit(limit, 0);
  }

  arrive(flow: string, work: Work = one): QueuedRequest<string> {
    const request = new QueuedRequest(flow, work, this.nowMs);
    this.set.arrive(request, 'schema', flow, this.nowMs);
    if (request.state === 'executing' && !request.queue) {
      this.running.set(request, this.nowMs + this.serviceMs(flow));
    }
    return request;
  }

  step(ms: number): void {
    this.nowMs += ms;
    for (const [request, endMs] of [...this.running]) {
      if (endMs > this.nowMs) continue;
      this.running.delete(request);
      this.served.set(request.item, (this.served.get(request.item) ?? 0) + 1);
      const { lingerMs } = request;
      if (this.set.finish(request, this.nowMs)) this.lingering.push({ request, endMs: this.nowMs + lingerMs });
    }
    for (const entry of [...this.lingering]) {
      if (entry.endMs > this.nowMs) continue;
      this.lingering.splice(this.lingering.indexOf(entry), 1);
      this.set.release(entry.request, this.nowMs);
    }
  }

  /** Never more seats than the limit, but for one wide request alone; sums are those of the queues. */
  private check(): void {
    const { set } = this;
    if (set.seatsInUse > set.limit && !this.widestAlone) assert.fail(`${set.seatsInUse} of ${set.limit} seats`);
    assert.equal(
      set.waiting,
      set.queues.reduce((sum, { waiting }) => sum + waiting.length, 0),
    );
    for (const { seatsInUse, waitingSeats } of set.queues) assert.ok(seatsInUse >= 0 && waitingSeats >= 0);
  }
}

const one: Work = { seats: 1, finalSeats: 0, lingerMs: 0 };
const queuing = (queues: number, handSize: number, queueLengthLimit: number): QueueDiscipline => ({
  queues,
  queueLengthLimit,
  dealer: new Dealer(queues, handSize),
});

/** A small deterministic generator (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test('a level without queues refuses what has no seat', () => {
  const world = new World('reject', 2, () => 10);
  assert.deepEqual(
    [1, 2, 3].map(() => world.arrive('a').state),
    ['executing', 'executing', 'rejected'],
  );
  world.step(10);
  assert.equal(world.arrive('a').state, 'executing');
});

test('an exempt level refuses nothing and counts its seats', () => {
  const world = new World('exempt', 0, () => 10);
  world.widestAlone = true;
  for (let i = 0; i < 50; i++) assert.equal(world.arrive('a').state, 'executing');
  assert.equal(world.set.seatsInUse, 50);
  world.step(10);
  assert.ok(world.set.idle);
});

test('a full queue refuses, in the order of arrival the others are served', () => {
  const world = new World(queuing(1, 1, 2), 1, () => 10);
  const requests = ['a', 'b', 'c', 'd'].map((flow) => world.arrive(flow));
  assert.deepEqual(
    requests.map(({ state }) => state),
    ['executing', 'waiting', 'waiting', 'rejected'],
  );
  for (let i = 0; i < 3; i++) world.step(10);
  assert.deepEqual([...world.served.keys()], ['a', 'b', 'c']);
});

test('one that leaves while it waits makes room, and its successors go on', () => {
  const world = new World(queuing(4, 2, 10), 1, () => 10);
  world.arrive('a');
  const [second, third] = [world.arrive('a'), world.arrive('a')];
  assert.equal(world.set.cancel(second, 0), true);
  assert.equal(world.set.cancel(second, 0), false);
  world.step(10);
  assert.equal(third.state, 'executing');
  assert.equal(world.set.cancel(third, world.nowMs), false);
});

test('a request wider than the limit runs alone, and nobody overtakes it for ever', () => {
  const world = new World(queuing(8, 2, 100), 3, () => 10);
  world.widestAlone = true;
  for (let i = 0; i < 3; i++) world.arrive('small');
  const wide = world.arrive('wide', { seats: 9, finalSeats: 0, lingerMs: 0 });
  assert.equal(wide.state, 'waiting');
  for (let i = 0; i < 40 && wide.state === 'waiting'; i++) {
    world.arrive('small');
    world.step(5);
  }
  assert.equal(wide.state, 'executing');
  assert.equal(world.set.executing, 1);
});

test('final seats are held for as long as they linger', () => {
  const world = new World(queuing(2, 1, 10), 4, () => 10);
  world.arrive('a', { seats: 1, finalSeats: 4, lingerMs: 30 });
  const next = world.arrive('b');
  world.step(10);
  assert.deepEqual([next.state, world.set.executing, world.set.seatsInUse], ['waiting', 0, 4]);
  world.step(30);
  assert.equal(next.state, 'executing');
});

test('fewer seats than before: what executes goes on, and nothing begins until there is room', () => {
  const world = new World(queuing(4, 1, 100), 8, () => 10);
  for (let i = 0; i < 8; i++) world.arrive('a');
  world.widestAlone = true;
  world.set.setLimit(2, 0);
  const next = world.arrive('b');
  assert.equal(next.state, 'waiting');
  world.step(10);
  world.widestAlone = false;
  assert.equal(next.state, 'executing');
});

test('flows get equal shares, however many requests one of them sends', () => {
  const world = new World(queuing(64, 6, 50), 10, () => 20);
  const next = random(1);
  for (let ms = 0; ms < 20_000; ms += 5) {
    // An elephant that would fill the level ten times over, and two flows that want 60 % of it each.
    for (let i = 0; i < 30; i++) world.arrive('elephant');
    if (next() < 0.6 * 2.5) for (let i = 0; i < 2; i++) world.arrive('mouse-1');
    if (next() < 0.6 * 2.5) for (let i = 0; i < 2; i++) world.arrive('mouse-2');
    world.step(5);
  }
  const [elephant = 0, first = 0, second = 0] = ['elephant', 'mouse-1', 'mouse-2'].map((flow) =>
    world.served.get(flow),
  );
  const total = elephant + first + second;
  // The elephant's hand is six queues; the mice have as many. Nobody is far from a third.
  for (const part of [elephant, first, second])
    assert.ok(part / total > 0.2 && part / total < 0.47, `${part} of ${total}`);
});

test('a quiet flow beside a flood waits no longer than what is being served', () => {
  const world = new World(queuing(128, 6, 50), 5, () => 50);
  let longest = 0;
  for (let ms = 0; ms < 10_000; ms += 5) {
    for (let i = 0; i < 10; i++) world.arrive('flood');
    if (ms % 500 === 0) {
      const begin = world.nowMs;
      const quiet = world.arrive('quiet');
      assert.notEqual(quiet.state, 'rejected');
      while (quiet.state === 'waiting') {
        for (let i = 0; i < 10; i++) world.arrive('flood');
        world.step(5);
      }
      longest = Math.max(longest, world.nowMs - begin);
    }
    world.step(5);
  }
  assert.ok(longest <= 100, `${longest} ms`);
});

test('any sequence of transitions keeps the seats and loses no request', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const next = random(seed);
    const limit = 1 + Math.floor(next() * 12);
    const world = new World(
      queuing(1 + Math.floor(next() * 16), 1 + Math.floor(next() * 4), 8),
      limit,
      () => next() * 40,
    );
    const all: QueuedRequest<string>[] = [];
    for (let i = 0; i < 1500; i++) {
      const choice = next();
      if (choice < 0.55) {
        const seats = 1 + Math.floor(next() * Math.min(4, limit));
        const finalSeats = next() < 0.2 ? 1 + Math.floor(next() * Math.min(4, limit)) : 0;
        all.push(world.arrive(`flow-${Math.floor(next() * 9)}`, { seats, finalSeats, lingerMs: finalSeats * 5 }));
      } else if (choice < 0.6) {
        const victim = all[Math.floor(next() * all.length)];
        if (victim) world.set.cancel(victim, world.nowMs);
      } else if (choice < 0.62) {
        const queues = 1 + Math.floor(next() * 16);
        world.set.configure(queuing(queues, 1 + Math.floor(next() * 4), 8), world.nowMs);
      } else {
        world.step(next() * 10);
      }
    }
    for (let i = 0; i < 5000 && !world.set.idle; i++) world.step(10);
    assert.ok(world.set.idle, `seed ${seed}: ${world.set.waiting} wait, ${world.set.seatsInUse} seats`);
    assert.deepEqual(
      all.filter(({ state }) => state === 'waiting' || state === 'executing'),
      [],
      `seed ${seed}`,
    );
  }
});

test('a hand is of different queues, and two flows hardly share theirs', () => {
  const hands = Array.from({ length: 200 }, (_, i) => deal(hashOf(`user-${i}`), 128, 6));
  for (const hand of hands) {
    assert.equal(new Set(hand).size, 6);
    assert.ok(hand.every((queue) => queue >= 0 && queue < 128));
  }
  const used = new Set(hands.flat());
  assert.ok(used.size > 120, `${used.size} of 128 queues`);
  const [first = []] = hands;
  assert.equal(hands.slice(1).filter((hand) => hand.every((queue) => first.includes(queue))).length, 0);
});
