import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineResource } from '#api/definition.ts';
import type { DeleteOptions, ObjectMeta } from '#api/generated/meta-v1.ts';
import { planDeletion } from './deletion.ts';

const plain = defineResource({ group: 'apps', version: 'v1', kind: 'Thing', plural: 'things', scope: 'Namespaced' });
const controllers = defineResource({ ...plain, group: '', plural: 'replicationcontrollers' });
const graceful = defineResource({
  ...plain,
  gracefulDeletion: (_, { gracePeriodSeconds }) => gracePeriodSeconds ?? 30,
});
const namespaces = defineResource({ ...plain, holdsDeletion: () => true });

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const now = '2026-01-01T00:00:00Z';

const plan = (definition: typeof plain, metadata: ObjectMeta, options: DeleteOptions = {}): unknown => {
  const result = planDeletion(definition, { metadata: { name: 'x', uid: 'u', ...metadata } }, options, nowMs);
  if (result.type !== 'mark') return result.type;
  const { name: _name, uid: _uid, ...rest } = result.draft.metadata;
  return rest;
};

test('planDeletion removes, marks or waits as upstream does', () => {
  const marked = { deletionTimestamp: now, deletionGracePeriodSeconds: 0 };
  const inThirty = { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 };
  const table: readonly (readonly [string, unknown, unknown])[] = [
    ['nothing holds it', plan(plain, {}), 'remove'],
    ['a finalizer holds it', plan(plain, { finalizers: ['a'] }), { finalizers: ['a'], ...marked }],
    [
      'generation counts the mark',
      plan(plain, { finalizers: ['a'], generation: 3 }),
      { finalizers: ['a'], generation: 4, ...marked },
    ],
    [
      'marked already',
      plan(plain, { finalizers: ['a'], deletionTimestamp: now, deletionGracePeriodSeconds: 0 }),
      'pending',
    ],
    [
      'foreground',
      plan(plain, {}, { propagationPolicy: 'Foreground' }),
      { finalizers: ['foregroundDeletion'], ...marked },
    ],
    ['orphan', plan(plain, {}, { propagationPolicy: 'Orphan' }), { finalizers: ['orphan'], ...marked }],
    ['the old orphan flag', plan(plain, {}, { orphanDependents: true }), { finalizers: ['orphan'], ...marked }],
    [
      'background takes the finalizer back',
      plan(plain, { finalizers: ['orphan'] }, { propagationPolicy: 'Background' }),
      'remove',
    ],
    ['controllers orphan unless told', plan(controllers, {}), { finalizers: ['orphan'], ...marked }],
    ['controllers, told', plan(controllers, {}, { propagationPolicy: 'Background' }), 'remove'],
    ['grace', plan(graceful, {}), inThirty],
    ['no grace asked', plan(graceful, {}, { gracePeriodSeconds: 0 }), 'remove'],
    ['grace again', plan(graceful, inThirty), 'pending'],
    ['a longer grace', plan(graceful, inThirty, { gracePeriodSeconds: 60 }), 'pending'],
    [
      'a shorter grace',
      plan(graceful, inThirty, { gracePeriodSeconds: 10 }),
      { deletionTimestamp: '2026-01-01T00:00:10Z', deletionGracePeriodSeconds: 10 },
    ],
    ['none after all', plan(graceful, inThirty, { gracePeriodSeconds: 0 }), 'remove'],
    [
      'grace over, finalizers stay',
      plan(graceful, { ...inThirty, finalizers: ['a'] }, { gracePeriodSeconds: 0 }),
      { finalizers: ['a'], ...marked },
    ],
    ['held by the kind', plan(namespaces, {}), marked],
  ];
  for (const [name, actual, expected] of table) assert.deepEqual(actual, expected, name);
});

test('preconditions are checked before anything else', () => {
  assert.throws(() => plan(plain, { resourceVersion: '5' }, { preconditions: { uid: 'v' } }), {
    message:
      'Operation cannot be fulfilled on Thing.apps "x": the UID in the precondition (v) does not match the UID in record (u). The object might have been deleted and then recreated',
  });
  assert.throws(() => plan(plain, { resourceVersion: '5' }, { preconditions: { resourceVersion: '4' } }), {
    message:
      'Operation cannot be fulfilled on Thing.apps "x": the ResourceVersion in the precondition (4) does not match the ResourceVersion in record (5). The object might have been modified',
  });
});
