import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, PodSpec } from '#kinds/generated/core-v1.ts';
import { sampleContainer, samplePod, sampleRuntime, sampleSandbox } from '../pod/pod-samples.ts';
import type { PodRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';
import { type ProbeFindings, planPod } from './actions.ts';

const a: Container = { name: 'a', image: 'i' };
const b: Container = { name: 'b', image: 'i' };
const init: Container = { name: 'init', image: 'i' };
const sidecar: Container = { name: 'sidecar', image: 'i', restartPolicy: 'Always' };
const slowSidecar: Container = { ...sidecar, startupProbe: { exec: { command: ['x'] } } };

const healthy: ProbeFindings = { liveness: () => undefined, startup: () => undefined };
const exited = (container: Container, exitCode: number) => sampleContainer(container, 'exited', { exitCode });
const running = (container: Container) => sampleContainer(container, 'running');

interface Case {
  readonly name: string;
  readonly spec: Partial<PodSpec> & { readonly containers: readonly Container[] };
  readonly runtime: PodRuntimeStatus;
  readonly probes?: ProbeFindings;
  readonly deleted?: boolean;
  /** 'sandbox', 'kill pod', 'kill NAME', 'start NAME' in the order of the plan. */
  readonly plan: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'a new pod',
    spec: { containers: [a, b] },
    runtime: sampleRuntime([], []),
    plan: ['kill pod', 'sandbox', 'start a', 'start b'],
  },
  {
    name: 'a new pod begins with its first init container',
    spec: { initContainers: [init, sidecar], containers: [a] },
    runtime: sampleRuntime([], []),
    plan: ['kill pod', 'sandbox', 'start init'],
  },
  { name: 'all runs', spec: { containers: [a, b] }, runtime: sampleRuntime([running(a), running(b)]), plan: [] },
  {
    name: 'one ended and is started again',
    spec: { containers: [a, b] },
    runtime: sampleRuntime([exited(a, 1), running(b)]),
    plan: ['start a'],
  },
  {
    name: 'OnFailure leaves success alone',
    spec: { restartPolicy: 'OnFailure', containers: [a, b] },
    runtime: sampleRuntime([exited(a, 0), running(b)]),
    plan: [],
  },
  {
    name: 'Never: one ended, the other runs',
    spec: { restartPolicy: 'Never', containers: [a, b] },
    runtime: sampleRuntime([exited(a, 1), running(b)]),
    plan: [],
  },
  {
    name: 'Never: all ended',
    spec: { restartPolicy: 'Never', containers: [a] },
    runtime: sampleRuntime([exited(a, 1)]),
    plan: ['kill pod'],
  },
  {
    name: 'the sandbox died',
    spec: { containers: [a] },
    runtime: sampleRuntime([exited(a, 137)], [sampleSandbox('SANDBOX_NOTREADY')]),
    plan: ['kill pod', 'sandbox', 'start a'],
  },
  {
    name: 'the sandbox of a pod that ran once died',
    spec: { restartPolicy: 'Never', containers: [a] },
    runtime: sampleRuntime([exited(a, 0)], [sampleSandbox('SANDBOX_NOTREADY')]),
    plan: ['kill pod'],
  },
  {
    name: 'a sandbox without any container is tried again though the pod never restarts',
    spec: { restartPolicy: 'Never', containers: [a] },
    runtime: sampleRuntime([], [sampleSandbox('SANDBOX_NOTREADY')]),
    plan: ['kill pod', 'sandbox', 'start a'],
  },
  {
    name: 'a failed liveness probe',
    spec: { containers: [a, b] },
    runtime: sampleRuntime([running(a), running(b)]),
    probes: { ...healthy, liveness: (id) => (id === 'a-0' ? 'failure' : 'success') },
    plan: ['kill a: Container a failed liveness probe, will be restarted', 'start a'],
  },
  {
    name: 'a failed startup probe of a container that is not restarted',
    spec: { restartPolicy: 'Never', containers: [a, b] },
    runtime: sampleRuntime([running(a), running(b)]),
    probes: { ...healthy, startup: (id) => (id === 'a-0' ? 'failure' : undefined) },
    plan: ['kill a: Container a failed startup probe'],
  },
  {
    name: 'a changed image',
    spec: { restartPolicy: 'Never', containers: [{ ...a, image: 'j' }, b] },
    runtime: sampleRuntime([running(a), running(b)]),
    plan: ['kill a: Container a definition changed, will be restarted', 'start a'],
  },
  {
    name: 'an unknown container is killed before it is started',
    spec: { containers: [a, b] },
    runtime: sampleRuntime([sampleContainer(a, 'unknown'), running(b)]),
    plan: ['kill a: Container is in "unknown" state, try killing it before restart', 'start a'],
  },
  {
    name: 'the init container runs',
    spec: { initContainers: [init], containers: [a] },
    runtime: sampleRuntime([running(init)]),
    plan: [],
  },
  {
    name: 'the init container is done',
    spec: { initContainers: [init], containers: [a] },
    runtime: sampleRuntime([exited(init, 0)]),
    plan: ['start a'],
  },
  {
    name: 'the init container failed and is tried again',
    spec: { initContainers: [init], containers: [a] },
    runtime: sampleRuntime([exited(init, 1)]),
    plan: ['start init'],
  },
  {
    name: 'the init container failed for good',
    spec: { restartPolicy: 'Never', initContainers: [init], containers: [a] },
    runtime: sampleRuntime([exited(init, 1)]),
    plan: ['kill pod'],
  },
  {
    name: 'after the init container comes the sidecar',
    spec: { initContainers: [init, sidecar], containers: [a] },
    runtime: sampleRuntime([exited(init, 0)]),
    plan: ['start sidecar'],
  },
  {
    name: 'a running sidecar lets the pod begin',
    spec: { initContainers: [sidecar], containers: [a] },
    runtime: sampleRuntime([running(sidecar)]),
    plan: ['start a'],
  },
  {
    name: 'a sidecar that has not started holds the pod',
    spec: { initContainers: [slowSidecar], containers: [a] },
    runtime: sampleRuntime([running(slowSidecar)]),
    plan: [],
  },
  {
    name: 'a dead sidecar comes back beside the running pod',
    spec: { initContainers: [sidecar], containers: [a] },
    runtime: sampleRuntime([exited(sidecar, 1), running(a)]),
    plan: ['start sidecar'],
  },
  {
    name: 'sidecars do not keep a pod alive',
    spec: { restartPolicy: 'Never', initContainers: [sidecar], containers: [a] },
    runtime: sampleRuntime([running(sidecar), exited(a, 0)]),
    plan: ['kill pod'],
  },
  {
    name: 'a lost init container is not run again under a running pod',
    spec: { initContainers: [init], containers: [a] },
    runtime: sampleRuntime([running(a)]),
    plan: [],
  },
  {
    name: 'an ephemeral container is started once',
    spec: { containers: [a], ephemeralContainers: [{ name: 'debug', image: 'i' }] },
    runtime: sampleRuntime([running(a)]),
    plan: ['start debug'],
  },
  {
    name: 'an ephemeral container that ended stays ended',
    spec: { containers: [a], ephemeralContainers: [{ name: 'debug', image: 'i' }] },
    runtime: sampleRuntime([running(a), exited({ name: 'debug' }, 0)]),
    plan: [],
  },
  {
    name: 'rules restart certain exit codes',
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          ...a,
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
        },
        b,
      ],
    },
    runtime: sampleRuntime([exited(a, 42), running(b)]),
    plan: ['start a'],
  },
  {
    name: 'a deleted pod starts nothing',
    spec: { containers: [a, b] },
    runtime: sampleRuntime([exited(a, 1), running(b)]),
    deleted: true,
    plan: [],
  },
];

test('planPod', () => {
  const planned = cases.map(({ name, spec, runtime, probes, deleted }) => {
    const pod = samplePod(spec);
    const subject = deleted
      ? { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
      : pod;
    const plan = planPod(subject, runtime, probes ?? healthy);
    return {
      name,
      plan: [
        ...(plan.killPod ? ['kill pod'] : []),
        ...(plan.createSandbox ? ['sandbox'] : []),
        ...plan.kill.map(({ container, message }) => `kill ${container.name}: ${message}`),
        ...[...plan.ephemeralContainers, ...plan.initContainers, ...plan.containers].map(
          (container) => `start ${container.name}`,
        ),
      ],
    };
  });
  assert.deepEqual(
    planned,
    cases.map(({ name, plan }) => ({ name, plan })),
  );
});
