/**
 * Secrets with known content reach a kubelet in every way in which pods take them, and things go wrong around them. Afterwards they are searched for in
 * what the kubelet says: its log at its most talkative, events, the states of pods and of the node, its server's pages, and what it keeps on disk beside
 * the volumes themselves. The kubelet is the real one on a simulated runtime, disk and time.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edit } from '#base/edit.ts';
import { Events } from '#kinds/core/event/definition.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { Secrets } from '#kinds/core/secret/definition.ts';
import type { PodSpec, Secret } from '#kinds/generated/core-v1.ts';
import { kubeletConfig } from '#kubelet/config.ts';
import { CriError } from '#kubelet/cri/runtime.ts';
import { createKubelet, type RunningKubelet } from '#kubelet/kubelet.ts';
import type { KubeletPorts, ProbeNetwork } from '#kubelet/ports.ts';
import { createKubeletServer } from '#kubelet/server/server.ts';
import { createNodeBackend } from '#platform/node/backend.ts';
import { nodeLogFiles } from '#platform/node/log-files.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { nodeWebSocketAcceptor } from '#platform/node/web-socket.ts';
import { createCluster } from '#testing/cluster.ts';
import { labMachine, labNetwork, nodeName } from '#testing/kubelet-lab/lab-machine.ts';
import { NodeWorld } from '#testing/kubelet-lab/node-world.ts';
import { ScriptedRuntime } from '#testing/kubelet-lab/scripted-runtime.ts';
import { Markers } from './markers.ts';

const network: ProbeNetwork = {
  ...labNetwork,
  http: async () => ({ status: 500, body: 'broken', redirectedElsewhere: false }),
};

const markers = new Markers();
/** What reached the runtime: that is where it belongs. */
const given: string[] = [];

/** Takes no container of a pod that is called 'refused', and has a registry that takes no credential. */
class Runtime extends ScriptedRuntime {
  override async createContainer(...asked: Parameters<ScriptedRuntime['createContainer']>): Promise<string> {
    given.push(JSON.stringify(asked[1]));
    if (asked[2].metadata.name === 'refused') throw new CriError('Unknown', 'failed to create the container');
    return super.createContainer(...asked);
  }

  override async imageStatus(spec: Parameters<ScriptedRuntime['imageStatus']>[0]) {
    return spec.image.startsWith('registry.test/') ? undefined : super.imageStatus(spec);
  }

  override async pullImage(...asked: readonly [{ readonly image: string }, ...unknown[]]): Promise<string> {
    given.push(JSON.stringify(asked));
    throw new CriError('Unknown', `failed to pull ${asked[0].image}: 401 Unauthorized`);
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function secrets(): readonly Secret[] {
  const auths = { 'registry.test': { username: 'u', password: markers.make('password of a registry') } };
  const broken = `{"auths": {"registry.test": {"password": "${markers.make('password that is no JSON')}"}`;
  const none = { auths: { 'registry.test': null, 'other.test': { auth: markers.make('auth of a registry') } } };
  const pull = (name: string, text: string): Secret => ({
    metadata: { name, namespace: 'default' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(text) },
  });
  return [
    {
      metadata: { name: 'db', namespace: 'default' },
      data: { password: base64(markers.make('password')), 'not-a-name': base64(markers.make('no name of a variable')) },
    },
    pull('registry', JSON.stringify({ auths })),
    { ...pull('broken', broken), type: 'Opaque' },
    pull('none', JSON.stringify(none)),
  ];
}

const valueFrom = { secretKeyRef: { name: 'db', key: 'password' } };
const mount = { name: 'db', mountPath: '/db' };
const volume = { name: 'db', secret: { secretName: 'db' } };
const failing = { exec: { command: ['check'] }, periodSeconds: 1, failureThreshold: 1 };

/** By name. */
const pods: Readonly<Record<string, Omit<PodSpec, 'nodeName'>>> = {
  takes: {
    containers: [
      {
        name: 'c',
        image: 'i:1',
        command: ['run', '$(PASSWORD)'],
        env: [{ name: 'PASSWORD', valueFrom }],
        envFrom: [{ secretRef: { name: 'db' } }],
        volumeMounts: [mount, { name: 'both', mountPath: '/both' }],
      },
    ],
    volumes: [volume, { name: 'both', projected: { sources: [{ secret: { name: 'db' } }] } }],
  },
  probed: {
    containers: [
      {
        name: 'c',
        image: 'i:1',
        env: [{ name: 'PASSWORD', valueFrom }],
        livenessProbe: failing,
        readinessProbe: { httpGet: { port: 80, path: '/' }, periodSeconds: 1 },
        lifecycle: { postStart: { exec: { command: ['check', '$(PASSWORD)'] } } },
      },
    ],
  },
  lacks: {
    containers: [
      { name: 'c', image: 'i:1', env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'missing' } } }] },
    ],
  },
  subpath: {
    containers: [
      {
        name: 'c',
        image: 'i:1',
        env: [{ name: 'PASSWORD', valueFrom }],
        volumeMounts: [{ ...mount, subPathExpr: '$(PASSWORD)/below' }],
      },
    ],
    volumes: [volume],
  },
  refused: { containers: [{ name: 'c', image: 'i:1', env: [{ name: 'PASSWORD', valueFrom }] }] },
  pulls: {
    imagePullSecrets: [{ name: 'registry' }, { name: 'broken' }, { name: 'none' }],
    containers: [{ name: 'c', image: 'registry.test/missing:1' }],
  },
};

test('what a kubelet says has nothing of the secrets that its pods take', { timeout: 60_000 }, async () => {
  const said: string[] = [];
  const onLog = (level: string, message: string, fields: object) =>
    said.push(`${level} ${message} ${JSON.stringify(fields)}`);
  using cluster = await createCluster({ nodes: 0, seed: 7, onLog });
  const { clock } = cluster.env;
  const exec = () => ({ exitCode: 1 });
  const runtime = new Runtime({ clock, exec, behaviour: () => ({}) });
  const world = new NodeWorld(runtime, labMachine, network);
  const process = cluster.process(`kubelet-${nodeName}`);
  const client = cluster.clientOn(nodeName, process, `system:node:${nodeName}`);
  const ports: KubeletPorts = world.portsOf(process);
  let running: RunningKubelet | undefined;
  void createKubelet(kubeletConfig({ nodeName }), ports)
    .start({ env: process.env, client }, new AbortController().signal)
    .then((started) => {
      running = started;
    });
  await cluster.advance(2000);

  for (const secret of secrets()) await cluster.client.create(Secrets, secret);
  for (const [name, spec] of Object.entries(pods)) {
    const metadata = { name, namespace: 'default' };
    await cluster.client.create(Pods, { metadata, spec: { automountServiceAccountToken: false, nodeName, ...spec } });
  }
  await cluster.advance(20_000);
  const db = await cluster.client.get(Secrets, { namespace: 'default', name: 'db' });
  await cluster.client.update(
    Secrets,
    edit(db, (draft) => {
      draft.data = { password: base64(markers.make('changed password')) };
    }),
  );
  await cluster.advance(5000);
  await cluster.client.delete(Secrets, { namespace: 'default', name: 'db' });
  await cluster.advance(20_000);

  const found: string[] = [];
  const look = (where: string, content: Uint8Array | string): void => {
    for (const line of markers.search(content)) found.push(`${where}: ${line}`);
  };
  // The runtime was given them: else there is nothing to be found.
  const taken = new Set(markers.search(given.join('\n')).map((line) => line.split(':', 1)[0]));
  for (const name of ['password', 'no name of a variable', 'password of a registry'])
    assert.ok(taken.has(name), `nobody was given the ${name}`);
  look('the log', said.join('\n'));
  const events = (await cluster.client.list(Events, { namespace: 'default' })).items;
  look('events', JSON.stringify(events));
  look('pods', JSON.stringify((await cluster.client.list(Pods, { namespace: 'default' })).items));
  look('the node', JSON.stringify(await cluster.client.get(Nodes, { name: nodeName })));
  assert.ok(running);
  for (const page of await pagesOf(running)) look(page.path, page.text);
  await lookAtFiles(world, '/', look);
  const reasons = new Set(events.map(({ reason }) => reason));
  for (const reason of ['Failed', 'Unhealthy', 'FailedPostStartHook', 'BackOff'])
    assert.ok(reasons.has(reason), `${reason}: ${[...reasons]}`);
  assert.deepEqual(found, []);
});

async function pagesOf({ host }: RunningKubelet): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
  const clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel: silent }) };
  const env = { clock, log, random: { next: () => 0.5, bytes: (count: number) => new Uint8Array(count) } };
  const backend = createNodeBackend();
  const server = createKubeletServer({
    env,
    host,
    logFiles: nodeLogFiles,
    runtime: backend,
    streaming: { clock, deflate: nodeRawDeflate, webSockets: nodeWebSocketAcceptor },
    auth: { authenticate: async () => ({ username: 'admin', groups: [] }), authorize: async () => true },
  });
  const pages = [];
  for (const path of [
    '/pods',
    '/runningpods/',
    '/configz',
    '/metrics',
    '/metrics/probes',
    '/metrics/resource',
    '/healthz',
  ]) {
    const { signal } = new AbortController();
    const line = { method: 'GET', path, query: new URLSearchParams() } as const;
    const answer = await server({ ...line, headers: {}, peer: { address: '' }, signal });
    assert.ok(answer.type === 'bytes' && answer.body instanceof Uint8Array, path);
    pages.push({ path, text: new TextDecoder().decode(answer.body) });
  }
  backend.close();
  return pages;
}

/** Everything but the content of volumes. */
async function lookAtFiles(
  world: NodeWorld,
  path: string,
  look: (where: string, content: Uint8Array | string) => void,
): Promise<void> {
  for (const name of await world.files.list(path)) {
    const below = `${path === '/' ? '' : path}/${name}`;
    look(below, below);
    if (/^kubernetes\.io~(secret|projected)$/.test(name)) continue;
    const stat = await world.files.stat(below);
    if (stat?.type === 'directory') await lookAtFiles(world, below, look);
    else if (stat?.type === 'file') look(below, await world.files.readBytes(below));
  }
}
