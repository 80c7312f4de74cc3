import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectiveGraceSeconds, nextState, type PodState, type PodStateFacts } from './state.ts';

const nothing: PodStateFacts = { deletionRequested: false, gone: false, over: false, stopped: false, cleanedUp: false };

const cases: readonly (readonly [PodState, Partial<PodStateFacts>, PodState])[] = [
  ['syncing', {}, 'syncing'],
  ['syncing', { deletionRequested: true }, 'terminating'],
  ['syncing', { gone: true }, 'terminating'],
  ['syncing', { over: true }, 'terminating'],
  ['terminating', {}, 'terminating'],
  ['terminating', { gone: true }, 'terminating'],
  ['terminating', { stopped: true }, 'terminated'],
  ['terminated', { stopped: true }, 'terminated'],
  ['terminated', { stopped: true, cleanedUp: true }, 'finished'],
  ['finished', { over: true, stopped: true, cleanedUp: true }, 'finished'],
  ['finished', { gone: true }, 'removed'],
  ['removed', {}, 'removed'],
];

test('a pod goes through its states in one direction', () => {
  assert.deepEqual(
    cases.map(([state, facts]) => [state, facts, nextState(state, { ...nothing, ...facts })]),
    cases,
  );
});

const graces: readonly {
  readonly name: string;
  readonly given: Parameters<typeof effectiveGraceSeconds>;
  readonly seconds: number;
}[] = [
  { name: 'the pod alone', given: [undefined, undefined, undefined, 30], seconds: 30 },
  { name: 'the API server says', given: [undefined, 10, undefined, 30], seconds: 10 },
  { name: 'longer than the pod wants, as the API server says', given: [undefined, 60, undefined, 30], seconds: 60 },
  { name: 'it gets shorter', given: [10, 5, undefined, 30], seconds: 5 },
  { name: 'it never gets longer', given: [5, 60, undefined, 30], seconds: 5 },
  { name: 'the kubelet is in a hurry', given: [undefined, 30, 2, 30], seconds: 2 },
  { name: 'at least a second', given: [undefined, 0, undefined, 30], seconds: 1 },
];

test('effectiveGraceSeconds', () => {
  assert.deepEqual(
    graces.map(({ name, given }) => ({ name, given, seconds: effectiveGraceSeconds(...given) })),
    graces,
  );
});
