import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CriError, type CriRuntime, type RuntimeContainerStatus, type RuntimeEvent } from '#kubelet/cri/runtime.ts';
import type { GrpcService } from './cri-client.ts';
import { decodeTaskExit, runtimeEvents } from './cri-events.ts';

function taskExit(containerId: string, processId: string): Uint8Array {
  const field = (number: number, text: string) =>
    Buffer.concat([Buffer.from([(number << 3) | 2, text.length]), Buffer.from(text)]);
  // pid (field 3) follows, as containerd writes it.
  return Buffer.concat([field(1, containerId), field(2, processId), Buffer.from([0x18, 0x2a])]);
}

test('decodeTaskExit', () => {
  assert.deepEqual(decodeTaskExit(taskExit('c1', 'exec-7')), { containerId: 'c1', processId: 'exec-7' });
  assert.deepEqual(decodeTaskExit(new Uint8Array()), { containerId: '', processId: '' });
});

function service(messages: Readonly<Record<string, readonly object[] | CriError>>): GrpcService {
  return {
    call: () => Promise.reject(new Error('not called')),
    async *stream(method) {
      const answer = messages[method] ?? [];
      if (answer instanceof CriError) throw answer;
      yield* answer;
    },
  };
}

async function collect(
  events: AsyncIterable<RuntimeEvent>,
): Promise<{ readonly seen: RuntimeEvent[]; readonly end: unknown }> {
  const seen: RuntimeEvent[] = [];
  try {
    for await (const event of events) seen.push(event);
    return { seen, end: undefined };
  } catch (end) {
    return { seen, end };
  }
}

test('events of CRI; the end of the stream is a failure', async () => {
  const cri = service({
    GetContainerEvents: [
      {
        containerId: 'c1',
        containerEventType: 'CONTAINER_STOPPED_EVENT',
        podSandboxStatus: { metadata: { uid: 'u1' } },
      },
    ],
  });
  const { seen, end } = await collect(runtimeEvents({} as CriRuntime, cri, service({}), new AbortController().signal));
  assert.deepEqual(seen, [{ type: 'stopped', containerId: 'c1', podUid: 'u1' }]);
  assert.ok(end instanceof CriError);
});

test("containerd's own events: an exit is held back until the CRI shows it; the end of an exec is none", async () => {
  const states = ['CONTAINER_RUNNING', 'CONTAINER_RUNNING', 'CONTAINER_EXITED'];
  let asked = 0;
  const runtime = {
    containerStatus: async (id: string) => {
      assert.equal(id, 'c1');
      return { state: states[asked++], labels: { 'io.kubernetes.pod.uid': 'u1' } } as unknown as RuntimeContainerStatus;
    },
  } as unknown as CriRuntime;
  const cri = service({ GetContainerEvents: new CriError('Unimplemented', 'unknown method') });
  const containerd = service({
    Subscribe: [
      { topic: '/tasks/exit', event: { value: taskExit('c1', 'exec-1') } },
      { topic: '/tasks/exit', event: { value: taskExit('c1', 'c1') } },
    ],
  });
  const { seen } = await collect(runtimeEvents(runtime, cri, containerd, new AbortController().signal));
  assert.deepEqual(seen, [{ type: 'stopped', containerId: 'c1', podUid: 'u1' }]);
  assert.equal(asked, 3);
});
