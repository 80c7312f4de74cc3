import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gathered, turn } from './gather.ts';

test('what comes in turns that follow each other is gathered, and nothing is waited for', async () => {
  let waiting = 1;
  const making = (async () => {
    for (let i = 0; i < 3; i++) {
      await turn();
      waiting++;
    }
    await turn();
    await turn();
    waiting++;
  })();
  const gathering = gathered(
    () => waiting,
    () => 0,
  );
  assert.equal(await gathering.then(() => waiting), 4);
  await making;
});

test('enough is enough', async () => {
  let asked = 0;
  await gathered(
    () => {
      asked++;
      return 32;
    },
    () => 0,
  );
  assert.equal(asked, 1);
});

test('what comes without end is not gathered for ever', async () => {
  let waiting = 0;
  let nowMs = 0;
  await gathered(
    () => ++waiting,
    () => nowMs++,
  );
  assert.ok(waiting > 2 && waiting < 32);
});
