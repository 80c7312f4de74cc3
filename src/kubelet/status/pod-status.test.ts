import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, PodSpec, PodStatus } from '#kinds/generated/core-v1.ts';
import { sampleContainer, samplePod, sampleRuntime, sampleSandbox } from '../pod/pod-samples.ts';
import type { PodRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';
import type { StartFailure } from './container-statuses.ts';
import { podStatus, type Readiness } from './pod-status.ts';

const a: Container = { name: 'a', image: 'i' };
const b: Container = { name: 'b', image: 'i' };
const init: Container = { name: 'init', image: 'i' };
const allReady: Readiness = { isStarted: () => true, isReady: () => true };

interface Facts {
  readonly spec: Partial<PodSpec> & { readonly containers: readonly Container[] };
  readonly runtime: PodRuntimeStatus;
  readonly failures?: ReadonlyMap<string, StartFailure>;
  readonly previous?: PodStatus;
  readonly isTerminal?: boolean;
  readonly readiness?: Readiness;
}

function statusOf({ spec, runtime, failures, previous, isTerminal, readiness }: Facts): PodStatus {
  const pod = samplePod(spec, previous);
  return podStatus({
    pod,
    runtime,
    previous: previous ?? pod.status,
    runtimeName: 'containerd',
    failures: failures ?? new Map(),
    readiness: readiness ?? allReady,
    hostIPs: ['172.30.0.11'],
    supportsRecursiveReadOnly: false,
    isTerminal: isTerminal ?? false,
  });
}

/** Phase, conditions as 'Type=Status Reason', and what each container waits for, runs or ended with. */
function summary(status: PodStatus): string {
  const conditions = (status.conditions ?? []).map(
    ({ type, status: value, reason }) => `${type}=${value}${reason ? ` ${reason}` : ''}`,
  );
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
    ({ name, state, ready, restartCount }) => {
      const shown = state?.running
        ? 'running'
        : state?.terminated
          ? `exit ${state.terminated.exitCode}`
          : `waiting ${state?.waiting?.reason}`;
      return `${name}: ${shown}${ready ? ' ready' : ''}${restartCount ? ` x${restartCount}` : ''}`;
    },
  );
  return [status.phase, ...conditions, ...containers].join('\n');
}

const cases: readonly (Facts & { readonly name: string; readonly expected: string })[] = [
  {
    name: 'nothing there yet',
    spec: { containers: [a] },
    runtime: sampleRuntime([], []),
    expected: `Pending
PodReadyToStartContainers=False
Initialized=True
Ready=False ContainersNotReady
ContainersReady=False ContainersNotReady
PodScheduled=True
a: waiting ContainerCreating`,
  },
  {
    name: 'initializing',
    spec: { initContainers: [init], containers: [a] },
    runtime: sampleRuntime([sampleContainer(init, 'running')]),
    expected: `Pending
PodReadyToStartContainers=True
Initialized=False ContainersNotInitialized
Ready=False ContainersNotReady
ContainersReady=False ContainersNotReady
PodScheduled=True
init: running
a: waiting PodInitializing`,
  },
  {
    name: 'running and ready',
    spec: { initContainers: [init], containers: [b, a] },
    runtime: sampleRuntime([
      sampleContainer(init, 'exited'),
      sampleContainer(a, 'running'),
      sampleContainer(b, 'running'),
    ]),
    expected: `Running
PodReadyToStartContainers=True
Initialized=True
Ready=True
ContainersReady=True
PodScheduled=True
init: exit 0 ready
a: running ready
b: running ready`,
  },
  {
    name: 'a container that fails again and again',
    spec: { containers: [a] },
    runtime: sampleRuntime([sampleContainer(a, 'exited', { exitCode: 1, restartCount: 2 })]),
    failures: new Map([['a', { reason: 'CrashLoopBackOff', message: 'back-off 20s' }]]),
    expected: `Running
PodReadyToStartContainers=True
Initialized=True
Ready=False ContainersNotReady
ContainersReady=False ContainersNotReady
PodScheduled=True
a: waiting CrashLoopBackOff x2`,
  },
  {
    name: 'an image that is not there',
    spec: { containers: [a] },
    runtime: sampleRuntime([]),
    failures: new Map([['a', { reason: 'ErrImagePull', message: 'no such host' }]]),
    expected: `Pending
PodReadyToStartContainers=True
Initialized=True
Ready=False ContainersNotReady
ContainersReady=False ContainersNotReady
PodScheduled=True
a: waiting ErrImagePull`,
  },
  {
    name: 'completed',
    spec: { restartPolicy: 'Never', containers: [a] },
    runtime: sampleRuntime([sampleContainer(a, 'exited')], [sampleSandbox('SANDBOX_NOTREADY')]),
    expected: `Succeeded
PodReadyToStartContainers=False
Initialized=True PodCompleted
Ready=False PodCompleted
ContainersReady=False PodCompleted
PodScheduled=True
a: exit 0`,
  },
  {
    name: 'failed initialization',
    spec: { restartPolicy: 'Never', initContainers: [init], containers: [a] },
    runtime: sampleRuntime([sampleContainer(init, 'exited', { exitCode: 1 })]),
    expected: `Failed
PodReadyToStartContainers=True
Initialized=False ContainersNotInitialized
Ready=False PodFailed
ContainersReady=False PodFailed
PodScheduled=True
init: exit 1
a: waiting PodInitializing`,
  },
  {
    name: 'a deleted pod that would restart is over when all has stopped',
    spec: { containers: [a] },
    runtime: sampleRuntime([sampleContainer(a, 'exited', { exitCode: 137 })], [sampleSandbox('SANDBOX_NOTREADY')]),
    isTerminal: true,
    expected: `Failed
PodReadyToStartContainers=False
Initialized=True
Ready=False PodFailed
ContainersReady=False PodFailed
PodScheduled=True
a: exit 137`,
  },
  {
    name: 'a readiness gate that nobody has set',
    spec: { containers: [a], readinessGates: [{ conditionType: 'example.com/ready' }] },
    runtime: sampleRuntime([sampleContainer(a, 'running')]),
    expected: `Running
PodReadyToStartContainers=True
Initialized=True
Ready=False ReadinessGatesNotReady
ContainersReady=True
PodScheduled=True
a: running ready`,
  },
  {
    name: 'not started by its startup probe',
    spec: { containers: [a] },
    runtime: sampleRuntime([sampleContainer(a, 'running')]),
    readiness: { isStarted: () => false, isReady: () => true },
    expected: `Running
PodReadyToStartContainers=True
Initialized=True
Ready=False ContainersNotReady
ContainersReady=False ContainersNotReady
PodScheduled=True
a: running`,
  },
];

test('podStatus: phase, conditions and container states', () => {
  assert.deepEqual(
    cases.map((facts) => ({ name: facts.name, expected: summary(statusOf(facts)) })),
    cases.map(({ name, expected }) => ({ name, expected })),
  );
});

test('the instance before the present one is its last state', () => {
  const status = statusOf({
    spec: { containers: [a] },
    runtime: sampleRuntime([
      sampleContainer(a, 'exited', { exitCode: 3, reason: 'Error', message: 'bye' }),
      sampleContainer(a, 'running', { restartCount: 1 }),
    ]),
  });
  assert.deepEqual(status.containerStatuses?.[0]?.lastState, {
    terminated: {
      exitCode: 3,
      reason: 'Error',
      message: 'bye',
      startedAt: '2026-01-01T10:00:00Z',
      finishedAt: '2026-01-01T11:00:00Z',
      containerID: 'containerd://a-0',
    },
  });
});

test('a container that the runtime has lost is known to have ended', () => {
  const before = statusOf({ spec: { containers: [a] }, runtime: sampleRuntime([sampleContainer(a, 'running')]) });
  const after = statusOf({ spec: { containers: [a] }, runtime: sampleRuntime([]), previous: before });
  assert.equal(after.containerStatuses?.[0]?.restartCount, 1);
  assert.equal(after.containerStatuses?.[0]?.lastState?.terminated?.reason, 'ContainerStatusUnknown');
});

test('a terminal phase is final', () => {
  const status = statusOf({
    spec: { containers: [a] },
    runtime: sampleRuntime([sampleContainer(a, 'running')]),
    previous: { phase: 'Failed', reason: 'Evicted', message: 'too much' },
  });
  assert.deepEqual([status.phase, status.reason, status.message], ['Failed', 'Evicted', 'too much']);
});
