import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mailbox } from './mailbox.ts';

class Told extends Mailbox<number> {
  told = 0;

  protected override signal(): void {
    super.signal();
    this.told++;
  }
}

test('whoever listens is told once for what comes before it takes, and of the end', () => {
  const mailbox = new Told(10);
  assert.deepEqual(mailbox.takeNow(), []);
  mailbox.push(1);
  mailbox.push(2);
  assert.equal(mailbox.told, 1);
  assert.deepEqual(mailbox.takeNow(), [1, 2]);
  mailbox.push(3);
  assert.equal(mailbox.told, 2);
  mailbox.end();
  assert.equal(mailbox.told, 3);
  assert.deepEqual(mailbox.takeNow(), [3]);
  assert.equal(mailbox.takeNow(), undefined);
});

test('what was taken when there was nothing stays empty', () => {
  const mailbox = new Mailbox<number>(10);
  const nothing = mailbox.takeNow();
  mailbox.push(1);
  assert.deepEqual(nothing, []);
  assert.deepEqual(mailbox.takeNow(), [1]);
});

test('a full mailbox ends after what it has; a failed one throws then', async () => {
  const full = new Mailbox<number>(2);
  assert.deepEqual(
    [1, 2, 3, 4].map((item) => full.push(item)),
    [true, true, false, false],
  );
  assert.deepEqual(await full.take(), [1, 2]);
  assert.equal(await full.take(), undefined);
  const failed = new Mailbox<number>(2);
  failed.push(1);
  failed.fail(new Error('broken'));
  assert.deepEqual(failed.takeNow(), [1]);
  assert.throws(() => failed.takeNow(), /broken/);
  await assert.rejects(failed.take(), /broken/);
});
