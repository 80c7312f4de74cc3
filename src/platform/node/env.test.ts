import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createNodeEnv } from './env.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubets-env-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('the log is JSON lines with the fields of the component, its children and errors', () => {
  const file = join(directory, 'log');
  const fd = openSync(file, 'a');
  const { log } = createNodeEnv({ component: 'agent', logFd: fd });
  log.debug('not important enough');
  log
    .child({ node: 'node1' })
    .warn('sync failed', { error: new TypeError('bad', { cause: new Error('worse') }), size: 5n });
  closeSync(fd);
  log.info('a closed descriptor is no failure');
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 1);
  const { time, error, ...rest } = lines[0];
  assert.deepEqual(rest, { level: 'warn', component: 'agent', node: 'node1', size: '5', msg: 'sync failed' });
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  assert.deepEqual([error.type, error.message, error.cause.message], ['TypeError', 'bad', 'worse']);
});

test('timers run once, not before their time, and not after they were cancelled', async () => {
  const { clock } = createNodeEnv({ component: 'test' });
  const started = clock.monotonic();
  await new Promise<void>((resolve) => {
    clock.after(5, () => assert.fail('cancelled')).cancel();
    clock.after(20, resolve);
  });
  assert.ok(clock.monotonic() - started >= 19);
  // Longer than setTimeout can wait: must not run at once.
  const far = clock.after(2 ** 33, () => assert.fail('much too early'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  far.cancel();
});

test('random bytes never come twice, whatever their number', () => {
  const { random } = createNodeEnv({ component: 'test' });
  const seen = new Set<string>();
  for (let i = 0; i < 2000; i++) {
    const bytes = random.bytes(8 + (i % 24));
    assert.equal(bytes.length, 8 + (i % 24));
    seen.add(Buffer.from(bytes).toString('hex'));
  }
  assert.equal(seen.size, 2000);
  assert.equal(random.bytes(10_000).length, 10_000);
});
