/** A real etcd for a test: Debian's etcd-server, on private ports and in a directory of its own. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheRoot } from '#cluster/machine/layout.ts';

export interface EtcdServer {
  /** '127.0.0.1:PORT' */
  readonly endpoint: string;
  readonly directory: string;
  /** As by a crash. */
  kill(): Promise<void>;
  /** After `kill`: on the same port and data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

export interface EtcdServerOptions {
  /** Certificate, key and authority of clients: etcd serves TLS and asks for certificates. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa: string };
  readonly args?: readonly string[];
}

/**
 * KUBETS_ETCD names a program; otherwise Debian's package is unpacked, and not installed: an installed one would start as a service on
 * etcd's usual ports.
 */
export function etcdProgram(): string {
  const named = process.env.KUBETS_ETCD;
  if (named) return named;
  const directory = join(cacheRoot(), 'tests/etcd-server');
  const program = join(directory, 'usr/bin/etcd');
  if (existsSync(program)) return program;
  mkdirSync(directory, { recursive: true });
  const download = mkdtempSync(join(tmpdir(), 'kubets-etcd-package-'));
  try {
    execFileSync('apt-get', ['download', 'etcd-server'], { cwd: download, stdio: 'ignore' });
    const [file] = readdirSync(download);
    if (file === undefined) throw new Error('apt-get has no etcd-server');
    const unpacked = join(download, 'unpacked');
    execFileSync('dpkg', ['-x', join(download, file), unpacked]);
    // Appears whole, also when two tests do this at once.
    cpSync(join(unpacked, 'usr/bin/etcd'), `${directory}/etcd.${process.pid}`);
    mkdirSync(join(directory, 'usr/bin'), { recursive: true });
    renameSync(`${directory}/etcd.${process.pid}`, program);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
  return program;
}

export async function startEtcd(options: EtcdServerOptions = {}): Promise<EtcdServer> {
  const program = etcdProgram();
  const directory = mkdtempSync(join(tmpdir(), 'kubets-etcd-'));
  const port = await freePort();
  const peers = await freePort();
  const scheme = options.tls ? 'https' : 'http';
  const args = [
    ...['--data-dir', directory, '--log-level', 'error', '--logger', 'zap'],
    ...[
      '--listen-client-urls',
      `${scheme}://127.0.0.1:${port}`,
      '--advertise-client-urls',
      `${scheme}://127.0.0.1:${port}`,
    ],
    ...['--listen-peer-urls', `http://127.0.0.1:${peers}`],
    // Leases of a few seconds: their least time to live follows from the election's.
    ...['--heartbeat-interval', '20', '--election-timeout', '200'],
    ...(options.tls
      ? [
          ...['--cert-file', options.tls.certificate, '--key-file', options.tls.key],
          ...['--client-cert-auth', '--trusted-ca-file', options.tls.clientCa],
        ]
      : []),
    ...(options.args ?? []),
  ];
  let child: ChildProcess | undefined;
  const kill = async () => {
    const running = child;
    child = undefined;
    if (!running) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  const server: EtcdServer = {
    endpoint: `127.0.0.1:${port}`,
    directory,
    kill,
    start: async () => {
      child = spawn(program, args, { stdio: 'ignore' });
    },
    remove: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}
