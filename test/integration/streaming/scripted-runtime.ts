/**
 * A container runtime's streaming server as containerd has it (SPDY/3.1, v4.channel.k8s.io and portforward.k8s.io), whose
 * containers run a few words of a script instead of programs:
 *
 *   echo WORD...   words to standard output      fail WORD...  words to standard error, exit code 7
 *   cat            input to output               flood BYTES   that many zeros to standard output
 *   size           the first terminal size       exit CODE     nothing else (input is never read)
 *
 * A forwarded connection gets back what it sends, in upper case; port 9 refuses connections.
 */

import type { ApiRequest } from '#api/request.ts';
import type { ByteStream } from '#api/streaming/byte-stream.ts';
import { writeSwitchingProtocols } from '#api/streaming/proxy-upgrade.ts';
import { exitCodeStatus, internalErrorStatus } from '#api/streaming/remote-command.ts';
import { SpdyConnection, type SpdyStream } from '#api/streaming/spdy/connection.ts';
import type { WireResponse } from '#api/wire.ts';
import type { Env } from '#base/env.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';

const encoder = new TextEncoder();

export async function startScriptedRuntime(env: Env) {
  /** What each URL that was given out is for. */
  const sessions = new Map<string, { command: readonly string[]; streams: number }>();
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    log: env.log,
    handler: async (request) => answer(request),
  });

  const answer = (request: ApiRequest): WireResponse => {
    const session = sessions.get(request.path);
    if (!session || request.headers.upgrade !== 'SPDY/3.1') {
      return { type: 'full', status: 404, headers: {}, body: encoder.encode('no such session'), compressible: false };
    }
    sessions.delete(request.path);
    const forwarding = request.path.startsWith('/portforward/');
    return {
      type: 'upgrade',
      upgrade: async (connection) => {
        await writeSwitchingProtocols(connection, {
          connection: 'Upgrade',
          upgrade: 'SPDY/3.1',
          'x-stream-protocol-version': forwarding ? 'portforward.k8s.io' : 'v4.channel.k8s.io',
        });
        await (forwarding ? forwardPorts(connection) : runCommand(connection, session));
      },
    };
  };

  const runCommand = async (transport: ByteStream, session: { command: readonly string[]; streams: number }) => {
    const opened = new Map<string, SpdyStream>();
    const all = Promise.withResolvers<void>();
    const connection = new SpdyConnection(transport, {
      role: 'server',
      deflate: nodeRawDeflate,
      clock: env.clock,
      onStream: (stream) => {
        opened.set(stream.headers.streamtype ?? '', stream);
        if (opened.size === session.streams) all.resolve();
      },
    });
    await Promise.race([all.promise, connection.closed]);
    const error = opened.get('error');
    try {
      const code = await run(session.command, opened);
      await error?.write(encoder.encode(JSON.stringify(exitCodeStatus(code))));
    } catch (thrown) {
      await error?.write(encoder.encode(JSON.stringify(internalErrorStatus(String(thrown))))).catch(() => {});
    }
    await connection.close();
  };

  const forwardPorts = async (transport: ByteStream) => {
    const waiting = new Map<string, SpdyStream>();
    const connection = new SpdyConnection(transport, {
      role: 'server',
      deflate: nodeRawDeflate,
      clock: env.clock,
      onStream: (stream) => {
        const { requestid = '', streamtype = '', port = '' } = stream.headers;
        if (streamtype === 'error') waiting.set(requestid, stream);
        else void forward(stream, waiting.get(requestid), port).catch(() => stream.destroy());
      },
    });
    await connection.closed;
  };

  let tokens = 0;
  return {
    url(kind: 'exec' | 'attach' | 'portforward', command: readonly string[] = [], streams = 0): URL {
      const path = `/${kind}/${++tokens}`;
      sessions.set(path, { command, streams });
      return new URL(`http://127.0.0.1:${server.port}${path}`);
    },
    close: () => server.close(),
  };
}

async function run([program, ...words]: readonly string[], streams: ReadonlyMap<string, SpdyStream>): Promise<number> {
  const stdin = streams.get('stdin');
  const stdout = streams.get('stdout');
  switch (program) {
    case 'echo':
      await stdout?.write(encoder.encode(`${words.join(' ')}\n`));
      return 0;
    case 'fail':
      await streams.get('stderr')?.write(encoder.encode(`${words.join(' ')}\n`));
      return 7;
    case 'cat':
      for await (const chunk of stdin?.incoming ?? []) await stdout?.write(chunk);
      return 0;
    case 'flood': {
      const zeros = new Uint8Array(32 * 1024);
      for (let left = Number(words[0]); left > 0; left -= zeros.length) await stdout?.write(zeros.subarray(0, left));
      return 0;
    }
    case 'size': {
      const first = await streams.get('resize')?.incoming[Symbol.asyncIterator]().next();
      await stdout?.write(first?.value ?? encoder.encode('none'));
      return 0;
    }
    case 'exit':
      return Number(words[0]);
    default:
      throw new Error(`executable file not found: ${program}`);
  }
}

async function forward(data: SpdyStream, error: SpdyStream | undefined, port: string): Promise<void> {
  if (port === '9') {
    await error?.write(encoder.encode('connection refused'));
    error?.destroy();
    data.destroy();
    return;
  }
  for await (const chunk of data.incoming) {
    await data.write(encoder.encode(new TextDecoder().decode(chunk).toUpperCase()));
  }
  await data.end();
  await error?.end();
}
