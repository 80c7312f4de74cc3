/** Several processes of the operator in programs/go/operator, and one door to whichever of them answers, as a Service is. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { certificateFile, keyFile } from '#cluster/pki/authority.ts';
import { freePort } from '../e2e/support.ts';

interface Operator {
  readonly process: ChildProcess;
  readonly port: number;
}

export class Operators {
  readonly #program: string;
  readonly #certificates: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #running = new Map<string, Operator>();
  readonly #sockets = new Set<Socket>();
  readonly #door = createServer((socket) => this.#forward(socket));
  #log = '';
  #started = 0;

  /** `pki` has the certificate 'server'. */
  constructor(program: string, pki: string, env: NodeJS.ProcessEnv) {
    this.#program = program;
    this.#env = env;
    this.#certificates = join(pki, 'webhook');
    mkdirSync(this.#certificates);
    copyFileSync(certificateFile(pki, 'server'), join(this.#certificates, 'tls.crt'));
    copyFileSync(keyFile(pki, 'server'), join(this.#certificates, 'tls.key'));
  }

  /** What all of them have said. */
  get log(): string {
    return this.#log;
  }

  /** Where webhooks are called: 'https://127.0.0.1:4443'. */
  async listen(): Promise<string> {
    this.#door.listen(0, '127.0.0.1');
    await once(this.#door, 'listening');
    return `https://127.0.0.1:${(this.#door.address() as AddressInfo).port}`;
  }

  /** Starts another one and waits until it takes webhooks. Its identity is 'operator-N'. */
  async start(): Promise<void> {
    const name = `operator-${++this.#started}`;
    const port = await freePort();
    const env = { ...process.env, ...this.#env, POD_NAME: name, WEBHOOK_PORT: `${port}`, CERT_DIR: this.#certificates };
    const child = spawn(this.#program, [], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#log += `${name}: ${chunk}`;
      });
    }
    this.#running.set(name, { process: child, port });
    while (!(await answers(port))) {
      assert.equal(child.exitCode, null, `${name} ended:\n${this.#log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async end(name: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const operator = this.#running.get(name);
    assert.ok(operator, `there is no ${name}`);
    this.#running.delete(name);
    operator.process.kill(signal);
    await once(operator.process, 'exit');
  }

  async close(): Promise<void> {
    for (const name of this.#running.keys()) await this.end(name, 'SIGKILL');
    for (const socket of this.#sockets) socket.destroy();
    this.#door.close();
  }

  #forward(socket: Socket): void {
    const first = [...this.#running.values()][0];
    if (!first) {
      socket.destroy();
      return;
    }
    const backend = connect(first.port, '127.0.0.1');
    for (const [from, to] of [
      [socket, backend],
      [backend, socket],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
