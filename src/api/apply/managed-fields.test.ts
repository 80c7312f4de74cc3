import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deepFreeze } from '#base/edit.ts';
import { table as apps } from '#kinds/generated/apps-v1.schema.ts';
import { table as core } from '#kinds/generated/core-v1.schema.ts';
import { isConflict, StatusError } from '../errors.ts';
import type { ManagedFieldsEntry } from '../generated/meta-v1.ts';
import type { KubeObject } from '../object.ts';
import type { JsonObject } from '../patch/json-tree.ts';
import { SchemaRegistry } from '../schema/registry.ts';
import { type Converting, converting } from './converting.ts';
import { decodeFieldSet, encodeFieldSet } from './field-set.ts';
import { apply, managersAfterUpdate, type Writer } from './managed-fields.ts';
import { readManagers, writeManagers } from './managers.ts';
import { rootPlace } from './place.ts';

const registry = new SchemaRegistry([apps, core]);
const schema = registry.kind('apps', 'v1', 'Deployment');

function writer(manager: string, time = '2026-01-01T00:00:00Z'): Writer {
  return { manager, apiVersion: 'apps/v1', subresource: '', time, owned: (set) => set };
}

function deployment(spec: object, metadata: object = {}): KubeObject {
  return deepFreeze({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', ...metadata },
    spec,
  }) as KubeObject;
}

const template = (...containers: readonly object[]) => ({ metadata: { labels: { app: 'web' } }, spec: { containers } });

function fields(entries: readonly ManagedFieldsEntry[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    entries.map(({ manager, operation, fieldsV1 }) => [
      `${manager}/${operation}`,
      decodeFieldSet(fieldsV1)?.paths() ?? [],
    ]),
  );
}

const place = rootPlace(schema);

function done<T>(work: Converting<T>): T {
  const result = converting(work, () => assert.fail('nobody asked for another version'));
  assert(!(result instanceof Promise));
  return result;
}

function managersOf(entries: readonly ManagedFieldsEntry[]) {
  const managers = readManagers(entries, true);
  assert(typeof managers !== 'string');
  return managers;
}

function managedAfterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  inherited: readonly ManagedFieldsEntry[],
  by: Writer,
): ManagedFieldsEntry[] {
  const old = { object: before ?? {}, place };
  return writeManagers(done(managersAfterUpdate(old, { object: after, place }, managersOf(inherited), by)).values());
}

/** One step of a history: the object with its managedFields in place. */
function applied(live: KubeObject | undefined, configuration: KubeObject, manager: string, force = false): KubeObject {
  const { managedFields = [], ...metadata } = live?.metadata ?? {};
  const empty = (): JsonObject => ({});
  const found = { object: (live ? { ...live, metadata } : {}) as JsonObject, empty, place };
  const work = apply(found, configuration as JsonObject, managersOf(managedFields), writer(manager), force);
  const { object = found.object, managers } = done(work);
  const entries = writeManagers(managers.values());
  return deepFreeze({ ...object, metadata: { ...(object.metadata as object), managedFields: entries } }) as KubeObject;
}

test('a create by update owns what it brought, as upstream writes it', () => {
  const created = deployment(
    { replicas: 1, template: template({ name: 'web', image: 'a', env: [{ name: 'A', value: '1' }] }) },
    { labels: { app: 'web' } },
  );
  const [entry] = managedAfterUpdate(undefined, created, [], writer('kubectl-create'));
  assert.deepEqual(entry?.fieldsV1, {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
    'f:spec': {
      'f:replicas': {},
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"web"}': {
              '.': {},
              'f:env': { '.': {}, 'k:{"name":"A"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
              'f:image': {},
              'f:name': {},
            },
          },
        },
      },
    },
  });
});

test('an update takes the fields it changes from whoever had them', () => {
  const before = deployment({ replicas: 1, paused: true });
  const first = managedAfterUpdate(undefined, before, [], writer('a'));
  const after = deployment({ replicas: 2, paused: true });
  assert.deepEqual(fields(managedAfterUpdate(before, after, first, writer('b'))), {
    'a/Update': ['.spec.paused'],
    'b/Update': ['.spec.replicas'],
  });
});

test('a removed field belongs to nobody', () => {
  const before = deployment({ replicas: 1, paused: true });
  const first = managedAfterUpdate(undefined, before, [], writer('a'));
  const entries = managedAfterUpdate(before, deployment({ replicas: 1 }), first, writer('b'));
  assert.deepEqual(fields(entries), { 'a/Update': ['.spec.replicas'] });
});

test('an apply that states less removes what only it had', () => {
  const one = applied(
    undefined,
    deployment({ replicas: 3, template: template({ name: 'a', image: 'a' }, { name: 'b', image: 'b' }) }),
    'me',
  );
  const two = applied(one, deployment({ template: template({ name: 'b', image: 'b2' }) }), 'me');
  assert.deepEqual((two as { spec?: unknown }).spec, { template: template({ name: 'b', image: 'b2' }) });
});

test('what another applier states stays', () => {
  const one = applied(undefined, deployment({ replicas: 3 }), 'me');
  const both = applied(one, deployment({ replicas: 3 }), 'you');
  const left = applied(both, deployment({}), 'me');
  assert.deepEqual((left as { spec?: unknown }).spec, { replicas: 3 });
  assert.deepEqual(fields(left.metadata?.managedFields ?? []), {
    'me/Apply': ['.spec'],
    'you/Apply': ['.spec.replicas'],
  });
});

test('a change of what another has is a conflict, and force takes it', () => {
  const one = applied(undefined, deployment({ replicas: 3 }), 'me');
  assert.throws(
    () => applied(one, deployment({ replicas: 4 }), 'you'),
    (error) =>
      isConflict(error) &&
      error instanceof StatusError &&
      error.message === 'Apply failed with 1 conflict: conflict with "me": .spec.replicas' &&
      error.status.details?.causes?.[0]?.field === '.spec.replicas',
  );
  const forced = applied(one, deployment({ replicas: 4 }), 'you', true);
  assert.deepEqual(fields(forced.metadata?.managedFields ?? []), { 'you/Apply': ['.spec.replicas'] });
});

test('a conflict with an update says the version', () => {
  const live = deployment({ replicas: 3 });
  const managedFields = managedAfterUpdate(undefined, live, [], writer('kubectl-create'));
  const stored = deployment({ replicas: 3 }, { managedFields });
  assert.throws(() => applied(stored, deployment({ replicas: 4 }), 'you'), {
    message: 'Apply failed with 1 conflict: conflict with "kubectl-create" using apps/v1: .spec.replicas',
  });
});

test('list elements are known by all their keys, with declared defaults', () => {
  const ports = (...list: readonly object[]) =>
    deployment({ template: template({ name: 'web', image: 'a', ports: list }) });
  const one = applied(undefined, ports({ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }), 'me');
  const two = applied(one, ports({ containerPort: 80, protocol: 'TCP', name: 'http' }), 'me');
  const spec = (two as { spec?: { template: { spec: { containers: { ports: unknown }[] } } } }).spec;
  assert.deepEqual(spec?.template.spec.containers[0]?.ports, [{ containerPort: 80, protocol: 'TCP', name: 'http' }]);
});

test('field sets survive their encoding; paths come before what is below them, numbers by their size', () => {
  const tree = {
    'f:a': { '.': {}, 'k:{"name":"x"}': { '.': {}, 'f:b': {} }, 'v:"s"': {} },
    'f:c': {},
    'f:n': { 'v:9': {}, 'v:10': {} },
  };
  const set = decodeFieldSet(tree);
  assert(set);
  assert.deepEqual(encodeFieldSet(set), tree);
  assert.deepEqual(set.paths(), ['.a', '.c', '.a[name="x"]', '.a[="s"]', '.a[name="x"].b', '.n[=9]', '.n[=10]']);
});

test('what is no field set is told apart from one', () => {
  for (const tree of ['text', [], { 'f:a': 5 }, { nonsense: {} }, { 'k:x': {} }, { 'v:': {} }, { 'i:x': {} }]) {
    assert.equal(decodeFieldSet(tree), undefined, JSON.stringify(tree));
  }
  assert.deepEqual(decodeFieldSet({ 'x:new': {}, 'f:a': {} })?.paths(), ['.a']);
});

test('decodeFieldSet does not keep sets whose names are long', () => {
  const read = (name: string): boolean => {
    const tree = deepFreeze({ [`f:${name}`]: {} });
    const [first, again] = [tree, tree].map(decodeFieldSet);
    return first === again;
  };
  assert.equal(read('spec'), true);
  assert.equal(read('k'.repeat(3_000_000)), false);
});
