/** The connection against Node's own client over memory, and against frames that no honest client sends. */

import assert from 'node:assert/strict';
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { Http2Connection, type Http2Options } from './connection.ts';
import { ErrorCode, Flag, FrameType, preface } from './protocol.ts';
import type { Http2Stream } from './stream.ts';

/** Two ends of a wire in memory: what is written to one is read from the other, when it is read. */
function wire(): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  const end = (other: number): Duplex => {
    let resume: (() => void) | undefined;
    const duplex = new Duplex({
      allowHalfOpen: false,
      read: () => {
        resume?.();
        resume = undefined;
      },
      write: (bytes: Buffer, _, done) => {
        const peer = ends[other] as Duplex & { whenRead?: (done: () => void) => void };
        if (peer.push(bytes)) setImmediate(done);
        else peer.whenRead?.(done);
      },
      final: (done) => {
        ends[other]?.push(null);
        done();
      },
    });
    return Object.assign(duplex, {
      whenRead: (done: () => void) => {
        resume = done;
      },
    });
  };
  ends.push(end(1), end(0));
  return [ends[0] as Duplex, ends[1] as Duplex];
}

const options = (onStream: Http2Options['onStream']): Http2Options => ({
  maxConcurrentStreams: 10,
  streamWindow: 64 * 1024,
  connectionWindow: 128 * 1024,
  headBound: 8 * 1024,
  headMs: 1000,
  onStream,
});

interface Pair {
  readonly client: ClientHttp2Session;
  readonly server: Http2Connection;
}

function pair(onStream: Http2Options['onStream']): Pair {
  const [near, far] = wire();
  const server = new Http2Connection(far, options(onStream));
  const client = connect('http://test', { createConnection: () => near });
  client.on('error', () => {});
  return { client, server };
}

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function ask(client: ClientHttp2Session, head: Record<string, string>, body?: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = client.request(head, { endStream: body === undefined });
    const parts: Buffer[] = [];
    let headers: IncomingHttpHeaders = {};
    stream.on('response', (got) => {
      headers = got;
    });
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => resolve({ headers, body: Buffer.concat(parts) }));
    stream.on('error', reject);
    if (body !== undefined) stream.end(body);
  });
}

async function bodyOf(stream: Http2Stream): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream.body()) parts.push(part);
  return Buffer.concat(parts);
}

/** Answers with what was asked. */
async function echo(stream: Http2Stream): Promise<void> {
  const body = await bodyOf(stream);
  stream.respond(200, { 'x-path': stream.head.path, 'x-twice': stream.head.headers['x-twice'] }, body.length);
  stream.end(body);
}

test('requests, bodies beyond all windows and many streams at once', async () => {
  const { client } = pair((stream) => void echo(stream));
  const small = await ask(client, { ':path': '/a?b=c', 'x-twice': 'one, two' });
  assert.deepEqual(
    [small.headers[':status'], small.headers['x-path'], small.headers['x-twice'], small.headers['content-length']],
    [200, '/a?b=c', 'one, two', '0'],
  );
  const large = Buffer.alloc(1024 * 1024, 'abcdefg');
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => ask(client, { ':method': 'POST', ':path': `/${n}` }, large)),
  );
  for (const [n, { headers, body }] of answers.entries()) {
    assert.equal(headers['x-path'], `/${n}`);
    assert.ok(body.equals(large));
  }
  client.destroy();
});

test('who does not take its answer makes the server hold little, and others get theirs', async () => {
  let queued = 0;
  const { client, server } = pair((stream) => {
    stream.respond(200, {});
    if (stream.head.path === '/small') return stream.end(Buffer.from('small'));
    const chunk = Buffer.alloc(64 * 1024);
    while (stream.write(chunk)) queued++;
    return undefined;
  });
  const slow = client.request({ ':path': '/large' });
  slow.pause();
  await new Promise((resolve) => slow.once('response', resolve));
  assert.equal((await ask(client, { ':path': '/small' })).body.toString(), 'small');
  assert.ok(queued <= 2, `${queued} chunks were taken`);
  const [open] = server.streams.values();
  let drained = 0;
  open?.on('drain', () => drained++);
  slow.resume();
  await new Promise((resolve) => open?.once('drain', resolve));
  assert.equal(drained, 1);
  client.destroy();
});

test('a stream that the client gives up is closed; so are all when the connection goes', async () => {
  const closed: string[] = [];
  let opened = 0;
  const { client } = pair((stream) => {
    opened++;
    stream.once('close', () => closed.push(stream.head.path));
    stream.respond(200, {});
  });
  const one = client.request({ ':path': '/one' });
  const two = client.request({ ':path': '/two' });
  one.on('error', () => {});
  two.on('error', () => {});
  while (opened < 2) await new Promise((resolve) => setImmediate(resolve));
  one.close(constants.NGHTTP2_CANCEL);
  while (closed.length < 1) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(closed, ['/one']);
  client.destroy();
  while (closed.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(closed, ['/one', '/two']);
});

test('closing lets open streams end and refuses new ones', async () => {
  let open: Http2Stream | undefined;
  const { client, server } = pair((stream) => {
    open = stream;
    stream.respond(200, {});
  });
  const answer = ask(client, { ':path': '/open' });
  while (!open) await new Promise((resolve) => setImmediate(resolve));
  const goaway = new Promise((resolve) => client.once('goaway', (code) => resolve(code)));
  server.close();
  assert.equal(await goaway, 0);
  open.end(Buffer.from('last words'));
  assert.equal((await answer).body.toString(), 'last words');
  await new Promise((resolve) =>
    client.closed && client.destroyed ? resolve(undefined) : client.once('close', resolve),
  );
});

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** What the server says to these bytes, one frame a line: type, stream, and code where it has one. `later` comes in a packet of its own. */
async function answersTo(
  bytes: Buffer,
  onStream: Http2Options['onStream'] = () => {},
  later?: Buffer,
): Promise<string[]> {
  const [near, far] = wire();
  new Http2Connection(far, options(onStream));
  let got = Buffer.alloc(0);
  near.on('data', (part: Buffer) => {
    got = Buffer.concat([got, part]);
  });
  near.on('error', () => {});
  near.write(bytes);
  await new Promise((resolve) => setImmediate(resolve));
  if (later) near.write(later);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  const names = Object.entries(FrameType);
  const lines: string[] = [];
  for (let at = 0; at + 9 <= got.length; at += 9 + got.readUIntBE(at, 3)) {
    const name = names.find(([, type]) => type === got[at + 3])?.[0] ?? '';
    const code = name === 'goAway' ? got.readUInt32BE(at + 13) : name === 'resetStream' ? got.readUInt32BE(at + 9) : '';
    lines.push(`${name} ${got.readUInt32BE(at + 5)} ${code}`.trim());
  }
  near.destroy();
  far.destroy();
  // The first two say how we begin, the third acknowledges.
  return lines.slice(3);
}

const hello = Buffer.concat([preface, frame(FrameType.settings, 0, 0)]);
const get = Buffer.from('828487', 'hex');
const headers = (stream: number, block: Buffer, flags: number = Flag.endStream | Flag.endHeaders): Buffer =>
  frame(FrameType.headers, flags, stream, block);
const literal = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

test('malformed requests are reset and never reach a handler (RFC 9113, 8)', async () => {
  const blocks: Record<string, Buffer> = {
    'no path': Buffer.from('8287', 'hex'),
    'an empty path': Buffer.concat([Buffer.from('8287', 'hex'), literal(':path', '')]),
    'a method twice': Buffer.concat([get, Buffer.from('83', 'hex')]),
    'an unknown pseudo-header': Buffer.concat([get, literal(':proto', 'x')]),
    'a pseudo-header of answers': Buffer.concat([get, Buffer.from('88', 'hex')]),
    'a pseudo-header after a field': Buffer.concat([
      Buffer.from('8287', 'hex'),
      literal('a', 'b'),
      Buffer.from('84', 'hex'),
    ]),
    'upper case': Buffer.concat([get, literal('X-A', 'b')]),
    'no token': Buffer.concat([get, literal('x a', 'b')]),
    'a line break': Buffer.concat([get, literal('x-a', 'b\r\nc: d')]),
    'a zero byte': Buffer.concat([get, literal('x-a', 'b\0')]),
    'blanks around': Buffer.concat([get, literal('x-a', ' b')]),
    connection: Buffer.concat([get, literal('connection', 'close')]),
    'transfer-encoding': Buffer.concat([get, literal('transfer-encoding', 'chunked')]),
    te: Buffer.concat([get, literal('te', 'gzip')]),
    'two lengths': Buffer.concat([get, literal('content-length', '0'), literal('content-length', '1')]),
    'a length without a body': Buffer.concat([get, literal('content-length', '5')]),
    'a length that is none': Buffer.concat([get, literal('content-length', '+0')]),
  };
  for (const [what, block] of Object.entries(blocks)) {
    const answers = await answersTo(Buffer.concat([hello, headers(1, block)]), () => assert.fail(what));
    assert.deepEqual(answers, [`resetStream 1 ${ErrorCode.protocolError}`], what);
  }
});

test('faults of a connection end it with their code', async () => {
  const open = headers(1, get, Flag.endHeaders);
  const cases: Record<string, readonly [number, ...Buffer[]]> = {
    'an even stream': [ErrorCode.protocolError, headers(2, get)],
    'a broken block': [ErrorCode.compressionError, headers(1, Buffer.from([0x80]))],
    'a frame too large': [ErrorCode.frameSizeError, frame(FrameType.data, 0, 1, Buffer.alloc(16_385))],
    'DATA on an idle stream': [ErrorCode.protocolError, frame(FrameType.data, 0, 1)],
    'RST_STREAM on an idle stream': [ErrorCode.protocolError, frame(FrameType.resetStream, 0, 1, number(0))],
    'a window that does not grow': [ErrorCode.protocolError, frame(FrameType.windowUpdate, 0, 0, number(0))],
    'a window beyond its bound': [ErrorCode.flowControlError, frame(FrameType.windowUpdate, 0, 0, number(0x7fff_ffff))],
    'a window that is cut off': [ErrorCode.frameSizeError, frame(FrameType.windowUpdate, 0, 0, Buffer.alloc(3))],
    'a ping that is cut off': [ErrorCode.frameSizeError, frame(FrameType.ping, 0, 0, Buffer.alloc(7))],
    'settings that are cut off': [ErrorCode.frameSizeError, frame(FrameType.settings, 0, 0, Buffer.alloc(5))],
    'a push': [ErrorCode.protocolError, frame(FrameType.pushPromise, 0, 1, Buffer.alloc(4))],
    'a head that is interrupted': [
      ErrorCode.protocolError,
      headers(1, get, 0),
      frame(FrameType.ping, 0, 0, Buffer.alloc(8)),
    ],
    'CONTINUATION of nothing': [ErrorCode.protocolError, open, frame(FrameType.continuation, 0, 1)],
    'more padding than frame': [
      ErrorCode.protocolError,
      open,
      frame(FrameType.data, Flag.padded, 1, Buffer.from([9, 1])),
    ],
    'a stream twice': [
      ErrorCode.streamClosed,
      headers(3, get),
      frame(FrameType.resetStream, 0, 3, number(8)),
      headers(3, get),
    ],
    'a body beyond the window of the connection': [
      ErrorCode.flowControlError,
      ...[1, 3, 5].flatMap((id) => [
        headers(id, get, Flag.endHeaders),
        ...Array.from({ length: 3 }, () => frame(FrameType.data, 0, id, Buffer.alloc(16_384))),
      ]),
    ],
    'empty frames without end': [
      ErrorCode.enhanceYourCalm,
      open,
      ...Array.from({ length: 1100 }, () => frame(FrameType.data, 0, 1)),
    ],
  };
  for (const [what, [code, ...frames]] of Object.entries(cases)) {
    const answers = await answersTo(Buffer.concat([hello, ...frames]));
    assert.equal(answers.at(-1), `goAway 0 ${code}`, what);
  }
});

test('no preface, no connection', async () => {
  const [near, far] = wire();
  new Http2Connection(
    far,
    options(() => assert.fail('no request')),
  );
  near.on('error', () => {});
  near.resume();
  near.write('GET / HTTP/1.1\r\n\r\n');
  await new Promise((resolve) => near.once('close', resolve));
  assert.equal(near.destroyed, true);
});

test('streams beyond the bound are refused, and may be tried again', async () => {
  const frames = Array.from({ length: 11 }, (_, n) => headers(2 * n + 1, get));
  assert.deepEqual(await answersTo(Buffer.concat([hello, ...frames])), [`resetStream 21 ${ErrorCode.refusedStream}`]);
});

test('a body longer or shorter than it says resets its stream', async () => {
  const block = Buffer.concat([get, literal('content-length', '5')]);
  const body = (bytes: number, flags: number): Buffer => frame(FrameType.data, flags, 1, Buffer.alloc(bytes));
  const start = [hello, headers(1, block, Flag.endHeaders)];
  for (const rest of [[body(6, 0)], [body(4, Flag.endStream)], [body(5, 0), body(1, Flag.endStream)]]) {
    assert.deepEqual(await answersTo(Buffer.concat([...start, ...rest])), [`resetStream 1 ${ErrorCode.protocolError}`]);
  }
});

test('an answer before the body: the rest is not wanted, and what of it is on its way is no fault', async () => {
  const more = [frame(FrameType.data, 0, 1, Buffer.alloc(9)), headers(1, literal('x-trailer', 'a'))];
  const answers = await answersTo(
    Buffer.concat([hello, headers(1, get, Flag.endHeaders)]),
    (stream) => stream.respond(413, {}, 0, true),
    Buffer.concat([...more, frame(FrameType.ping, 0, 0, Buffer.alloc(8))]),
  );
  assert.deepEqual(answers, ['headers 1', `resetStream 1 ${ErrorCode.noError}`, 'ping 0']);
});

test('bytes that wait for a window go as far as it opens', async () => {
  const window = (bytes: number): Buffer =>
    frame(FrameType.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), number(bytes)]));
  const onStream = (stream: Http2Stream) => {
    stream.respond(200, {}, 5);
    stream.end(Buffer.from('12345'));
  };
  const answers = await answersTo(Buffer.concat([hello, window(0), headers(1, get)]), onStream, window(1));
  assert.deepEqual(answers, ['settings 0', 'headers 1', 'settings 0', 'data 1']);
});
