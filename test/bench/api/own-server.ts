/**
 * Our API server as the server role assembles it, on a durable store, without controllers and scheduler: what stands beside a
 * kube-apiserver with its etcd. As a program it serves until SIGTERM: `node own-server.ts server DIRECTORY PORT`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { MeasuredStore } from '#apiserver/measured-store.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { createClient } from '#client/api-client.ts';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { planNetwork } from '#cluster/machine/network-plan.ts';
import { certificateFile, keyFile } from '#cluster/pki/authority.ts';
import { kubeconfigFile, prepareCredentials } from '#cluster/prepare.ts';
import { roleCommands, roleEnvironment } from '#cluster/roles.ts';
import { assembleApiServer } from '#cluster/server/api-server.ts';
import { ensureBootstrapObjects } from '#cluster/server/bootstrap-objects.ts';
import { apiServerUser } from '#cluster/server/identities.ts';
import type { ClusterSettings } from '#cluster/settings.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { giveBackMemoryAtRest } from '#platform/node/idle-memory.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';

export interface OwnServer {
  readonly pid: number;
  readonly kubeconfig: string;
  /** From the program's start until it serves. */
  readonly startMs: number;
  stop(): Promise<void>;
}

export const settingsFor = (apiPort: number): ClusterSettings => ({
  name: 'bench',
  nodes: 1,
  network: planNetwork('bench', {}, []),
  apiPort,
  door: false,
  nodePorts: '30000-32767',
  apiNames: [],
});

/** Starts it as a process with the server role's options of Node and malloc; resolves when it serves. */
export async function startOwnServer(directory: string, port: number): Promise<OwnServer> {
  const layout = clusterLayout('bench', directory);
  mkdirSync(directory, { recursive: true });
  await prepareCredentials(layout, settingsFor(port), Date.now());
  const [program, ...args] = roleCommands(import.meta.filename)('server', directory, String(port));
  const begin = performance.now();
  const child = spawn(program, args, {
    env: { ...process.env, ...roleEnvironment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await serving(child);
  return {
    pid: child.pid ?? 0,
    kubeconfig: kubeconfigFile(layout, 'admin'),
    startMs: performance.now() - begin,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function serving(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`our API server ended with ${code}`)));
  });
}

async function serve(directory: string, port: number): Promise<void> {
  const env = createNodeEnv({ component: 'bench-server', level: 'warn' });
  const layout = clusterLayout('bench', directory);
  const settings = settingsFor(port);
  giveBackMemoryAtRest();
  const metrics = new MetricsRegistry();
  const store = new MeasuredStore(await openSqliteStore(env, { directory: layout.store }), env.clock, metrics);
  const { server, requestHeaderCa, close } = await assembleApiServer({
    env,
    layout,
    settings,
    store,
    metrics,
    healthChecks: {},
    components: {},
  });
  await server.ready();
  const peer = { address: '', inProcess: apiServerUser };
  await ensureBootstrapObjects(createClient({ handler: server.handler, peer, userAgent: 'kube-apiserver' }));
  const http = await startHttpServer({
    handler: server.wire,
    log: env.log,
    host: '127.0.0.1',
    port,
    tls: {
      certificate: readFileSync(certificateFile(layout.pki, 'apiserver'), 'utf8'),
      key: readFileSync(keyFile(layout.pki, 'apiserver'), 'utf8'),
      clientCa: readFileSync(certificateFile(layout.pki, 'ca'), 'utf8'),
      requestHeaderCa,
    },
  });
  console.log('serving');
  await new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  http.stopListening();
  await server.close();
  close();
  await http.close();
  await store.close();
}

if (import.meta.main) {
  const [, directory = '', port = '0'] = process.argv.slice(2);
  await serve(directory, Number(port));
}
