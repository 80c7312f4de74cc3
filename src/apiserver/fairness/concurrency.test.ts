import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adjustLimits, allocate, seatBounds } from './concurrency.ts';
import { DemandMeter, noDemand } from './seat-demand.ts';

/** Upstream's levels by their shares, with what kube-apiserver 1.36.3 made of 600 seats while it was idle. */
const upstream = [
  { name: 'catch-all', shares: 5, lendable: 0, seats: [13, 13, 30] },
  { name: 'global-default', shares: 20, lendable: 50, seats: [49, 24, 56] },
  { name: 'leader-election', shares: 10, lendable: 0, seats: [25, 25, 58] },
  { name: 'node-high', shares: 40, lendable: 25, seats: [98, 73, 170] },
  { name: 'system', shares: 30, lendable: 33, seats: [74, 50, 117] },
  { name: 'workload-high', shares: 40, lendable: 50, seats: [98, 49, 114] },
  { name: 'workload-low', shares: 100, lendable: 90, seats: [245, 24, 56] },
] as const;
const sum = upstream.reduce((total, { shares }) => total + shares, 0);
const idle = upstream.map(({ shares, lendable }) => ({
  exempt: false,
  bounds: seatBounds({ exempt: false, nominalConcurrencyShares: shares, lendablePercent: lendable }, sum, 600),
  demand: noDemand,
}));

test('nominal, lowest and current seats are those of upstream', () => {
  const { limits } = adjustLimits(idle);
  assert.deepEqual(
    idle.map(({ bounds }, index) => [bounds.nominal, bounds.min, limits[index]]),
    upstream.map(({ seats }) => [...seats]),
  );
});

test('a level that needs its seats takes them back, and borrows what others do not use', () => {
  const busy = idle.map((level, index) =>
    index === 6 ? { ...level, demand: { average: 400, deviation: 10, highWatermark: 420, smoothed: 410 } } : level,
  );
  const { limits } = adjustLimits(busy);
  const total = limits.reduce((all, limit) => all + limit, 0);
  assert.ok((limits[6] as number) >= 245, `${limits[6]}`);
  assert.ok(Math.abs(total - 602) <= 4, `${total}`);
  for (const [index, { bounds }] of busy.entries()) assert.ok((limits[index] as number) >= bounds.min);
});

test('a borrowing limit is a limit', () => {
  const bounds = seatBounds(
    { exempt: false, nominalConcurrencyShares: 10, lendablePercent: 0, borrowingLimitPercent: 50 },
    20,
    100,
  );
  assert.deepEqual(bounds, { nominal: 50, min: 50, max: 75 });
});

test('exempt levels get what they use and no share', () => {
  const exempt = {
    exempt: true,
    bounds: seatBounds({ exempt: true, nominalConcurrencyShares: 0, lendablePercent: 0 }, sum, 600),
    demand: { ...noDemand, highWatermark: 7 },
  };
  assert.equal(adjustLimits([exempt, ...idle]).limits[0], 7);
});

test('allocations add up to the sum within their bounds, in one proportion between them', () => {
  const items = [
    { low: 5, high: 50, target: 10 },
    { low: 0, high: 8, target: 20 },
    { low: 30, high: 100, target: 30 },
  ];
  const { allocations, fraction } = allocate(60, items);
  assert.ok(Math.abs(allocations.reduce((all, value) => all + value, 0) - 60) < 1e-9);
  allocations.forEach((value, index) => {
    const { low, high, target } = items[index] as (typeof items)[number];
    assert.ok(Math.abs(value - Math.max(low, Math.min(high, fraction * target))) < 1e-9);
  });
  assert.deepEqual(allocate(1000, items).allocations, [50, 8, 100]);
  assert.deepEqual(allocate(0, items).allocations, [5, 0, 30]);
});

test('demand is averaged by time, rises at once and falls slowly', () => {
  const meter = new DemandMeter(0);
  meter.set(10, 0);
  meter.set(0, 5000);
  const first = meter.close(noDemand, 10_000);
  assert.deepEqual(first, { average: 5, deviation: 5, highWatermark: 10, smoothed: 10 });
  const second = meter.close(first, 20_000);
  assert.deepEqual([second.average, second.highWatermark], [0, 0]);
  assert.ok(Math.abs(second.smoothed - 9.77) < 1e-9);
});
