import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { askSupervisor, type ControlRequest, connectControl, listenControl } from './control.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubets-control-'));
after(() => rmSync(directory, { recursive: true, force: true }));

test('questions are answered, and both ends learn when the other closes', async () => {
  const path = join(directory, 'socket');
  const heard: ControlRequest[] = [];
  const ended = Promise.withResolvers<void>();
  const server = await listenControl(path, async (connection) => {
    for await (const request of connection.messages) {
      heard.push(request);
      if (request.op === 'stop') connection.send({ type: 'stopped' });
    }
    ended.resolve();
  });
  try {
    assert.deepEqual(await askSupervisor(path, { op: 'stop' }), { type: 'stopped' });
    await ended.promise;
    assert.deepEqual(heard, [{ op: 'stop' }]);
  } finally {
    server.close();
  }
});

test('a connection that is closed while it is read ends the reading', async () => {
  const path = join(directory, 'silent');
  const server = await listenControl(path, async (connection) => {
    for await (const _ of connection.messages);
  });
  try {
    const connection = await connectControl(path);
    setImmediate(() => connection.close());
    for await (const _ of connection.messages) assert.fail('nothing was sent');
  } finally {
    server.close();
  }
});

test('a supervisor that is not there is an error, not a wait', async () => {
  await assert.rejects(askSupervisor(join(directory, 'nobody'), { op: 'status' }), { code: 'ENOENT' });
});
