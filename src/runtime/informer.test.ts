import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineResource } from '#api/definition.ts';
import { newResourceExpired } from '#api/errors.ts';
import type { KubeObject, WatchEvent } from '#api/object.ts';
import { AbortedError } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { Mailbox } from '#base/mailbox.ts';
import type { Client } from '#client/client.ts';
import { Informer } from './informer.ts';

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
/** Delays are over at once; nothing here depends on their length. */
const env: Env = {
  clock: {
    now: () => 0,
    monotonic: () => 0,
    after: (_, run) => {
      queueMicrotask(run);
      return { cancel: silent };
    },
  },
  random: { next: () => 0, bytes: (count) => new Uint8Array(count) },
  log,
};

const Things = defineResource({ group: 'test', version: 'v1', kind: 'Thing', plural: 'things', scope: 'Namespaced' });

function thing(name: string, version: number, uid = name): KubeObject {
  return { metadata: { namespace: 'a', name, uid, resourceVersion: String(version) } };
}

/** A server of one collection: `objects` is what lists answer, `send` what the open watch gets. */
class Server {
  objects: KubeObject[] = [];
  version = 1;
  lists = 0;
  private watch = new Mailbox<WatchEvent<KubeObject>>(100);

  send(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    this.watch.push({ type, object });
  }

  breakWatch(error?: unknown): void {
    const broken = this.watch;
    this.watch = new Mailbox(100);
    if (error) broken.fail(error);
    else broken.end();
  }

  get client(): Client {
    const server = this;
    const client: Pick<Client, 'list' | 'watch'> = {
      async list<T>() {
        server.lists++;
        return { items: server.objects as T[], resourceVersion: String(server.version) };
      },
      async *watch<T>(_: unknown, options: { readonly signal?: AbortSignal | undefined } = {}) {
        const mailbox = server.watch;
        options.signal?.addEventListener('abort', () => mailbox.fail(new AbortedError('aborted')), { once: true });
        yield* mailbox as AsyncIterable<WatchEvent<T>>;
      },
    };
    return client as Client;
  }
}

async function running(server: Server) {
  const abort = new AbortController();
  const informer = new Informer(server.client, env, Things);
  const seen: string[] = [];
  informer.addHandler({
    onAdd: ({ metadata }) => seen.push(`add ${metadata?.name}@${metadata?.resourceVersion}`),
    onUpdate: (old, { metadata }) =>
      seen.push(`update ${metadata?.name}@${old.metadata?.resourceVersion}-${metadata?.resourceVersion}`),
    onDelete: ({ metadata }) => seen.push(`delete ${metadata?.name}`),
  });
  const ended = informer.run(abort.signal);
  await informer.whenSynced(abort.signal);
  const stop = async () => {
    abort.abort();
    await ended;
  };
  return { informer, seen, stop, signal: abort.signal };
}

test('an informer lists, then follows the watch', async () => {
  const server = new Server();
  server.objects = [thing('x', 1)];
  const { informer, seen, stop, signal } = await running(server);
  server.send('ADDED', thing('y', 2));
  server.send('MODIFIED', thing('x', 3));
  server.send('DELETED', thing('y', 4));
  await informer.waitFor('4', signal);
  assert.deepEqual(seen, ['add x@1', 'add y@2', 'update x@1-3', 'delete y']);
  assert.deepEqual(
    informer.list('a').map(({ metadata }) => metadata?.name),
    ['x'],
  );
  await stop();
});

test('a watch that is too old leads to a list, and handlers get the differences only', async () => {
  const server = new Server();
  server.objects = [thing('kept', 1), thing('changed', 1), thing('gone', 1), thing('again', 1, 'u1')];
  const { informer, seen, stop, signal } = await running(server);
  seen.length = 0;
  server.objects = [thing('kept', 1), thing('changed', 7), thing('again', 8, 'u2'), thing('new', 9)];
  server.version = 9;
  server.breakWatch(newResourceExpired('too old resource version'));
  await informer.waitFor('9', signal);
  assert.deepEqual(seen.sort(), ['add again@8', 'add new@9', 'delete again', 'delete gone', 'update changed@1-7']);
  await stop();
});

test('a watch that just ends is taken up where it ended, without a list', async () => {
  const server = new Server();
  const { informer, stop, signal } = await running(server);
  server.breakWatch();
  server.send('ADDED', thing('x', 5));
  await informer.waitFor('5', signal);
  assert.equal(server.lists, 1);
  await stop();
});

test('indexes follow changes; a late handler and a late index see what is there', async () => {
  const server = new Server();
  server.objects = [thing('x', 1), thing('y', 1)];
  const { informer, stop, signal } = await running(server);
  informer.addIndex('first letter', ({ metadata }) => [metadata?.name?.[0] ?? '']);
  assert.equal(informer.byIndex('first letter', 'x').length, 1);
  const late: string[] = [];
  const remove = informer.addHandler({ onAdd: ({ metadata }) => late.push(metadata?.name ?? '') });
  remove();
  server.send('DELETED', thing('x', 2));
  server.send('ADDED', thing('z', 3));
  await informer.waitFor('3', signal);
  assert.equal(informer.byIndex('first letter', 'x').length, 0);
  assert.deepEqual(late, ['x', 'y']);
  await stop();
});

test('waitFor rejects when the signal fires', async () => {
  const server = new Server();
  const { informer, stop } = await running(server);
  await assert.rejects(informer.waitFor('99', AbortSignal.abort()), AbortedError);
  await stop();
});
