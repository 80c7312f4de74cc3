import assert from 'node:assert/strict';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { GrpcChannel } from './grpc-channel.ts';
import { GrpcError } from './grpc-error.ts';
import { encodeMessage } from './proto-codec.ts';
import { type Method, parseProto } from './proto-schema.ts';

const method = ((): Method => {
  const found = parseProto(
    'syntax = "proto3"; package t; service S { rpc Say(M) returns (M) {} } message M { string text = 1; }',
  )
    .get('t.S')
    ?.methods.get('Say');
  assert.ok(found);
  return found;
})();

function framed(text: string): Buffer {
  const message = encodeMessage(method.response, { text });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Answers one call after the other as `answer` says. */
async function serve(
  answer: (stream: ServerHttp2Stream) => void,
): Promise<{ readonly channel: GrpcChannel; close(): void }> {
  const server: Http2Server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => {});
    stream.resume();
    answer(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const channel = new GrpcChannel(() => connect(port, '127.0.0.1'));
  return {
    channel,
    close: () => {
      channel.close();
      server.close();
    },
  };
}

function ok(stream: ServerHttp2Stream, status = '0', message = ''): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () =>
    stream.sendTrailers({ 'grpc-status': status, ...(message ? { 'grpc-message': message } : {}) }),
  );
}

const options = { timeoutMs: 5000 };

test('a unary call: its answer in one piece or in many', async () => {
  const { channel, close } = await serve((stream) => {
    ok(stream);
    for (const byte of framed('hello')) stream.write(Buffer.from([byte]));
    stream.end();
  });
  assert.deepEqual(await channel.unary(method, { text: 'x' }, options), { text: 'hello' });
  assert.deepEqual(await channel.unary(method, {}, options), { text: 'hello' });
  close();
});

test('failures have the code and the text of the server', async () => {
  const inTrailers = await serve((stream) => {
    ok(stream, '5', 'no such%20container');
    stream.end();
  });
  await assert.rejects(inTrailers.channel.unary(method, {}, options), new GrpcError('NotFound', 'no such container'));
  inTrailers.close();
  const withHeaders = await serve((stream) =>
    stream.respond({ ':status': 200, 'grpc-status': '12', 'grpc-message': 'unknown method' }, { endStream: true }),
  );
  await assert.rejects(
    withHeaders.channel.unary(method, {}, options),
    new GrpcError('Unimplemented', 'unknown method'),
  );
  withHeaders.close();
});

test('a stream gives messages as they come, and fails when it breaks', async () => {
  const { channel, close } = await serve((stream) => {
    ok(stream);
    stream.write(Buffer.concat([framed('a'), framed('b')]));
    setImmediate(() => stream.destroy());
  });
  const seen: unknown[] = [];
  await assert.rejects(
    async () => {
      for await (const message of channel.stream(method, {}, new AbortController().signal)) seen.push(message);
    },
    (error) => error instanceof GrpcError && error.code === 'Unavailable',
  );
  assert.deepEqual(seen, [{ text: 'a' }, { text: 'b' }]);
  close();
});

test('aborting cancels the call at the server', async () => {
  const cancelled = Promise.withResolvers<void>();
  const stop = new AbortController();
  const { channel, close } = await serve((stream) => {
    stream.on('close', () => cancelled.resolve());
    stop.abort();
  });
  await assert.rejects(
    channel.unary(method, {}, { timeoutMs: 0, signal: stop.signal }),
    new GrpcError('Canceled', 'Cancelled on client'),
  );
  await cancelled.promise;
  close();
});

test('a server that has gone is Unavailable', async () => {
  const first = await serve((stream) => {
    ok(stream);
    stream.end(framed('x'));
  });
  first.close();
  await assert.rejects(
    first.channel.unary(method, {}, options),
    (error) => error instanceof GrpcError && error.code === 'Unavailable',
  );
});

test('a stream in both directions: answers to what is sent, until it is cancelled', async () => {
  const { channel, close } = await serve((stream) => {
    ok(stream);
    stream.on('data', (chunk: Buffer) => stream.write(chunk));
  });
  const call = channel.duplex(method, { metadata: { hasleader: 'true' } });
  const seen: unknown[] = [];
  call.send({ text: 'a' });
  await assert.rejects(async () => {
    for await (const message of call.messages) {
      seen.push(message);
      if (seen.length === 1) call.send({ text: 'b' });
      else call.cancel();
    }
  }, new GrpcError('Canceled', 'Cancelled on client'));
  assert.deepEqual(seen, [{ text: 'a' }, { text: 'b' }]);
  close();
});

test('a call that found no connection says that it was not sent', async () => {
  const gone = await serve(() => {});
  gone.close();
  await assert.rejects(
    gone.channel.unary(method, {}, options),
    (error) => error instanceof GrpcError && error.code === 'Unavailable' && error.unsent,
  );
});

test('a long message in many chunks, and one that begins within the chunk of another', async () => {
  const long = 'x'.repeat(300_000);
  const { channel, close } = await serve((stream) => {
    ok(stream);
    const whole = Buffer.concat([framed(long), framed('b'), framed(long)]);
    for (let at = 0; at < whole.length; at += 7919) stream.write(whole.subarray(at, at + 7919));
    stream.end();
  });
  const lengths: number[] = [];
  for await (const message of channel.stream(method, {}, new AbortController().signal)) {
    lengths.push((message as { readonly text: string }).text.length);
  }
  assert.deepEqual(lengths, [300_000, 1, 300_000]);
  close();
});
