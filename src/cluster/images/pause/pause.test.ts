import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { imageArchitecture } from '../archive.ts';
import { pauseArchive, pauseProgram } from './pause.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubets-pause-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

test('the pause program waits, and ends with status 0 when asked', async () => {
  const file = join(directory, 'pause');
  writeFileSync(file, pauseProgram(imageArchitecture()));
  chmodSync(file, 0o755);
  const child = spawn(file);
  await once(child, 'spawn');
  // It runs once the kernel says that it sleeps with its handlers set; a signal before that would end it by default.
  while (!/^SigCgt:\s*0*4002$/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')))
    await new Promise(setImmediate);
  assert.match(
    readFileSync(`/proc/${child.pid}/status`, 'utf8'),
    /^SigIgn:\s*\d*10000$/m,
    'SIGCHLD is ignored: children are reaped',
  );
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('the pause archive has the same bytes each time', async () => {
  const first = readFileSync(await pauseArchive(join(directory, 'a')));
  const second = readFileSync(await pauseArchive(join(directory, 'b')));
  assert.deepEqual(first, second);
});
