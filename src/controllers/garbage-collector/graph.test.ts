import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineResource } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import { DependencyGraph } from './graph.ts';

const Parents = defineResource({
  group: 'apps',
  version: 'v1',
  kind: 'Parent',
  plural: 'parents',
  scope: 'Namespaced',
});
const Children = defineResource({ group: '', version: 'v1', kind: 'Child', plural: 'children', scope: 'Namespaced' });

function parent(uid: string, changes: Partial<NonNullable<KubeObject['metadata']>> = {}): KubeObject {
  return { metadata: { name: uid, namespace: 'a', uid, ...changes } };
}

function child(
  uid: string,
  owners: readonly string[],
  changes: { namespace?: string; blocking?: boolean } = {},
): KubeObject {
  const { namespace = 'a', blocking = false } = changes;
  const ownerReferences = owners.map((owner) => ({
    apiVersion: 'apps/v1',
    kind: 'Parent',
    name: owner,
    uid: owner,
    blockOwnerDeletion: blocking,
  }));
  return { metadata: { name: uid, namespace, uid, ownerReferences } };
}

const foreground = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] };

test('a dependent is examined when it is seen before its owner, and not again when the owner comes', () => {
  const graph = new DependencyGraph();
  assert.deepEqual(graph.observe(Children, child('c', ['p'])), ['c']);
  assert.deepEqual(graph.observe(Parents, parent('p')), []);
  assert.deepEqual(graph.observe(Children, child('d', ['p'])), []);
});

test('the removal of an owner names its dependents', () => {
  const graph = new DependencyGraph();
  graph.observe(Parents, parent('p'));
  graph.observe(Children, child('c', ['p']));
  graph.observe(Children, child('d', ['p', 'q']));
  assert.deepEqual(graph.remove('p'), ['c', 'd']);
  assert.deepEqual(graph.remove('p'), []);
});

test('an owner of another namespace or name is not meant', () => {
  const graph = new DependencyGraph();
  graph.observe(Parents, parent('p'));
  assert.deepEqual(graph.observe(Children, child('c', ['p'], { namespace: 'b' })), ['c']);
  const late = new DependencyGraph();
  late.observe(Children, child('c', ['p'], { namespace: 'b' }));
  assert.deepEqual(late.observe(Parents, parent('p')), ['c']);
});

test('foreground deletion examines the owner and its dependents; each that goes examines the owner again', () => {
  const graph = new DependencyGraph();
  graph.observe(Parents, parent('p'));
  graph.observe(Children, child('c', ['p'], { blocking: true }));
  assert.deepEqual(graph.observe(Parents, parent('p', foreground)), ['p', 'c']);
  assert.deepEqual(graph.observe(Parents, parent('p', { ...foreground, labels: {} })), []);
  assert.deepEqual(graph.observe(Children, child('late', ['p'])), ['late']);
  assert.deepEqual(graph.remove('c'), ['p']);
});

test('a reference that no longer blocks, or is gone, examines the owner', () => {
  const graph = new DependencyGraph();
  graph.observe(Parents, parent('p'));
  graph.observe(Children, child('c', ['p'], { blocking: true }));
  assert.deepEqual(graph.observe(Children, child('c', ['p'])), ['p']);
  graph.observe(Children, child('c', ['p'], { blocking: true }));
  assert.deepEqual(graph.observe(Children, child('c', [])), ['p']);
  assert.deepEqual(graph.remove('p'), []);
});
