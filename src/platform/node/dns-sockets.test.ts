import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { getEventListeners, once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDnsListener, createForwarder } from './dns-sockets.ts';

const address = '127.0.0.1';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('a question that cannot be answered ends nothing but itself', async () => {
  const port = await freePort();
  const ending = new AbortController();
  const answer = async (message: Uint8Array): Promise<Uint8Array> => {
    if (message[0] === 0) throw new Error('no');
    return message;
  };
  const { closed } = await createDnsListener(address, port).listen(answer, ending.signal);
  const socket = createSocket('udp4');
  const answered = once(socket, 'message');
  socket.send(Uint8Array.of(0, 1), port, address);
  socket.send(Uint8Array.of(7, 1), port, address);
  assert.deepEqual([...((await answered) as [Buffer])[0]], [7, 1]);
  socket.close();
  const tcp = connect(port, address);
  tcp.write(Uint8Array.of(0, 2, 0, 1));
  await once(tcp, 'close');
  ending.abort();
  await closed;
});

test('a peer that asks and never reads is given up', async (context) => {
  const port = await freePort();
  const ending = new AbortController();
  const long = new Uint8Array(60_000);
  const { closed } = await createDnsListener(address, port).listen(async () => long, ending.signal);
  context.after(() => ending.abort());
  const tcp = connect(port, address);
  tcp.pause();
  tcp.on('error', () => {});
  const questions = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([0, 1, 1])));
  const gone = new Promise((resolve) => tcp.once('close', resolve));
  for (let round = 0; round < 20 && !tcp.destroyed; round++) {
    tcp.write(questions);
    await sleep(20);
  }
  tcp.resume();
  await gone;
  assert.ok(tcp.bytesRead < 20_000 * long.length);
  ending.abort();
  await closed;
});

test('forwarding leaves nothing with the signal', async () => {
  const { signal } = new AbortController();
  // Nobody answers there; what is refused is told at once.
  const forward = createForwarder(async () => ['127.0.0.77']);
  await assert.rejects(forward(new Uint8Array(12), signal));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});
