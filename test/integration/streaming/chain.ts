/** The whole way of a stream on this machine: an API server (TLS), a kubelet's server (TLS, client certificates), a runtime. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newForbidden } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { createConnectActions } from '#apiserver/connect/actions.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import { certificateFile, ensurePki, keyFile } from '#cluster/pki/authority.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { type ContainerAccess, createKubeletServer } from '#kubelet/server/server.ts';
import { kubeletWire } from '#kubelet/server/wire.ts';
import { createNodeBackend } from '#platform/node/backend.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { nodeLogFiles } from '#platform/node/log-files.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { nodeWebSocketAcceptor } from '#platform/node/web-socket.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { startScriptedRuntime } from './scripted-runtime.ts';

export type Chain = Awaited<ReturnType<typeof startChain>>;

export async function startChain() {
  const env = createNodeEnv({ component: 'streaming-test', level: 'error' });
  const directory = mkdtempSync(join(tmpdir(), 'kubets-streaming-'));
  const pki = join(directory, 'pki');
  const certificate = {
    authority: 'ca',
    organizations: ['system:masters'],
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1'],
  } as const;
  await ensurePki(
    pki,
    [
      { ...certificate, name: 'apiserver', commonName: 'kube-apiserver', use: 'server' },
      { ...certificate, name: 'kubelet', commonName: 'system:node:n1', use: 'server' },
      { ...certificate, name: 'kubelet-client', commonName: 'kube-apiserver-kubelet-client', use: 'client' },
      { ...certificate, name: 'admin', commonName: 'kubernetes-admin', use: 'client' },
    ],
    env.clock.now(),
  );
  const pem = (file: string) => readFileSync(file, 'utf8');
  const ca = pem(certificateFile(pki, 'ca'));
  const pair = (name: string) => ({ cert: pem(certificateFile(pki, name)), key: pem(keyFile(pki, name)) });
  const tls = (name: string) => {
    const { cert, key } = pair(name);
    return { certificate: cert, key, clientCa: ca };
  };
  const streaming = { clock: env.clock, deflate: nodeRawDeflate, webSockets: nodeWebSocketAcceptor };

  const runtime = await startScriptedRuntime(env);
  const logPath = join(directory, '0.log');
  writeFileSync(logPath, '2026-11-21T09:00:01.1Z stdout F first\n2026-11-21T09:00:02.1Z stderr F second\n');
  let containerRuns = true;
  const containerEnded = Promise.withResolvers<void>();
  const count = (streams: object) => 1 + Object.values(streams).filter(Boolean).length;
  const containers: ContainerAccess = {
    exec: async (_pod, _container, command, streams) => runtime.url('exec', command, count(streams)),
    attach: async (_pod, _container, streams) => runtime.url('attach', ['cat'], count(streams)),
    portForward: async () => runtime.url('portforward'),
    run: async () => new Uint8Array(),
    log: async () => ({
      path: logPath,
      life: { isRunning: async () => containerRuns, ended: () => containerEnded.promise },
    }),
  };
  const pods: Pod[] = [];
  const toRuntime = createNodeBackend();
  const kubelet = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    log: env.log,
    tls: tls('kubelet'),
    handler: kubeletWire(
      createKubeletServer({
        env,
        streaming,
        logFiles: nodeLogFiles,
        runtime: toRuntime,
        host: {
          nodeName: 'n1',
          pods: () => pods,
          runningPods: async () => pods,
          config: () => ({}),
          unhealthy: () => undefined,
          containers,
          statsSummary: async () => ({}),
          metrics: async () => '',
        },
        auth: {
          authenticate: async ({ peer: { certificate: from } }) =>
            from && { username: from.commonName, groups: from.organizations },
          authorize: async ({ groups }) => groups.includes('system:masters'),
        },
      }),
    ),
  });

  const toKubelet = createNodeBackend({ tls: { ca, ...pair('kubelet-client') } });
  const toAnyone = createNodeBackend({ insecureSkipTlsVerify: true });
  const store = createMemoryStore(env);
  const server = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(new SchemaRegistry(builtinTables)),
    authenticate: ({ peer: { certificate: from } }) =>
      from ? { username: from.commonName, groups: from.organizations } : { username: 'nobody', groups: [] },
    authorize: ({ user }) => ({
      decision: user.groups.includes('system:masters') ? 'allow' : 'no-opinion',
      reason: '',
    }),
    admission: [
      {
        name: 'NoReboot',
        handles: (operation) => operation === 'CONNECT',
        validate: ({ kind, object }) => {
          // PodExecOptions: what the chain is asked about is the request's query as an object.
          const { command } = object as { readonly command?: readonly string[] };
          if (kind.kind === 'PodExecOptions' && command?.[0] === 'reboot') {
            throw newForbidden({ group: '', resource: 'pods' }, 'web', 'no reboots on weekdays');
          }
        },
      },
    ],
    actions: createConnectActions(
      {
        authorize: ({ user }) => ({
          decision: user.groups.includes('system:masters') ? 'allow' : 'no-opinion',
          reason: '',
        }),
        kubelet: toKubelet,
        insecureKubelet: toAnyone,
        proxy: toAnyone,
        streaming,
      },
      env.random,
    ),
  });
  await server.ready();
  const api = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    log: env.log,
    tls: tls('apiserver'),
    handler: server.wire,
  });

  const create = async (path: string, object: KubeObject): Promise<KubeObject> => {
    const response = await server.handler({
      method: 'POST',
      path,
      query: new URLSearchParams(),
      headers: {},
      body: { type: 'object', object, contentType: 'application/json' },
      peer: { address: '', certificate: { commonName: 'kubernetes-admin', organizations: ['system:masters'] } },
      signal: new AbortController().signal,
    });
    if (response.type !== 'object') throw new Error(`create answered ${response.type}`);
    return response.body.object;
  };
  const update = async (path: string, object: KubeObject) => {
    await server.handler({
      method: 'PUT',
      path,
      query: new URLSearchParams(),
      headers: {},
      body: { type: 'object', object, contentType: 'application/json' },
      peer: { address: '', certificate: { commonName: 'kubernetes-admin', organizations: ['system:masters'] } },
      signal: new AbortController().signal,
    });
  };
  await create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } };
  await create('/api/v1/nodes', node);
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
  };
  await update('/api/v1/nodes/n1/status', { ...node, status } as KubeObject);
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'scripted' }] },
  };
  const created = (await create('/api/v1/namespaces/default/pods', pod)) as Pod;
  const running = {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'c',
        image: 'scripted',
        imageID: '',
        ready: true,
        restartCount: 0,
        containerID: 'x://1',
        state: { running: {} },
      },
    ],
  };
  await update('/api/v1/namespaces/default/pods/web/status', { ...created, status: running } as KubeObject);
  pods.push({ ...created, status: running } as unknown as Pod);

  const kubeconfig = join(directory, 'kubeconfig');
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const admin = pair('admin');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      clusters: [
        {
          name: 'test',
          cluster: { server: `https://127.0.0.1:${api.port}`, 'certificate-authority-data': base64(ca) },
        },
      ],
      users: [
        {
          name: 'admin',
          user: { 'client-certificate-data': base64(admin.cert), 'client-key-data': base64(admin.key) },
        },
      ],
    }),
  );

  return {
    env,
    kubeconfig,
    directory,
    logPath,
    apiPort: api.port,
    kubeletPort: kubelet.port,
    /** TLS of a client: the administrator's, or nobody's. */
    admin: { ca, ...admin },
    nobody: { ca },
    endContainer: () => {
      containerRuns = false;
      containerEnded.resolve();
    },
    close: async () => {
      await Promise.all([api.close(), kubelet.close(), runtime.close()]);
      await server.close();
      await store.close();
      for (const backend of [toRuntime, toKubelet, toAnyone]) backend.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
