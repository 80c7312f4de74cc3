import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import { HealthMetrics, healthHandler, storeCheck } from './health.ts';
import { PostStartHooks, startHooks } from './post-start-hooks.ts';

function request(url: string): ApiRequest {
  const { pathname, searchParams } = new URL(url, 'http://server');
  return {
    method: 'GET',
    path: pathname,
    query: searchParams,
    headers: {},
    peer: { address: '' },
    signal: new AbortController().signal,
  };
}

function said(response: ApiResponse | undefined): readonly [status: number, text: string] | undefined {
  if (response === undefined) return undefined;
  assert(response.type === 'bytes' && response.body instanceof Uint8Array);
  return [response.status, new TextDecoder().decode(response.body)];
}

test('checks answer as upstream words them, and are counted', async () => {
  const metrics = new HealthMetrics();
  let ending = false;
  const checks = {
    all: { ping: () => true, etcd: () => Promise.resolve(true) },
    ready: {
      shutdown: () => {
        if (ending) throw new Error('process is shutting down');
        return true;
      },
    },
  };
  const readyz = healthHandler('readyz', checks, metrics);
  const ask = async (url: string) => said(await readyz(request(url)));
  assert.deepEqual(await ask('/readyz'), [200, 'ok']);
  assert.deepEqual(await ask('/readyz?verbose'), [
    200,
    '[+]ping ok\n[+]etcd ok\n[+]shutdown ok\nreadyz check passed\n',
  ]);
  assert.deepEqual(await ask('/readyz/shutdown'), [200, 'ok']);
  assert.equal(await ask('/readyz/none'), undefined);
  ending = true;
  assert.deepEqual(await ask('/readyz'), [
    500,
    '[+]ping ok\n[+]etcd ok\n[-]shutdown failed: reason withheld\nreadyz check failed\n',
  ]);
  assert.deepEqual(await ask('/readyz/shutdown'), [500, 'internal server error: process is shutting down\n']);
  assert.deepEqual(await ask('/readyz?verbose&exclude=shutdown&exclude=foo'), [
    200,
    '[+]ping ok\n[+]etcd ok\n[+]shutdown excluded: ok\nwarn: some health checks cannot be excluded: no matches for "foo"\nreadyz check passed\n',
  ]);
  const livez = healthHandler('livez', checks, metrics);
  assert.deepEqual(said(await livez(request('/livez'))), [200, 'ok']);
  assert.equal(await livez(request('/livez/shutdown')), undefined);
  const lines = metrics.registry.expose().split('\n');
  // One that is excluded was not run, and one that was asked for by its own path is not counted.
  for (const line of [
    'kubernetes_healthcheck{name="shutdown",type="readyz"} 0',
    'kubernetes_healthcheck{name="ping",type="livez"} 1',
    'kubernetes_healthchecks_total{name="shutdown",status="success",type="readyz"} 2',
    'kubernetes_healthchecks_total{name="shutdown",status="error",type="readyz"} 1',
    'kubernetes_healthchecks_total{name="ping",status="success",type="readyz"} 4',
  ]) {
    assert(lines.includes(line), line);
  }
});

test('hooks fail until they are finished', () => {
  const hooks = new PostStartHooks(['a', 'b/c']);
  assert.throws(() => hooks.checks['poststarthook/a']?.(), /^Error: not finished$/);
  hooks.finished('a');
  assert.equal(hooks.checks['poststarthook/a']?.(), true);
  assert.throws(() => hooks.checks['poststarthook/b/c']?.(), /not finished/);
  let started = false;
  const parts = startHooks(() => started, { there: {}, absent: undefined });
  assert.deepEqual(Object.keys(parts), ['poststarthook/there']);
  assert.throws(() => parts['poststarthook/there']?.(), /not finished/);
  started = true;
  assert.equal(parts['poststarthook/there']?.(), true);
});

test('a store that does not answer fails its check after two seconds', async () => {
  const timers: { readonly delayMs: number; readonly run: () => void; cancelled: boolean }[] = [];
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after(delayMs, run) {
      const timer = { delayMs, run, cancelled: false };
      timers.push(timer);
      return {
        cancel() {
          timer.cancelled = true;
        },
      };
    },
  };
  const ask = async (revision: () => Promise<number>, act = () => {}) => {
    const checks = { all: { etcd: storeCheck(clock, revision) }, ready: {} };
    const answer = healthHandler('livez', checks, new HealthMetrics())(request('/livez/etcd'));
    act();
    return said(await answer);
  };
  assert.deepEqual(await ask(async () => 7), [200, 'ok']);
  const away = async () => {
    throw new Error('away');
  };
  assert.deepEqual(await ask(away), [500, 'internal server error: away\n']);
  const hanging = () => new Promise<number>(() => {});
  assert.deepEqual(await ask(hanging, () => timers.at(-1)?.run()), [
    500,
    'internal server error: error getting data from etcd: context deadline exceeded\n',
  ]);
  assert.deepEqual(
    timers.map(({ delayMs, cancelled }) => [delayMs, cancelled]),
    [
      [2000, true],
      [2000, true],
      [2000, false],
    ],
  );
});
