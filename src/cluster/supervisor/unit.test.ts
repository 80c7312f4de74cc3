import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Env, Timer } from '#base/env.ts';
import { type ProcessCommand, type ProcessHost, type ProcessIdentity, type RunningProcess, Unit } from './unit.ts';

/** A world where time passes only when told, and processes end only when told. */
function world() {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const log: string[] = [];
  const logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
  const env: Env = {
    clock: {
      now: () => now,
      monotonic: () => now,
      after(delayMs, run): Timer {
        const timer = { at: now + delayMs, run };
        timers.add(timer);
        return { cancel: () => timers.delete(timer) };
      },
    },
    random: { next: () => 0, bytes: (count) => new Uint8Array(count) },
    log: logger,
  };
  const alive = new Map<number, (reason: string) => void>();
  let nextPid = 1;
  const run = (identity: ProcessIdentity): RunningProcess => {
    const { promise, resolve } = Promise.withResolvers<string>();
    alive.set(identity.pid, (reason) => {
      alive.delete(identity.pid);
      resolve(reason);
    });
    return { identity, ended: promise, signal: (name) => log.push(`${name} ${identity.pid}`) };
  };
  const host: ProcessHost = {
    start(command: ProcessCommand) {
      log.push(`start ${command.program}`);
      return run({ pid: nextPid++, startTime: now });
    },
    adopt: (identity) => (identity.startTime === 7 ? run(identity) : undefined),
  };
  return {
    log,
    unit: () =>
      new Unit(
        { name: 'server', command: () => ({ program: 'server', args: [], env: {}, logFile: '' }), stopTimeoutMs: 5000 },
        env,
        host,
        () => {},
      ),
    async end(pid: number, reason = 'exit status 1') {
      alive.get(pid)?.(reason);
      await settled();
    },
    async pass(ms: number) {
      now += ms;
      for (const timer of [...timers]) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.run();
      }
      await settled();
    },
  };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

test('Unit starts a process that ended again, each time later', async () => {
  const { unit: make, end, pass, log } = world();
  const unit = make();
  unit.start();
  const states: string[] = [];
  await end(1);
  for (const ms of [0, 99, 1]) {
    await pass(ms);
    states.push(unit.state.type);
  }
  await end(2);
  for (const ms of [199, 1]) {
    await pass(ms);
    states.push(unit.state.type);
  }
  assert.deepEqual(states, ['waiting', 'waiting', 'running', 'waiting', 'running']);
  assert.deepEqual(log, ['start server', 'start server', 'start server']);
  assert.equal(unit.restarts, 2);
});

test('Unit forgets failures after a process has run for a while', async () => {
  const { unit: make, end, pass } = world();
  const unit = make();
  unit.start();
  for (let pid = 1; pid <= 4; pid++) {
    await end(pid);
    await pass(10_000);
  }
  await pass(30_000);
  await end(5);
  await pass(100);
  assert.equal(unit.state.type, 'running');
});

test('Unit adopts the process of a former supervisor instead of starting one', async () => {
  const { unit: make, log } = world();
  const adopting = make();
  adopting.start({ pid: 42, startTime: 7 });
  assert.equal(adopting.process?.identity.pid, 42);
  assert.deepEqual(log, []);
  const starting = make();
  starting.start({ pid: 43, startTime: 8 });
  assert.deepEqual(log, ['start server']);
});

test('Unit.stop asks, then kills what does not listen, and does not start it again', async () => {
  const { unit: make, end, pass, log } = world();
  const unit = make();
  unit.start();
  const stopped = unit.stop();
  await pass(4999);
  assert.deepEqual(log, ['start server', 'SIGTERM 1']);
  await pass(1);
  assert.deepEqual(log, ['start server', 'SIGTERM 1', 'SIGKILL 1']);
  await end(1, 'killed by SIGKILL');
  await stopped;
  await pass(60_000);
  assert.equal(unit.state.type, 'stopped');
  assert.equal(log.length, 3);
});

test('Unit.stop while waiting cancels the restart', async () => {
  const { unit: make, end, pass, log } = world();
  const unit = make();
  unit.start();
  await end(1);
  await unit.stop();
  await pass(60_000);
  assert.deepEqual(log, ['start server']);
});
