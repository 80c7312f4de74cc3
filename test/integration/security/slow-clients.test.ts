/** Clients that send or take too slowly, or say where a request ends in two ways: cut off at named bounds, the others lose nothing. */

import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { type AttackedServer, bounds, startAttackedServer } from './attacked-server.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const known = 'authorization: Bearer known\r\nhost: x\r\n';
/** A paused socket would outlive the server. */
const sockets: TLSSocket[] = [];
let server: AttackedServer;

before(async () => {
  server = await startAttackedServer();
});
after(() => {
  for (const socket of sockets) socket.destroy();
  return server.close();
});

/** An HTTP/1.1 connection and all that it got until the server ended it. */
interface RawHttp1 {
  readonly socket: TLSSocket;
  readonly text: () => string;
  readonly closed: Promise<void>;
}

function open(): Promise<RawHttp1> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false }, () => {
      sockets.push(socket);
      let text = '';
      socket.on('data', (part: Buffer) => {
        text += part.toString('latin1');
      });
      resolve({ socket, text: () => text, closed: new Promise((done) => socket.once('close', () => done())) });
    });
    socket.on('error', reject);
  });
}

/** Sends and gives what came back when the server has ended the connection. */
async function exchange(text: string): Promise<string> {
  const client = await open();
  client.socket.write(text, 'latin1');
  await client.closed;
  return client.text();
}

const statusIn = (text: string): Record<string, unknown> =>
  JSON.parse(text.slice(text.indexOf('{'))) as Record<string, unknown>;
const statusLines = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code));

test('a body that does not come ends with 504 when the request’s timeout is over', async () => {
  const text = await exchange(`POST ${configMaps}?timeout=200ms HTTP/1.1\r\n${known}content-length: 100\r\n\r\n{"meta`);
  assert.deepEqual(statusLines(text), [504]);
  assert.deepEqual(statusIn(text), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Timeout: request did not complete within the allotted timeout',
    reason: 'Timeout',
    details: {},
    code: 504,
  });
});

test('whoever is unknown is told so before the body, which is not waited for', async () => {
  const text = await exchange(`POST ${configMaps} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n{`);
  assert.deepEqual(statusLines(text), [401]);
  assert.equal(statusIn(text).reason, 'Unauthorized');
});

test('a body beyond 3 MiB is refused, announced or not', async () => {
  const announced = await exchange(`POST ${configMaps} HTTP/1.1\r\n${known}content-length: 3145729\r\n\r\n{`);
  assert.deepEqual([statusLines(announced), statusIn(announced).reason], [[413], 'RequestEntityTooLarge']);
  const client = await open();
  client.socket.write(`POST ${configMaps} HTTP/1.1\r\n${known}transfer-encoding: chunked\r\n\r\n`);
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
  for (let sent = 0; sent < 200 && !client.socket.destroyed; sent++) {
    client.socket.write(chunk);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await client.closed;
  assert.deepEqual(statusLines(client.text()), [413]);
});

test('a compressed body is no body: nothing is unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 'x')).toString('latin1');
  const head = `POST ${configMaps} HTTP/1.1\r\n${known}connection: close\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n`;
  const text = await exchange(`${head}content-length: ${bomb.length}\r\n\r\n${bomb}`);
  assert.deepEqual([statusLines(text), statusIn(text).reason], [[400], 'BadRequest']);
});

test('a head that does not come, and a connection without requests, end', async () => {
  assert.deepEqual(statusLines(await exchange('GET /api HTTP/1.1\r\nhost: x\r\nx-slow: ')), [408]);
  const idle = await exchange(`GET /version HTTP/1.1\r\n${known}\r\n`);
  assert.deepEqual(statusLines(idle), [200]);
  const session = connectHttp2(`https://127.0.0.1:${server.port}`, { rejectUnauthorized: false });
  await new Promise((resolve) => session.once('close', resolve));
});

test('two ways to say where a request ends make no second request', async () => {
  const smuggled = `GET ${configMaps}/smuggled HTTP/1.1\r\n${known}\r\n`;
  const heads: readonly string[] = [
    `content-length: ${smuggled.length + 5}\r\ntransfer-encoding: chunked\r\n`,
    'content-length: 0\r\ncontent-length: 5\r\n',
    'content-length: +0\r\n',
    'content-length: 0x0\r\n',
    'transfer-encoding: xchunked\r\n',
    'transfer-encoding: chunked, identity\r\n',
    'transfer-encoding : chunked\r\n',
    'x-a: b\r\n transfer-encoding: chunked\r\n',
    'x-a: b\nx-c: d\r\n',
  ];
  for (const head of heads) {
    const before = server.asked();
    const text = await exchange(`POST ${configMaps} HTTP/1.1\r\n${known}${head}\r\n0\r\n\r\n${smuggled}`);
    assert.deepEqual(statusLines(text), [400], JSON.stringify(head));
    // A coding that is not known shows itself after the head: the first request was looked at, its body was not.
    assert.ok(server.asked() - before <= 1, JSON.stringify(head));
  }
});

test('who does not take a list is cut off; the others get it whole', { timeout: 60_000 }, async () => {
  const data = { text: 'x'.repeat(100_000) };
  for (let count = 0; count < 150; count++) {
    const { status } = await server.ask('POST', configMaps, { metadata: { name: `big-${count}` }, data });
    assert.equal(status, 201);
  }
  const slow = await open();
  slow.socket.pause();
  slow.socket.write(`GET ${configMaps} HTTP/1.1\r\n${known}\r\n`);
  const served = await server.servesDuring(() => new Promise((resolve) => setTimeout(resolve, bounds.answerMs + 500)));
  assert.ok(served > 0);
  const whole = await server.ask('GET', configMaps);
  assert.equal((JSON.parse(whole.body) as { items: unknown[] }).items.length, 150);
  slow.socket.resume();
  await slow.closed;
  assert.ok(slow.text().length < whole.body.length, `${slow.text().length} bytes of ${whole.body.length}`);
  await server.ask('DELETE', configMaps);
});

test('who does not take a watch is cut off; another watcher misses nothing', { timeout: 60_000 }, async () => {
  const query = `${configMaps}?watch=true`;
  const slow = await open();
  const fast = await open();
  for (const { socket } of [slow, fast]) socket.write(`GET ${query} HTTP/1.1\r\n${known}\r\n`);
  while (statusLines(slow.text()).length + statusLines(fast.text()).length < 2)
    await new Promise((done) => setTimeout(done, 5));
  slow.socket.pause();
  const changes = 150;
  const data = { text: 'y'.repeat(100_000) };
  for (let count = 0; count < changes; count++) {
    await server.ask('POST', configMaps, { metadata: { name: `seen-${count}` }, data });
  }
  await new Promise((resolve) => setTimeout(resolve, bounds.stalledMs + 500));
  slow.socket.resume();
  await slow.closed;
  const namesIn = (text: string) => [...text.matchAll(/"name":"seen-(\d+)"/g)].map(([, number]) => Number(number));
  assert.ok(namesIn(slow.text()).length < changes);
  assert.deepEqual(
    namesIn(fast.text()),
    Array.from({ length: changes }, (_, index) => index),
  );
  fast.socket.destroy();
});
