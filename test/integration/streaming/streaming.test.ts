/** Exec, attach, port-forward and logs over real sockets and TLS, by WebSocket and by SPDY, with our clients and kubectl. */

import assert from 'node:assert/strict';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import type { Status } from '#api/generated/meta-v1.ts';
import { collect } from '#api/streaming/byte-stream.ts';
import { SpdyConnection } from '#api/streaming/spdy/connection.ts';
import { createNodeBackend } from '#platform/node/backend.ts';
import { tryExec } from '#platform/node/exec.ts';
import { findProgram } from '#platform/node/machine-facts.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { type Chain, startChain } from './chain.ts';

const kubectl = process.env.KUBECTL ?? findProgram('kubectl');
const success = '3:{"metadata":{},"status":"Success"}';

describe('streaming', () => {
  let chain: Chain;
  before(async () => {
    chain = await startChain();
  });
  after(() => chain.close());

  const podUrl = (path: string, scheme = 'https') =>
    new URL(`${scheme}://127.0.0.1:${chain.apiPort}/api/v1/namespaces/default/pods/web/${path}`);

  /** Messages that a WebSocket client gets, as 'channel:text', until the server closes. */
  async function webSocket(
    path: string,
    protocol: string,
    sent: readonly Uint8Array[] = [],
  ): Promise<readonly string[]> {
    const socket = new WebSocket(podUrl(path, 'wss'), protocol === '' ? [] : [protocol], chain.admin);
    const got: string[] = [];
    socket.on('open', () => {
      for (const message of sent) socket.send(message);
    });
    socket.on('message', (data: Buffer, binary) => got.push(binary ? `${data[0]}:${data.subarray(1)}` : String(data)));
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => resolve(got));
    });
  }

  /** A SPDY connection to a subresource, as kubectl before 1.31 opens it. */
  async function spdy(path: string, protocols: readonly string[]): Promise<SpdyConnection> {
    const backend = createNodeBackend({ tls: chain.admin });
    const answer = await backend.upgrade({
      method: 'POST',
      url: podUrl(path),
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocols },
      signal: new AbortController().signal,
    });
    assert.equal(answer.type, 'upgraded');
    if (answer.type !== 'upgraded') throw new Error('unreachable');
    return new SpdyConnection(answer.connection, { role: 'client', deflate: nodeRawDeflate, clock: chain.env.clock });
  }

  const text = async (from: AsyncIterable<Uint8Array>) => new TextDecoder().decode(await collect(from, 64 << 20));
  const bytes = (value: string) => new TextEncoder().encode(value);

  describe('by WebSocket', () => {
    it('exec tells output and status', async () => {
      const got = await webSocket('exec?stdout=1&stderr=1&command=echo&command=hello', 'v5.channel.k8s.io');
      assert.deepEqual(got, ['1:', '1:hello\n', success]);
    });
    it('exec in the oldest protocol', async () => {
      assert.deepEqual(await webSocket('exec?stdout=1&command=echo&command=hello', 'channel.k8s.io'), [
        '1:',
        '1:hello\n',
      ]);
    });
    it('exec without a protocol', async () => {
      assert.deepEqual(await webSocket('exec?stdout=1&command=echo&command=hello', ''), ['1:', '1:hello\n']);
    });
    it('exec closes standard input', async () => {
      const input = [Uint8Array.of(0, ...bytes('some input')), Uint8Array.of(255, 0)];
      const got = await webSocket('exec?stdin=1&stdout=1&command=cat', 'v5.channel.k8s.io', input);
      assert.deepEqual(got, ['1:', '1:some input', success]);
    });
    it('exec with a terminal passes its size on', async () => {
      const size = [Uint8Array.of(4, ...bytes('{"Width":80,"Height":24}'))];
      const got = await webSocket('exec?stdout=1&stdin=1&tty=1&command=size', 'v5.channel.k8s.io', size);
      assert.deepEqual(got, ['1:', '1:{"Width":80,"Height":24}', success]);
    });
    it('logs come as messages', async () => {
      const socket = await webSocket('log?container=c', 'binary.k8s.io');
      assert.deepEqual(socket, ['undefined:', `${'f'.charCodeAt(0)}:irst\nsecond\n`]);
    });
    it('an unknown protocol is refused', async () => {
      await assert.rejects(webSocket('exec?stdout=1&command=echo', 'v9.example'), /403/);
    });
  });

  describe('by SPDY', () => {
    it('exec tells output, errors and an exit code', async () => {
      const connection = await spdy('exec?stdout=1&stderr=1&command=fail&command=no', [
        'v4.channel.k8s.io',
        'v3.channel.k8s.io',
      ]);
      const error = await connection.open({ streamtype: 'error' });
      const stdout = await connection.open({ streamtype: 'stdout' });
      const stderr = await connection.open({ streamtype: 'stderr' });
      const [out, err, status] = await Promise.all([
        text(stdout.incoming),
        text(stderr.incoming),
        text(error.incoming),
      ]);
      assert.deepEqual([out, err], ['', 'no\n']);
      assert.deepEqual((JSON.parse(status) as Status).details?.causes, [{ reason: 'ExitCode', message: '7' }]);
      await connection.close();
    });

    it('carries many megabytes both ways at the reader’s pace', async () => {
      const connection = await spdy('exec?stdin=1&stdout=1&command=cat', ['v4.channel.k8s.io']);
      await connection.open({ streamtype: 'error' });
      const stdin = await connection.open({ streamtype: 'stdin' });
      const stdout = await connection.open({ streamtype: 'stdout' });
      const total = 16 << 20;
      const sending = (async () => {
        for (let sent = 0; sent < total; sent += 65536) await stdin.write(new Uint8Array(65536).fill(sent >> 16));
        await stdin.end();
      })();
      let received = 0;
      let wrong = 0;
      for await (const chunk of stdout.incoming) {
        for (const byte of chunk) if (byte !== ((received++ >> 16) & 255)) wrong++;
      }
      await sending;
      assert.deepEqual([received, wrong], [total, 0]);
      await connection.close();
    });

    it('port-forward keeps connections apart and tells refusals', async () => {
      const connection = await spdy('portforward', ['portforward.k8s.io']);
      const forward = async (port: string, requestid: string, sent: string) => {
        const error = await connection.open({ streamtype: 'error', port, requestid });
        await error.end();
        const data = await connection.open({ streamtype: 'data', port, requestid });
        await data.write(bytes(sent)).catch(() => {});
        await data.end().catch(() => {});
        return Promise.all([text(data.incoming), text(error.incoming)]);
      };
      const answers = await Promise.all([
        forward('80', '0', 'one'),
        forward('80', '1', 'two'),
        forward('9', '2', 'three'),
      ]);
      assert.deepEqual(answers, [
        ['ONE', ''],
        ['TWO', ''],
        ['', 'connection refused'],
      ]);
      await connection.close();
    });
  });

  it('a refused upgrade ends the connection: nothing behind it is answered (CVE-2018-1002105)', async () => {
    const refused = `POST ${podUrl('exec?stdout=1').pathname}?container=none HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n`;
    const smuggled = 'GET /pods HTTP/1.1\r\nHost: x\r\n\r\n';
    const socket = connectTls({ port: chain.apiPort, host: '127.0.0.1', ...chain.admin });
    socket.write(refused + smuggled);
    const answer = await text(socket);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.equal(answer.split('HTTP/1.1 ').length, 2);
    assert.doesNotMatch(answer, /PodList/);
  });

  it('admission is asked before anything is connected', async () => {
    const backend = createNodeBackend({ tls: chain.admin });
    const answer = await backend.upgrade({
      method: 'POST',
      url: podUrl('exec?stdout=1&command=reboot'),
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' },
      signal: new AbortController().signal,
    });
    assert.equal(answer.type === 'response' && answer.status, 403);
    if (answer.type !== 'response') return;
    assert.equal(
      (JSON.parse(await text(answer.body)) as Status).message,
      'pods "web" is forbidden: no reboots on weekdays',
    );
  });

  it('the kubelet lets nobody in without a certificate of the cluster’s', async () => {
    const stranger = createNodeBackend({ tls: chain.nobody });
    const url = new URL(`https://127.0.0.1:${chain.kubeletPort}/pods`);
    const answer = await stranger.request({ method: 'GET', url, headers: {}, signal: new AbortController().signal });
    assert.equal(answer.status, 401);
    await text(answer.body);
    stranger.close();
  });

  describe('kubectl', { skip: kubectl ? false : 'no kubectl (set KUBECTL)' }, () => {
    const run = (args: readonly string[], input?: string) =>
      tryExec(kubectl ?? '', ['--kubeconfig', chain.kubeconfig, ...args], {
        timeoutMs: 30_000,
        ...(input === undefined ? {} : { input }),
      });

    it('exec', async () => {
      const { code, stdout } = await run(['exec', 'web', '--', 'echo', 'hello']);
      assert.deepEqual([code, stdout], [0, 'hello\n']);
    });
    it('exec with input and end of input', async () => {
      const { code, stdout } = await run(['exec', '-i', 'web', '--', 'cat'], 'some input\n');
      assert.deepEqual([code, stdout], [0, 'some input\n']);
    });
    it('exec with an exit code', async () => {
      const { code, stderr } = await run(['exec', 'web', '--', 'fail', 'so', 'it', 'is']);
      assert.deepEqual([code, stderr], [7, 'so it is\ncommand terminated with exit code 7\n']);
    });
    it('exec of what ends without reading its input', async () => {
      const { code } = await run(['exec', '-i', 'web', '--', 'exit', '5'], 'x'.repeat(8 << 20));
      assert.equal(code, 5);
    });
    it('exec with much output', async () => {
      const { code, stdout } = await run(['exec', 'web', '--', 'flood', `${16 << 20}`]);
      assert.deepEqual([code, stdout.length], [0, 16 << 20]);
    });
    it('exec of what is not there', async () => {
      const { code, stderr } = await run(['exec', 'web', '--', 'nonsense']);
      assert.equal(code, 1);
      assert.match(stderr, /executable file not found: nonsense/);
    });
    it('logs, with time and tail', async () => {
      assert.equal((await run(['logs', 'web'])).stdout, 'first\nsecond\n');
      assert.equal(
        (await run(['logs', 'web', '--tail=1', '--timestamps'])).stdout,
        '2026-11-21T09:00:02.100000000Z second\n',
      );
    });
  });

  it('a log is followed across rotation until the container ends', async () => {
    const backend = createNodeBackend({ tls: chain.admin });
    const answer = await backend.request({
      method: 'GET',
      url: podUrl('log?follow=true&tailLines=1'),
      headers: {},
      signal: new AbortController().signal,
    });
    let seen = '';
    const until = async (wanted: string) => {
      for await (const chunk of lines) {
        seen += new TextDecoder().decode(chunk);
        if (seen.includes(wanted)) return;
      }
    };
    // Leaving a loop over the body must not end it.
    const iterator = answer.body[Symbol.asyncIterator]();
    const lines = { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
    await until('second');
    appendFileSync(chain.logPath, '2026-11-21T09:00:03.1Z stdout F third\n');
    await until('third');
    renameSync(chain.logPath, join(chain.directory, '0.log.1'));
    writeFileSync(chain.logPath, '2026-11-21T09:00:04.1Z stdout F fourth\n');
    await until('fourth');
    appendFileSync(chain.logPath, '2026-11-21T09:00:05.1Z stdout F last\n');
    chain.endContainer();
    await until('never');
    assert.equal(seen, 'second\nthird\nfourth\nlast\n');
    backend.close();
  });
});
