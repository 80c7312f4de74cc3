/** The real kubelet on a simulated runtime, disk and time, with the real API server. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edit } from '#base/edit.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { ConfigMap, Pod, PodSpec } from '#kinds/generated/core-v1.ts';
import { kubeletConfig } from '#kubelet/config.ts';
import { createKubelet } from '#kubelet/kubelet.ts';

import type { SimProcess } from '#platform/sim/process.ts';
import { createCluster, type SimulatedCluster } from '../cluster.ts';
import { labMachine, labNetwork, nodeName } from './lab-machine.ts';
import { NodeWorld } from './node-world.ts';
import { ScriptedRuntime, type ScriptedRuntimeOptions } from './scripted-runtime.ts';

class Lab {
  readonly cluster: SimulatedCluster;
  readonly runtime: ScriptedRuntime;
  readonly world: NodeWorld;
  private process: SimProcess | undefined;

  constructor(cluster: SimulatedCluster, options: Omit<ScriptedRuntimeOptions, 'clock'>) {
    this.cluster = cluster;
    this.runtime = new ScriptedRuntime({ clock: cluster.env.clock, ...options });
    this.world = new NodeWorld(this.runtime, labMachine, labNetwork);
  }

  startKubelet(): void {
    const process = this.cluster.process(`kubelet-${nodeName}`);
    this.process = process;
    const client = this.cluster.clientOn(nodeName, process, `system:node:${nodeName}`);
    const kubelet = createKubelet(kubeletConfig({ nodeName }), this.world.portsOf(process));
    void kubelet.start({ env: process.env, client }, new AbortController().signal);
  }

  killKubelet(): void {
    this.process?.kill();
  }

  async create(name: string, spec: Omit<PodSpec, 'nodeName'>, annotations: Record<string, string> = {}): Promise<void> {
    const pod: Pod = {
      metadata: { name, namespace: 'default', annotations },
      spec: { automountServiceAccountToken: false, nodeName, ...spec },
    };
    await this.cluster.client.create(Pods, pod);
  }

  async pod(name: string): Promise<Pod> {
    return this.cluster.client.get(Pods, { namespace: 'default', name });
  }

  async until(name: string, condition: (pod: Pod) => boolean, limitMs = 60_000): Promise<Pod> {
    for (let waited = 0; waited < limitMs; waited += 100) {
      const pod = await this.pod(name);
      if (condition(pod)) return pod;
      await this.cluster.advance(100);
    }
    throw new Error(`pod ${name} did not get there: ${JSON.stringify((await this.pod(name)).status)}`);
  }

  async untilGone(name: string, limitMs = 60_000): Promise<void> {
    for (let waited = 0; waited < limitMs; waited += 100) {
      const list = await this.cluster.client.list(Pods, { namespace: 'default' });
      if (!list.items.some(({ metadata }) => metadata?.name === name)) return;
      await this.cluster.advance(100);
    }
    throw new Error(`pod ${name} is still there`);
  }

  /** What the runtime did to containers, without times. */
  get deeds(): readonly string[] {
    return this.runtime.history.map(({ what }) => what);
  }
}

async function createLab(options: Omit<ScriptedRuntimeOptions, 'clock'> = {}): Promise<Lab & Disposable> {
  const cluster = await createCluster({ nodes: 0, seed: 7 });
  const lab = new Lab(cluster, options);
  lab.startKubelet();
  await cluster.advance(2000);
  return Object.assign(lab, { [Symbol.dispose]: () => cluster[Symbol.dispose]() });
}

const isReady = (pod: Pod) =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

test('a pod runs, shows itself and goes with its grace period; nothing of it is left', async () => {
  using lab = await createLab({ behaviour: () => ({ stopMs: 3000 }) });
  await lab.create('web', { containers: [{ name: 'web', image: 'web:1' }], terminationGracePeriodSeconds: 10 });
  const pod = await lab.until('web', isReady);
  assert.equal(pod.status?.phase, 'Running');
  assert.equal(pod.status?.hostIP, '192.0.2.1');
  assert.equal(pod.status?.containerStatuses?.[0]?.containerID, 'simulated://container-1');
  assert.equal(pod.status?.qosClass, 'BestEffort');
  const uid = pod.metadata?.uid ?? '';

  const begun = lab.cluster.env.clock.monotonic();
  await lab.cluster.client.delete(Pods, { namespace: 'default', name: 'web' });
  await lab.untilGone('web');
  const took = lab.cluster.env.clock.monotonic() - begun;
  assert.ok(took >= 3000 && took < 4000, `it took ${took} ms`);
  await lab.cluster.advance(1000);
  assert.deepEqual(lab.deeds, ['start web/0', 'stop web/0', 'end(0) web/0']);
  assert.equal(lab.runtime.sandboxCount, 0);
  assert.deepEqual(await lab.world.cgroups.list(), []);
  assert.equal(await lab.world.files.stat(`/var/lib/kubelet/pods/${uid}`), undefined);
});

test('a container that fails is started at once, then after 10, 20, 40 s', async () => {
  using lab = await createLab({ behaviour: () => ({ runMs: 100, exitCode: 1 }) });
  await lab.create('crash', { containers: [{ name: 'c', image: 'c:1' }] });
  await lab.cluster.advance(80_000);
  const starts = lab.runtime.history.filter(({ what }) => what.startsWith('start'));
  const ends = lab.runtime.history.filter(({ what }) => what.startsWith('end'));
  const pauses = starts.slice(1).map(({ atMs }, index) => Math.round((atMs - (ends[index]?.atMs ?? 0)) / 1000));
  assert.deepEqual(pauses, [0, 10, 20, 40]);
  const pod = await lab.pod('crash');
  assert.deepEqual(pod.status?.containerStatuses?.[0]?.state?.waiting?.reason, 'CrashLoopBackOff');
  assert.equal(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 1);
  assert.equal(pod.status?.phase, 'Running');
});

test('init containers, then sidecars, then the pod; sidecars end last and in reverse', async () => {
  using lab = await createLab({
    behaviour: ({ metadata: { name } }) => (name === 'init' ? { runMs: 500 } : name === 'main' ? { runMs: 2000 } : {}),
  });
  await lab.create('side', {
    restartPolicy: 'Never',
    initContainers: [
      { name: 's1', image: 'i:1', restartPolicy: 'Always' },
      { name: 'init', image: 'i:1' },
      { name: 's2', image: 'i:1', restartPolicy: 'Always' },
    ],
    containers: [{ name: 'main', image: 'i:1' }],
  });
  const pod = await lab.until('side', ({ status }) => status?.phase === 'Succeeded');
  assert.deepEqual(lab.deeds, [
    'start s1/0',
    'start init/0',
    'end(0) init/0',
    'start s2/0',
    'start main/0',
    'end(0) main/0',
    'stop s2/0',
    'end(0) s2/0',
    'stop s1/0',
    'end(0) s1/0',
  ]);
  assert.equal(pod.status?.conditions?.find(({ type }) => type === 'Ready')?.reason, 'PodCompleted');
});

test('the kubelet dies at any moment: every container runs exactly once', async () => {
  for (let afterMs = 0; afterMs <= 90; afterMs += 6) {
    using lab = await createLab();
    await lab.create('web', {
      initContainers: [{ name: 'side', image: 'i:1', restartPolicy: 'Always' }],
      containers: [
        { name: 'a', image: 'i:1' },
        { name: 'b', image: 'i:1' },
      ],
    });
    await lab.cluster.advance(afterMs);
    lab.killKubelet();
    await lab.cluster.advance(1000);
    lab.startKubelet();
    await lab.until('web', isReady);
    assert.deepEqual(lab.runtime.running, ['a', 'b', 'side'], `killed after ${afterMs} ms`);
    // A container that was made but not started when the kubelet died is made again; none is started twice.
    const starts = lab.deeds.filter((what) => what.startsWith('start')).map((what) => what.slice('start '.length, -2));
    assert.deepEqual([...starts].sort(), ['a', 'b', 'side'], `killed after ${afterMs} ms`);
  }
});

test('a pod that was deleted while the kubelet was away is taken off the node', async () => {
  using lab = await createLab();
  await lab.create('web', { containers: [{ name: 'web', image: 'i:1' }] });
  await lab.until('web', isReady);
  lab.killKubelet();
  await lab.cluster.client.delete(Pods, { namespace: 'default', name: 'web' }, { gracePeriodSeconds: 0 });
  lab.startKubelet();
  await lab.cluster.advance(5000);
  assert.deepEqual(lab.runtime.running, []);
  assert.equal(lab.runtime.sandboxCount, 0);
});

test('a liveness probe that fails three times has its container replaced', async () => {
  using lab = await createLab({
    exec: ({ metadata: { attempt } }) => ({ exitCode: attempt === 0 ? 1 : 0 }),
    behaviour: () => ({ stopMs: 100 }),
  });
  await lab.create('live', {
    terminationGracePeriodSeconds: 5,
    containers: [{ name: 'c', image: 'i:1', livenessProbe: { exec: { command: ['check'] }, periodSeconds: 1 } }],
  });
  const pod = await lab.until('live', ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1);
  assert.equal(lab.deeds.filter((what) => what === 'exec c: check').length >= 3, true);
  assert.deepEqual(
    lab.deeds.filter((what) => !what.startsWith('exec')),
    ['start c/0', 'stop c/0', 'end(0) c/0', 'start c/1'],
  );
  assert.equal(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode, 0);
});

test('a preStop hook is run before the stop, and its time is taken from the grace period', async () => {
  using lab = await createLab({
    exec: () => ({ exitCode: 0, takesMs: 4000 }),
    behaviour: () => ({ stopMs: Number.POSITIVE_INFINITY }),
  });
  await lab.create('hook', {
    terminationGracePeriodSeconds: 10,
    containers: [{ name: 'c', image: 'i:1', lifecycle: { preStop: { exec: { command: ['bye'] } } } }],
  });
  await lab.until('hook', isReady);
  const begun = lab.cluster.env.clock.monotonic();
  await lab.cluster.client.delete(Pods, { namespace: 'default', name: 'hook' });
  await lab.untilGone('hook');
  const took = lab.cluster.env.clock.monotonic() - begun;
  assert.deepEqual(lab.deeds, ['start c/0', 'exec c: bye', 'stop c/0', 'end(137) c/0']);
  assert.ok(took >= 9500 && took < 11_000, `it took ${took} ms`);
});

test('a shorter grace period takes effect while the pod is stopping', async () => {
  using lab = await createLab({ behaviour: () => ({ stopMs: Number.POSITIVE_INFINITY }) });
  await lab.create('slow', { terminationGracePeriodSeconds: 600, containers: [{ name: 'c', image: 'i:1' }] });
  await lab.until('slow', isReady);
  await lab.cluster.client.delete(Pods, { namespace: 'default', name: 'slow' });
  await lab.cluster.advance(5000);
  assert.deepEqual(lab.runtime.running, ['c']);
  const begun = lab.cluster.env.clock.monotonic();
  await lab.cluster.client.delete(Pods, { namespace: 'default', name: 'slow' }, { gracePeriodSeconds: 3 });
  await lab.untilGone('slow');
  assert.ok(lab.cluster.env.clock.monotonic() - begun < 5000);
});

test('volumes wait for what they are made from, then follow it', async () => {
  using lab = await createLab();
  await lab.create('files', {
    containers: [{ name: 'c', image: 'i:1', volumeMounts: [{ name: 'cm', mountPath: '/cm' }] }],
    volumes: [{ name: 'cm', configMap: { name: 'settings' } }],
  });
  await lab.cluster.advance(3000);
  assert.deepEqual(lab.runtime.running, []);
  // As upstream's: without its volumes a pod has no sandbox, and so no address.
  const { podIP, conditions = [] } = (await lab.pod('files')).status ?? {};
  const sandbox = conditions.find(({ type }) => type === 'PodReadyToStartContainers');
  assert.deepEqual([podIP, sandbox?.status], [undefined, 'False']);
  const settings: ConfigMap = { metadata: { name: 'settings', namespace: 'default' }, data: { color: 'red' } };
  const created = await lab.cluster.client.create(ConfigMaps, settings);
  const pod = await lab.until('files', isReady, 3000);
  const path = `/var/lib/kubelet/pods/${pod.metadata?.uid}/volumes/kubernetes.io~configmap/cm/color`;
  assert.equal(await lab.world.files.readText(path), 'red');
  await lab.cluster.client.update(
    ConfigMaps,
    edit(created, (draft) => {
      draft.data = { color: 'blue' };
    }),
  );
  await lab.cluster.advance(1000);
  assert.equal(await lab.world.files.readText(path), 'blue');
});

test('a pod for which the node has no room is refused with the reason', async () => {
  using lab = await createLab();
  await lab.create('big', { containers: [{ name: 'c', image: 'i:1', resources: { requests: { cpu: '64' } } }] });
  const pod = await lab.until('big', ({ status }) => status?.phase === 'Failed');
  assert.equal(pod.status?.reason, 'OutOfcpu');
  assert.equal(
    pod.status?.message,
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 64000, used: 0, capacity: 4000",
  );
  assert.deepEqual(lab.deeds, []);
});

test('an image that cannot be had: ErrImagePull, then ImagePullBackOff', async () => {
  using lab = await createLab();
  await lab.create('none', { containers: [{ name: 'c', image: 'missing:1' }] });
  const waiting = (pod: Pod) => pod.status?.containerStatuses?.[0]?.state?.waiting;
  const failed = await lab.until('none', (pod) => waiting(pod)?.reason === 'ErrImagePull');
  assert.equal(waiting(failed)?.message, 'rpc error: code = NotFound desc = failed to pull missing:1: not found');
  await lab.until('none', (pod) => waiting(pod)?.reason === 'ImagePullBackOff');
});
