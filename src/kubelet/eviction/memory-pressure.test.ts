import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodePod } from '../pod/node-pod.ts';
import { samplePod } from '../pod/pod-samples.ts';
import { memoryMessage, memoryVictim } from './memory-pressure.ts';

const mebibyte = 1 << 20;

function pod(name: string, request: string, priority: number): NodePod {
  const sample = samplePod({ priority, containers: [{ name: 'c', resources: { requests: { memory: request } } }] });
  return { ...sample, metadata: { ...sample.metadata, name, uid: name } };
}

const modest = pod('modest', '1Gi', 0);
const greedy = pod('greedy', '10Mi', 0);
const greedier = pod('greedier', '10Mi', 0);
const important = pod('important', '10Mi', 1000);
const critical = pod('critical', '1Mi', 2_000_000_000);
const usage = new Map(
  [modest, greedy, greedier, important, critical].map(({ metadata: { uid } }, index) => [
    uid,
    new Map([['c', (index + 1) * 100 * mebibyte]]),
  ]),
);

const cases: readonly (readonly [readonly NodePod[], string | undefined])[] = [
  [[modest, greedy, greedier, important, critical], 'greedier'],
  [[modest, important], 'important'],
  [[modest, critical], 'modest'],
  [[critical], undefined],
];

test('memoryVictim: beyond its request, then least important, then greediest', () => {
  assert.deepEqual(
    cases.map(([pods]) => memoryVictim(pods, usage)?.metadata.name),
    cases.map(([, name]) => name),
  );
});

test('memoryMessage', () => {
  assert.equal(
    memoryMessage(greedy, usage, 50 * mebibyte),
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. Container c was using 204800Ki, request is 10Mi, has larger consumption of memory. ',
  );
});
