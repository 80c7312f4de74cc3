import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeClock } from '#platform/node/env.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { newForbidden } from '../errors.ts';
import type { Status } from '../generated/meta-v1.ts';
import { ByteQueue, collect, connectedPair } from './byte-stream.ts';
import {
  exitCodeStatus,
  internalErrorStatus,
  type RemoteCommandStreams,
  translateRemoteCommand,
  WebSocketRemoteCommand,
} from './remote-command.ts';
import { SpdyConnection, type SpdyStream } from './spdy/connection.ts';
import type { MessageSocket } from './web-socket.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);
const everything: RemoteCommandStreams = { stdin: true, stdout: true, stderr: true, tty: false };
const outputOnly: RemoteCommandStreams = { stdin: false, stdout: true, stderr: true, tty: false };
const success = '{"metadata":{},"status":"Success"}';

describe('translateRemoteCommand', () => {
  it('carries output, errors and a status', async () => {
    const session = start('v4.channel.k8s.io', outputOnly, async ({ stdout, stderr, finish }) => {
      await stdout?.write(bytes('out'));
      await stderr?.write(bytes('err'));
      await finish(exitCodeStatus(0));
    });
    assert.deepEqual(await session.closed, ['1:', '1:out', '2:err', `3:${success}`]);
  });

  it('closes standard input alone when a v5 client says so', async () => {
    const session = start('v5.channel.k8s.io', everything, async ({ stdin, stdout, finish }) => {
      const input = text(await collect(stdin?.incoming ?? new ByteQueue(), 100));
      await stdout?.write(bytes(`read ${input}`));
      await finish(exitCodeStatus(0));
    });
    session.send(Uint8Array.of(0, ...bytes('some ')));
    session.send(Uint8Array.of(0, ...bytes('input')));
    session.send(Uint8Array.of(255, 0));
    assert.deepEqual(await session.closed, ['1:', '1:read some input', `3:${success}`]);
  });

  it('takes 255 for a channel like any other before v5', async () => {
    const session = start('v4.channel.k8s.io', everything, async ({ stdin, finish }) => {
      const first = await stdin?.incoming[Symbol.asyncIterator]().next();
      assert.equal(text(first?.value ?? undefined), 'x');
      await finish(exitCodeStatus(0));
    });
    session.send(Uint8Array.of(255, 0));
    session.send(Uint8Array.of(0, ...bytes('x')));
    assert.deepEqual(await session.closed, ['1:', `3:${success}`]);
  });

  it('tells an exit code', async () => {
    const session = start('v5.channel.k8s.io', outputOnly, ({ finish }) => finish(exitCodeStatus(7)));
    const status = JSON.parse((await session.closed)[1]?.slice(2) ?? '') as Status;
    assert.deepEqual(status, {
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: command terminated with exit code 7',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    });
  });

  it('tells an internal error as kube-apiserver does: restated for v5, as it came before', async () => {
    const told = async (protocol: string) => {
      const session = start(protocol, outputOnly, ({ finish }) => finish(internalErrorStatus('no such program')));
      return (JSON.parse((await session.closed)[1]?.slice(2) ?? '') as Status).message;
    };
    assert.equal(await told('v5.channel.k8s.io'), 'Internal error occurred: Internal error occurred: no such program');
    assert.equal(await told('v4.channel.k8s.io'), 'Internal error occurred: no such program');
  });

  it('tells clients before v4 nothing of success, and failures as text', async () => {
    const good = start('channel.k8s.io', outputOnly, ({ finish }) => finish(exitCodeStatus(0)));
    assert.deepEqual(await good.closed, ['1:']);
    const bad = start('', outputOnly, ({ finish }) => finish(exitCodeStatus(1)));
    assert.deepEqual(await bad.closed, ['1:', '3:command terminated with non-zero exit code: exit status 1']);
  });

  it('speaks base64 both ways', async () => {
    const session = start('v4.base64.channel.k8s.io', everything, async ({ stdin, stdout, finish }) => {
      const first = await stdin?.incoming[Symbol.asyncIterator]().next();
      await stdout?.write(first?.value ?? bytes('nothing'));
      await finish(exitCodeStatus(0));
    });
    session.send('0!!! not base64 !!!');
    session.send(`0${btoa('hello')}`);
    assert.deepEqual(await session.closed, ['1', `1${btoa('hello')}`, `3${btoa(success)}`]);
  });

  it('gives a terminal its sizes and no standard error', async () => {
    const streams = { stdin: true, stdout: true, stderr: false, tty: true };
    const session = start('v5.channel.k8s.io', streams, async ({ resize, stderr, stdout, finish }) => {
      assert.equal(stderr, undefined);
      const first = await resize?.incoming[Symbol.asyncIterator]().next();
      await stdout?.write(first?.value ?? bytes('no size'));
      await finish(exitCodeStatus(0));
    });
    session.send(Uint8Array.of(4, ...bytes('{"Width":80,"Height":24}')));
    assert.deepEqual(await session.closed, ['1:', '1:{"Width":80,"Height":24}', `3:${success}`]);
  });

  it('closes the command when the client is gone', async () => {
    let ended = false;
    const running = Promise.withResolvers<void>();
    const session = start('v5.channel.k8s.io', everything, async ({ stdin }) => {
      running.resolve();
      for await (const _ of stdin?.incoming ?? []);
      ended = true;
    });
    await running.promise;
    session.leave();
    await session.closed;
    await session.served;
    assert.equal(ended, true);
  });

  it('closes the session of a client that breaks the protocol', async () => {
    for (const message of [Uint8Array.of(255), Uint8Array.of(255, 0, 0), Uint8Array.of(255, 9)]) {
      const session = start('v5.channel.k8s.io', everything, async ({ stdin }) => {
        for await (const _ of stdin?.incoming ?? []);
      });
      session.send(message);
      assert.deepEqual(await session.closed, ['1:']);
    }
  });

  it('says so when the connection to the container is lost', async () => {
    const session = start('v5.channel.k8s.io', outputOnly, async ({ connection }) =>
      connection.destroy(new Error('node died')),
    );
    const status = JSON.parse((await session.closed)[1]?.slice(2) ?? '') as Status;
    assert.equal(status.reason, 'InternalError');
    assert.match(status.message ?? '', /^Internal error occurred: /);
  });

  it('hands on why the server refused', async () => {
    const refused = newForbidden({ group: '', resource: 'nodes' }, 'n1', 'no');
    const session = start('v5.channel.k8s.io', outputOnly, async () => {}, refused);
    assert.deepEqual(JSON.parse((await session.closed)[1]?.slice(2) ?? ''), refused.status);
  });
});

interface Command {
  readonly connection: SpdyConnection;
  readonly stdin: SpdyStream | undefined;
  readonly stdout: SpdyStream | undefined;
  readonly stderr: SpdyStream | undefined;
  readonly resize: SpdyStream | undefined;
  finish(status: Status): Promise<void>;
}

/** A client on a WebSocket and a server of SPDY that runs `command` when all its streams are there. */
function start(
  protocol: string,
  streams: RemoteCommandStreams,
  command: (command: Command) => Promise<void>,
  refusal?: Error,
) {
  const got: string[] = [];
  const toServer: (Uint8Array | string)[] = [];
  let wake = () => {};
  let left = false;
  const socket: MessageSocket = {
    messages: {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          const message = toServer.shift();
          if (message !== undefined) yield message;
          else if (left) return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      },
    },
    send: async (message) => {
      got.push(typeof message === 'string' ? message : `${message[0]}:${text(message.subarray(1))}`);
    },
    close: async () => {
      left = true;
      wake();
    },
  };
  const served = Promise.withResolvers<void>();
  const connect = async () => {
    if (refusal) throw refusal;
    const [near, far] = connectedPair();
    const expected = 1 + [streams.stdin, streams.stdout, streams.stderr, streams.tty].filter(Boolean).length;
    const opened = new Map<string, SpdyStream>();
    const server = new SpdyConnection(far, {
      role: 'server',
      deflate: nodeRawDeflate,
      clock: nodeClock,
      onStream: (stream) => {
        opened.set(stream.headers.streamtype ?? '', stream);
        if (opened.size < expected) return;
        const stdout = opened.get('stdout');
        const stderr = opened.get('stderr');
        command({
          connection: server,
          stdin: opened.get('stdin'),
          stdout,
          stderr,
          resize: opened.get('resize'),
          finish: async (status) => {
            await opened.get('error')?.write(bytes(JSON.stringify(status)));
            await server.close();
          },
        }).then(served.resolve, served.reject);
      },
    });
    return new SpdyConnection(near, { role: 'client', deflate: nodeRawDeflate, clock: nodeClock });
  };
  const client = new WebSocketRemoteCommand(socket, protocol, streams);
  return {
    send: (message: Uint8Array | string) => {
      toServer.push(message);
      wake();
    },
    leave: () => {
      left = true;
      wake();
    },
    served: served.promise,
    closed: translateRemoteCommand(client, connect, streams).then(() => got),
  };
}
