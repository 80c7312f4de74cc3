import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { type Action, type OwnerState, planByOwners, planDeletion } from './plan.ts';

const deleted = '2026-01-01T00:00:00Z';

function item(finalizers: readonly string[], deletionTimestamp?: string): KubeObject {
  return { metadata: { uid: 'x', finalizers, ...(deletionTimestamp ? { deletionTimestamp } : {}) } };
}

function dependent(uid: string, blockOwnerDeletion: boolean, waiting = false): KubeObject {
  const ownerReferences = [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', blockOwnerDeletion }];
  const state = waiting ? { deletionTimestamp: deleted, finalizers: ['foregroundDeletion'] } : {};
  return { metadata: { uid, ownerReferences, ...state } };
}

const blocking = dependent('b', true);

const deletions: readonly {
  readonly name: string;
  readonly object: KubeObject;
  readonly dependents?: readonly KubeObject[];
  readonly expected: Action | undefined;
}[] = [
  { name: 'lives without owners', object: item([]), expected: { type: 'none' } },
  { name: 'deleted in the background', object: item(['other'], deleted), expected: { type: 'none' } },
  { name: 'deleted with orphan', object: item(['orphan'], deleted), expected: { type: 'orphan-dependents' } },
  {
    name: 'deleted in the foreground, nothing blocks',
    object: item(['foregroundDeletion'], deleted),
    dependents: [dependent('a', false)],
    expected: { type: 'finish', finalizer: 'foregroundDeletion' },
  },
  {
    name: 'deleted in the foreground, waits for those that block',
    object: item(['foregroundDeletion'], deleted),
    dependents: [dependent('a', false), blocking, dependent('c', true, true)],
    expected: { type: 'await', dependents: [blocking] },
  },
];

for (const { name, object, dependents = [], expected } of deletions) {
  test(`planDeletion: ${name}`, () => assert.deepEqual(planDeletion(object, dependents), expected));
}

const owned: readonly {
  readonly name: string;
  readonly states: Readonly<Record<string, OwnerState>>;
  readonly finalizers?: readonly string[];
  readonly dependents?: readonly KubeObject[];
  readonly expected: Action;
}[] = [
  { name: 'a solid owner', states: { p: 'solid' }, expected: { type: 'none' } },
  {
    name: 'a solid owner and others',
    states: { p: 'solid', q: 'absent', r: 'waiting' },
    expected: { type: 'trim', owners: ['q', 'r'] },
  },
  {
    name: 'no owner left',
    states: { p: 'absent' },
    expected: { type: 'delete', policy: 'Background', unblock: false },
  },
  {
    name: 'no owner left, wants its dependents orphaned',
    states: { p: 'absent' },
    finalizers: ['orphan'],
    expected: { type: 'delete', policy: 'Orphan', unblock: false },
  },
  {
    name: 'an owner waits, no dependents of its own',
    states: { p: 'waiting', q: 'absent' },
    expected: { type: 'delete', policy: 'Background', unblock: false },
  },
  {
    name: 'an owner waits, dependents of its own',
    states: { p: 'waiting' },
    dependents: [blocking],
    expected: { type: 'delete', policy: 'Foreground', unblock: false },
  },
  {
    name: 'a circle of waiting objects is broken',
    states: { p: 'waiting' },
    dependents: [dependent('c', true, true)],
    expected: { type: 'delete', policy: 'Foreground', unblock: true },
  },
];

for (const { name, states, finalizers = [], dependents = [], expected } of owned) {
  test(`planByOwners: ${name}`, () => {
    const ownerReferences = Object.keys(states).map((uid) => ({ apiVersion: 'v1', kind: 'P', name: uid, uid }));
    const object: KubeObject = { metadata: { uid: 'x', finalizers, ownerReferences } };
    assert.deepEqual(
      planByOwners(object, ({ uid }) => states[uid] ?? 'solid', dependents),
      expected,
    );
  });
}
