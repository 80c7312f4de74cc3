import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSimEnv } from '../sim/env.ts';
import { createAuditLog } from './audit-log.ts';

test('an event that comes after the end is lost, and is in no file that was opened since', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-audit-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const said: string[] = [];
  const env = createSimEnv({ onLog: (_, message) => said.push(message) });
  const options = { path: join(directory, 'audit.log'), maxSizeMegabytes: 1, maxBackups: 1, maxAgeDays: 1 };
  const log = createAuditLog(env, options);
  log.write('{"one":1}', () => '');
  assert.equal(readFileSync(options.path, 'utf8'), '{"one":1}\n', 'written before the request goes on');
  await log.close();
  await log.close();
  const other = join(directory, 'other');
  const number = openSync(other, 'w');
  log.write('{"two":2}', () => '');
  closeSync(number);
  assert.equal(readFileSync(options.path, 'utf8'), '{"one":1}\n');
  assert.equal(readFileSync(other, 'utf8'), '');
  assert.deepEqual(said, ["Error in audit plugin 'log' affecting 1 audit events"]);
});
