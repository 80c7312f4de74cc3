import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { type ContainerStats, CriError, type PodSandboxStats } from '../cri/runtime.ts';
import { kubeletMetrics, resourceMetrics } from './metrics.ts';
import { createStats, type StatsOptions } from './summary.ts';

const labels = { 'io.kubernetes.pod.uid': 'u1', 'io.kubernetes.container.name': 'c' };
const metadata = { name: 'web', namespace: 'default', uid: 'u1', attempt: 0 };
const pod: Pod = {
  metadata: { name: 'web', namespace: 'default', uid: 'u1' },
  spec: { containers: [{ name: 'c' }] },
  status: {
    phase: 'Running',
    startTime: '2026-11-21T09:00:00Z',
    containerStatuses: [
      {
        name: 'c',
        image: '',
        imageID: '',
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: '2026-11-21T09:00:01Z' } },
      },
    ],
  },
};

describe('createStats', () => {
  it('sums containers, and takes rates from one sample to the next', async () => {
    const { stats, pass } = setup('containers');
    const first = await stats();
    assert.deepEqual(first.pods, [
      {
        podRef: { name: 'web', namespace: 'default', uid: 'u1' },
        startTime: '2026-11-21T09:00:00Z',
        containers: [
          {
            name: 'c',
            startTime: '2026-11-21T09:00:01Z',
            cpu: { time: '2026-11-21T10:00:00Z', usageCoreNanoSeconds: 0 },
            memory: { time: '2026-11-21T10:00:00Z', workingSetBytes: 1000, usageBytes: 2000 },
          },
        ],
        cpu: { time: '2026-11-21T10:00:00Z', usageCoreNanoSeconds: 0 },
        memory: { time: '2026-11-21T10:00:00Z', usageBytes: 2000, workingSetBytes: 1000, rssBytes: 0 },
      },
    ]);
    pass(10_000);
    const second = await stats();
    // Half a core for ten seconds.
    assert.deepEqual(second.pods[0]?.cpu, {
      time: '2026-11-21T10:00:10Z',
      usageNanoCores: 500_000_000,
      usageCoreNanoSeconds: 5_000_000_000,
    });
    assert.equal(second.node.cpu.usageNanoCores, 1_000_000_000);
  });

  it('takes the sandbox’s own numbers where the runtime has them', async () => {
    const { stats } = setup('sandboxes');
    const [found] = (await stats()).pods;
    assert.equal(found?.cpu?.usageCoreNanoSeconds, 7);
    assert.equal(found?.process_stats?.process_count, 3);
    assert.deepEqual(found?.network?.interfaces, [{ name: 'eth0', rxBytes: 1, rxErrors: 0, txBytes: 2, txErrors: 0 }]);
  });
});

describe('metrics', () => {
  it('resource metrics have upstream’s names and labels', async () => {
    const text = resourceMetrics(await setup('containers').stats());
    assert.match(
      text,
      /^container_memory_working_set_bytes\{container="c",namespace="default",pod="web"\} 1000 1795255200000$/m,
    );
    assert.match(text, /^pod_cpu_usage_seconds_total\{namespace="default",pod="web"\} 0 1795255200000$/m);
    assert.match(text, /^node_memory_working_set_bytes 400 1795255200000$/m);
    assert.match(text, /^resource_scrape_error 0$/m);
  });

  it('label values are escaped', () => {
    assert.match(kubeletMetrics('a"b\\c', []), /kubelet_node_name\{node="a\\"b\\\\c"\} 1/);
  });
});

function setup(kind: 'containers' | 'sandboxes') {
  let nowMs = Date.parse('2026-11-21T10:00:00Z');
  const startMs = nowMs;
  const container = (): ContainerStats => ({
    id: 'c1',
    metadata: { name: 'c', attempt: 0 },
    labels,
    cpu: { timestampMs: nowMs, usageCoreNanoSeconds: (nowMs - startMs) * 500_000 },
    memory: { timestampMs: nowMs, workingSetBytes: 1000, usageBytes: 2000 },
  });
  const sandbox = (): PodSandboxStats => ({
    id: 's1',
    metadata,
    labels,
    cpu: { timestampMs: nowMs, usageCoreNanoSeconds: 7 },
    network: {
      timestampMs: nowMs,
      defaultInterface: { name: 'eth0', rxBytes: 1, rxErrors: 0, txBytes: 2, txErrors: 0 },
    },
    processCount: 3,
    containers: [container()],
  });
  // Only what statistics ask of the ports.
  const ports = {
    runtime: {
      listPodSandboxStats: async () => {
        if (kind === 'containers') throw new CriError('Unimplemented', 'unknown method');
        return [sandbox()];
      },
      listPodSandboxes: async () => [
        { id: 's1', metadata, labels, annotations: {}, state: 'SANDBOX_READY', createdAtMs: 0 },
        { id: 's0', metadata, labels, annotations: {}, state: 'SANDBOX_NOTREADY', createdAtMs: 0 },
      ],
      listContainerStats: async () => [container()],
    },
    images: { imageFsInfo: async () => [] },
    files: { usage: async () => ({ capacityBytes: 100, availableBytes: 40, inodes: 10, inodesFree: 4 }) },
    machine: {
      usage: async () => ({
        bootTimeMs: 0,
        cpuNanoSeconds: (nowMs - startMs) * 1_000_000,
        memoryUsageBytes: 500,
        memoryWorkingSetBytes: 400,
        memoryAvailableBytes: 600,
        memoryRssBytes: 300,
        interfaces: [],
      }),
      processes: async () => ({ max: 100, running: 5 }),
    },
  } as unknown as StatsOptions['ports'];
  const clock = { now: () => nowMs, monotonic: () => nowMs, after: () => ({ cancel: () => {} }) };
  return {
    stats: createStats({ nodeName: 'n1', clock, ports, pods: () => [pod], rootDirectory: '/' }),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}
