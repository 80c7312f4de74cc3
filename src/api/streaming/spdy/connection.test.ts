import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constants, createDeflate } from 'node:zlib';
import { nodeClock } from '#platform/node/env.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { type ByteStream, collect, connectedPair, StreamClosedError } from '../byte-stream.ts';
import { SpdyConnection, type SpdyStream } from './connection.ts';
import { dictionary, dictionaryId } from './dictionary.ts';
import { encodeFrame, SpdyDecoder, SpdyError, type SpdyFrame } from './frame.ts';
import { HeaderDeflater, HeaderInflater } from './header-block.ts';

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

describe('SpdyDecoder', () => {
  const frames: readonly SpdyFrame[] = [
    { type: 'synStream', streamId: 1, fin: false, block: bytes('block') },
    { type: 'synReply', streamId: 1, fin: true, block: bytes('') },
    { type: 'headers', streamId: 1, fin: false, block: bytes('x') },
    { type: 'data', streamId: 1, fin: true, bytes: bytes('payload') },
    { type: 'data', streamId: 3, fin: true, bytes: bytes('') },
    { type: 'rstStream', streamId: 1, status: 5 },
    { type: 'ping', id: 7 },
    { type: 'goAway', lastStreamId: 3, status: 0 },
  ];

  it('reads back what encodeFrame wrote', () => {
    const wire = Buffer.concat(frames.map(encodeFrame));
    assert.deepEqual(normal([...new SpdyDecoder().push(wire)]), normal(frames));
  });

  it('reads frames that arrive a byte at a time, data payload as it comes', () => {
    const decoder = new SpdyDecoder();
    const found: SpdyFrame[] = [];
    for (const byte of Buffer.concat(frames.map(encodeFrame))) found.push(...decoder.push(Uint8Array.of(byte)));
    assert.equal(found.filter((frame) => frame.type === 'data' && frame.streamId === 1).length, 'payload'.length);
    assert.deepEqual(normal(joinData(found)), normal(frames));
  });

  it('skips SETTINGS and WINDOW_UPDATE', () => {
    const settings = Uint8Array.of(0x80, 3, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0);
    const windowUpdate = Uint8Array.of(0x80, 3, 0, 9, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 9);
    assert.deepEqual([...new SpdyDecoder().push(Buffer.concat([settings, windowUpdate]))], []);
  });

  const hostile: Record<string, readonly number[]> = {
    'version 2': [0x80, 2, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1],
    'unknown type': [0x80, 3, 0, 99, 0, 0, 0, 0],
    'control frame of 16 MiB': [0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff],
    'SYN_STREAM too short': [0x80, 3, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1],
    'SYN_STREAM for stream 0': [0x80, 3, 0, 1, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    'RST_STREAM too short': [0x80, 3, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1],
    'RST_STREAM too long': [0x80, 3, 0, 3, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 1, 0],
    'PING too long': [0x80, 3, 0, 6, 0, 0, 0, 5, 0, 0, 0, 1, 0],
    'GOAWAY too short': [0x80, 3, 0, 7, 0, 0, 0, 4, 0, 0, 0, 1],
    'data for stream 0': [0, 0, 0, 0, 0, 0, 0, 0],
  };
  for (const [name, wire] of Object.entries(hostile)) {
    it(`refuses ${name}`, () => {
      assert.throws(() => [...new SpdyDecoder().push(Uint8Array.from(wire))], SpdyError);
    });
  }
});

describe('bytes that were changed', () => {
  /** Lehmer's numbers: the same run every time. */
  const chance = (seed: number) => {
    let state = seed;
    return (bound: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % bound;
    };
  };

  it('are frames or refused, and a connection ends by them with every stream', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const draw = chance(seed);
      const deflater = new HeaderDeflater(nodeRawDeflate);
      const wire = Buffer.concat(
        Array.from({ length: 1 + draw(6) }, (_, i) => [
          encodeFrame({ type: 'synStream', streamId: 2 * i + 1, fin: false, block: deflater.encode({ a: `${i}` }) }),
          encodeFrame({ type: 'data', streamId: 2 * i + 1, fin: draw(2) === 0, bytes: bytes('payload') }),
          encodeFrame({ type: 'ping', id: 2 * i + 1 }),
        ]).flat(),
      );
      for (let count = draw(5); count >= 0; count--) wire[draw(wire.length)] = draw(256);
      try {
        assert.ok([...new SpdyDecoder().push(wire)].length >= 0);
      } catch (error) {
        assert.ok(error instanceof SpdyError, `seed ${seed}: ${String(error)}`);
      }
      const [ours, theirs] = connectedPair();
      const streams: SpdyStream[] = [];
      const onStream = (stream: SpdyStream) => void streams.push(stream);
      const options = { role: 'server', deflate: nodeRawDeflate, clock: nodeClock, onStream } as const;
      const connection = new SpdyConnection(ours, options);
      // What comes back is taken, so that nothing waits for room.
      const taken = collect(theirs.incoming, 1 << 20).catch(() => {});
      await theirs.write(wire).catch(() => {});
      await theirs.end().catch(() => {});
      await connection.closed;
      for (const stream of streams) await collect(stream.incoming, 1 << 20);
      connection.destroy();
      await taken;
    }
  });
});

describe('header blocks', () => {
  it('know the dictionary of SPDY/3', () => {
    let a = 1;
    let b = 0;
    for (const byte of dictionary) {
      a = (a + byte) % 65521;
      b = (b + a) % 65521;
    }
    assert.equal(((b << 16) | a) >>> 0, dictionaryId);
  });

  it('survive many blocks, past the 32 KiB window', () => {
    const deflater = new HeaderDeflater(nodeRawDeflate);
    const inflater = new HeaderInflater(nodeRawDeflate);
    for (let i = 0; i < 100; i++) {
      const headers = { streamtype: 'data', port: `${i}`, requestid: `${i}`, padding: `${i}`.repeat(300) };
      assert.deepEqual({ ...inflater.decode(deflater.encode({ ...headers })) }, headers);
    }
  });

  it('are what one zlib stream per connection makes', async () => {
    const zlib = createDeflate({ dictionary, flush: constants.Z_SYNC_FLUSH });
    const output: Uint8Array[] = [];
    zlib.on('data', (chunk) => output.push(chunk));
    const deflated = async (plain: Uint8Array) => {
      await new Promise((resolve) => zlib.write(plain, resolve));
      return Buffer.concat(output.splice(0));
    };
    const inflater = new HeaderInflater(nodeRawDeflate);
    for (const port of ['80', '8080']) {
      const plain = Buffer.concat([u32(1), u32(4), bytes('port'), u32(port.length), bytes(port)]);
      assert.deepEqual({ ...inflater.decode(await deflated(plain)) }, { port });
    }
    zlib.close();
  });

  it('refuse to inflate beyond their bound', () => {
    const bomb = nodeRawDeflate.deflate(new Uint8Array(10_000_000), dictionary);
    const wire = Buffer.concat([Uint8Array.of(0x78, 0xbb), u32(dictionaryId), bomb]);
    assert.ok(wire.length < 64 * 1024);
    assert.throws(() => new HeaderInflater(nodeRawDeflate).decode(wire), SpdyError);
  });

  const plain: Record<string, Uint8Array> = {
    'a count with nothing behind it': u32(3),
    'a length past the end': Buffer.concat([u32(1), u32(0xffffffff)]),
    'a million headers': u32(1_000_000),
    'an upper-case name': Buffer.concat([u32(1), u32(1), bytes('A'), u32(0)]),
    'a name twice': Buffer.concat([u32(2), u32(1), bytes('a'), u32(0), u32(1), bytes('a'), u32(0)]),
    'bytes at the end': Buffer.concat([u32(0), bytes('x')]),
  };
  for (const [name, block] of Object.entries(plain)) {
    it(`refuse ${name}`, () => {
      const wire = Buffer.concat([
        Uint8Array.of(0x78, 0xbb),
        u32(dictionaryId),
        nodeRawDeflate.deflate(block, dictionary),
      ]);
      assert.throws(() => new HeaderInflater(nodeRawDeflate).decode(wire), SpdyError);
    });
  }

  it('keep __proto__ a plain name', () => {
    const block = Buffer.concat([u32(1), u32(9), bytes('__proto__'), u32(1), bytes('x')]);
    const wire = Buffer.concat([
      Uint8Array.of(0x78, 0xbb),
      u32(dictionaryId),
      nodeRawDeflate.deflate(block, dictionary),
    ]);
    const headers = new HeaderInflater(nodeRawDeflate).decode(wire);
    assert.equal(Object.getPrototypeOf(headers), null);
    assert.deepEqual(Object.keys(headers), ['__proto__']);
  });
});

describe('SpdyConnection', () => {
  it('carries headers, data both ways and half-close', async () => {
    const { client, streams, close } = connect();
    const stream = await client.open({ streamtype: 'stdin' });
    const peer = await streams.next();
    assert.deepEqual({ ...peer.headers }, { streamtype: 'stdin' });
    await stream.write(bytes('question'));
    await stream.end();
    assert.equal(text(await collect(peer.incoming, 100)), 'question');
    await peer.write(bytes('answer'));
    await peer.end();
    assert.equal(text(await collect(stream.incoming, 100)), 'answer');
    await close();
  });

  it('keeps many streams apart', async () => {
    const { client, streams, close } = connect();
    const payloads = Array.from({ length: 20 }, (_, i) => `${i},`.repeat(20_000));
    const echoes = (async () => {
      for (let i = 0; i < payloads.length; i++) {
        const peer = await streams.next();
        void (async () => {
          for await (const chunk of peer.incoming) await peer.write(chunk);
          await peer.end();
        })();
      }
    })();
    const answers = await Promise.all(
      payloads.map(async (payload) => {
        const stream = await client.open({});
        const written = stream.write(bytes(payload)).then(() => stream.end());
        const answer = text(await collect(stream.incoming, 1 << 20));
        await written;
        return answer;
      }),
    );
    await echoes;
    assert.deepEqual(answers, payloads);
    await close();
  });

  it('stops reading while a stream is not read, and goes on when it is', async () => {
    const { client, streams, close } = connect();
    const stream = await client.open({});
    const peer = await streams.next();
    const total = 8 << 20;
    let written = 0;
    const writing = (async () => {
      for (; written < total; written += 65536) await stream.write(new Uint8Array(65536));
      await stream.end();
    })();
    await turns(2000);
    assert.ok(written < 2 << 20, `${written} bytes were taken with nobody reading`);
    let read = 0;
    for await (const chunk of peer.incoming) read += chunk.length;
    await writing;
    assert.equal(read, total);
    await close();
  });

  it('delivers what came before a reset, then the end', async () => {
    const { client, streams, close } = connect();
    const stream = await client.open({});
    const peer = await streams.next();
    await peer.write(bytes('connection refused'));
    peer.destroy();
    assert.equal(text(await collect(stream.incoming, 100)), 'connection refused');
    await assert.rejects(stream.write(bytes('x')), StreamClosedError);
    await close();
  });

  it('refuses a stream that its owner does not want', async () => {
    const { client, close } = connect(() => {
      throw new Error('port must be > 0');
    });
    await assert.rejects(client.open({ port: '0' }), StreamClosedError);
    await close();
  });

  it('answers pings', async () => {
    const { client, server, close } = connect();
    await client.ping();
    await server.ping();
    await close();
  });

  it('ends every stream when the transport breaks', async () => {
    const { client, streams, sides } = connect();
    const stream = await client.open({});
    await streams.next();
    sides[1].destroy(new Error('cable cut'));
    await client.closed;
    assert.equal(text(await collect(stream.incoming, 100)), '');
    await assert.rejects(stream.write(bytes('x')), StreamClosedError);
    await assert.rejects(client.open({}), StreamClosedError);
  });

  const hostile: Record<string, readonly SpdyFrame[]> = {
    'a stream number of ours': [{ type: 'synStream', streamId: 2, fin: false, block: new Uint8Array() }],
    'a header block that is no zlib': [{ type: 'synStream', streamId: 1, fin: false, block: bytes('garbage') }],
    'a reply that is no zlib': [{ type: 'synReply', streamId: 2, fin: false, block: bytes('garbage') }],
  };
  for (const [name, frames] of Object.entries(hostile)) {
    it(`closes the connection on ${name}`, async () => {
      const [near, far] = connectedPair();
      const server = new SpdyConnection(near, {
        role: 'server',
        deflate: nodeRawDeflate,
        clock: nodeClock,
        onStream: () => {},
      });
      for (const frame of frames) await far.write(encodeFrame(frame));
      await server.closed;
      await assert.rejects(async () => {
        for await (const _ of far.incoming);
      }, SpdyError);
    });
  }

  it('ignores data and resets for streams that it does not know', async () => {
    const [near, far] = connectedPair();
    const server = new SpdyConnection(near, { role: 'server', deflate: nodeRawDeflate, clock: nodeClock });
    await far.write(encodeFrame({ type: 'data', streamId: 99, fin: true, bytes: bytes('x') }));
    await far.write(encodeFrame({ type: 'rstStream', streamId: 99, status: 1 }));
    await far.write(encodeFrame({ type: 'ping', id: 1 }));
    await far.end();
    assert.deepEqual(
      [...new SpdyDecoder().push((await collect(far.incoming, 1000)) ?? new Uint8Array())],
      [{ type: 'ping', id: 1 }],
    );
    await server.closed;
  });
});

function connect(onStream?: (stream: SpdyStream) => void) {
  const sides = connectedPair() as readonly [ByteStream, ByteStream];
  const arrived: SpdyStream[] = [];
  const waiting: ((stream: SpdyStream) => void)[] = [];
  const accept = (stream: SpdyStream) => {
    const take = waiting.shift();
    if (take) take(stream);
    else arrived.push(stream);
  };
  const options = { deflate: nodeRawDeflate, clock: nodeClock };
  const client = new SpdyConnection(sides[0], { ...options, role: 'client' });
  const server = new SpdyConnection(sides[1], { ...options, role: 'server', onStream: onStream ?? accept });
  return {
    client,
    server,
    sides,
    streams: {
      next: () => {
        const stream = arrived.shift();
        return stream ? Promise.resolve(stream) : new Promise<SpdyStream>((resolve) => waiting.push(resolve));
      },
    },
    close: async () => {
      await client.close();
      await server.closed;
    },
  };
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

/** Payloads as text, so that views and copies compare equal. */
function normal(frames: readonly SpdyFrame[]): readonly unknown[] {
  return frames.map((frame) => {
    if ('bytes' in frame) return { ...frame, bytes: text(frame.bytes) };
    if ('block' in frame) return { ...frame, block: text(frame.block) };
    return frame;
  });
}

function joinData(frames: readonly SpdyFrame[]): readonly SpdyFrame[] {
  const joined: SpdyFrame[] = [];
  for (const frame of frames) {
    const last = joined.at(-1);
    if (frame.type === 'data' && last?.type === 'data' && last.streamId === frame.streamId && !last.fin) {
      joined[joined.length - 1] = { ...frame, bytes: Buffer.concat([last.bytes, frame.bytes]) };
    } else joined.push(frame);
  }
  return joined;
}
