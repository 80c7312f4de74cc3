import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '#base/abort.ts';
import { SimClock, simEpochMs } from './clock.ts';
import { SimRandom } from './random.ts';

test('SimClock fires timers by deadline, then by the order they were set, with all promises run in between', async () => {
  const clock = new SimClock();
  const log: string[] = [];
  const note = (text: string) => log.push(`${text} at ${clock.monotonic()}`);
  clock.after(20, () => note('late'));
  clock.after(10, () => {
    note('first');
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => note('promise of first'));
    clock.after(0, () => note('set while firing'));
  });
  clock.after(10, () => note('second'));
  clock.after(15, () => note('cancelled')).cancel();
  clock.after(31, () => note('beyond'));
  await clock.advance(30);
  assert.deepEqual(log, [
    'first at 10',
    'promise of first at 10',
    'second at 10',
    'set while firing at 10',
    'late at 20',
  ]);
  assert.equal(clock.monotonic(), 30);
  assert.equal(clock.now(), simEpochMs + 30);
});

test('SimClock: a jump moves the wall clock only', async () => {
  const clock = new SimClock(0);
  let woke = -1;
  void sleep(clock, 100).then(() => {
    woke = clock.monotonic();
  });
  clock.jump(-3_600_000);
  await clock.advance(100);
  assert.equal(woke, 100);
  assert.equal(clock.now(), 100 - 3_600_000);
});

test('SimClock drives a promise to its end, or says that nothing came', async () => {
  const clock = new SimClock();
  assert.equal(
    await clock.drivenTo(
      sleep(clock, 500).then(() => clock.monotonic()),
      1000,
    ),
    500,
  );
  await assert.rejects(clock.drivenTo(new Promise(() => {}), 1000), /nothing came within 1000 ms/);
  await assert.rejects(clock.drivenTo(Promise.reject(new Error('its own')), 1000), /its own/);
  assert.ok(clock.idle);
});

test('SimRandom: the same seed draws the same, another seed does not, draws are spread evenly', () => {
  const draw = (seed: string) =>
    Array.from(
      { length: 5 },
      (
        (random) => () =>
          random.next()
      )(new SimRandom(seed)),
    );
  assert.deepEqual(draw('a'), draw('a'));
  assert.notDeepEqual(draw('a'), draw('b'));
  const random = new SimRandom(1);
  const buckets = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const bucket = Math.floor(random.next() * 10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  assert.ok(
    buckets.every((count) => count > 900 && count < 1100),
    buckets.join(' '),
  );
});
