/** What end-to-end tests share: the command line as people run it, and clusters that nobody else uses. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `./kubets ARGUMENTS`. */
export async function kubets(
  args: readonly string[],
  options: { readonly uid?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  const child = spawn(join(root, 'kubets'), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode ?? -1, stdout, stderr };
}

/** Like `kubets`, and the command must succeed. */
export async function mustKubets(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
  const result = await kubets(args, env === undefined ? {} : { env });
  if (result.code !== 0)
    throw new Error(`kubets ${args.join(' ')}: exit status ${result.code}\n${result.stdout}\n${result.stderr}`);
  return result.stdout;
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}

/** A cluster's own name, data directory, port and home, and the flags that say so. */
export class TestCluster {
  readonly name: string;
  readonly directory: string;
  readonly apiPort: number;
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;

  private constructor(name: string, directory: string, apiPort: number) {
    this.name = name;
    this.directory = directory;
    this.apiPort = apiPort;
    this.flags = ['--name', name, '--data-dir', join(directory, 'data')];
    this.env = { HOME: directory, KUBECONFIG: '' };
  }

  static async create(label: string): Promise<TestCluster> {
    const directory = mkdtempSync(join(tmpdir(), `kubets-${label}-`));
    return new TestCluster(`${label}-${process.pid}`, directory, await freePort());
  }

  async up(...args: readonly string[]): Promise<string> {
    return mustKubets(['up', ...this.flags, '--api-port', String(this.apiPort), ...args], this.env);
  }

  run(...args: readonly string[]): Promise<string> {
    const [verb = '', ...rest] = args;
    return mustKubets([verb, ...this.flags, ...rest], this.env);
  }

  /** Pid of a process of `kubets status`; 0 when it has none. */
  async pidOf(unit: string): Promise<number> {
    const { stdout } = await kubets(['status', ...this.flags], { env: this.env });
    const row = stdout.split('\n').find((line) => line.startsWith(`${unit} `));
    return Number(/ (\d+) /.exec(row ?? '')?.[1] ?? 0);
  }

  /** Waits until `kubets status` says that everything serves. */
  async untilReady(timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    let said = '';
    while (Date.now() < deadline) {
      const { code, stdout } = await kubets(['status', ...this.flags], { env: this.env });
      if (code === 0) return;
      said = stdout;
    }
    throw new Error(`not ready within ${timeoutMs} ms:\n${said}`);
  }

  async remove(): Promise<void> {
    await kubets(['reset', ...this.flags, '--yes'], { env: this.env });
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Keeps something of a test run for people: test/artifacts, which is not committed. */
export function keepArtifact(name: string, content: Uint8Array | string): void {
  const directory = join(root, 'test/artifacts');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), content);
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks an API server as its administrator, with the certificates of its pki directory. */
export class AdminClient {
  private readonly agent: Agent;
  private readonly port: number;

  constructor(pki: string, port: number) {
    const read = (file: string) => readFileSync(join(pki, file));
    this.agent = new Agent({ ca: read('ca.crt'), cert: read('admin.crt'), key: read('admin.key'), keepAlive: true });
    this.port = port;
  }

  /** JSON both ways. Rejects when no answer comes. */
  ask(method: string, path: string, object?: object): Promise<Answer> {
    const { agent, port } = this;
    const headers = { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request({ agent, method, path, host: '127.0.0.1', port, headers }, (response) => {
        let text = '';
        response.on('error', reject);
        response.on('data', (part) => {
          text += String(part);
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> });
        });
      });
      sent.on('error', reject);
      sent.end(object && JSON.stringify(object));
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
