import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deepFreeze } from '#base/edit.ts';
import { table as apps } from '#kinds/generated/apps-v1.schema.ts';
import { table as core } from '#kinds/generated/core-v1.schema.ts';
import { isConflict, StatusError } from '../errors.ts';
import type { ManagedFieldsEntry } from '../generated/meta-v1.ts';
import type { KubeObject } from '../object.ts';
import { SchemaRegistry } from '../schema/registry.ts';
import { decodeFieldSet, encodeFieldSet } from './field-set.ts';
import { apply, managedAfterUpdate, type Writer } from './managed-fields.ts';

const registry = new SchemaRegistry([apps, core]);
const schema = registry.kind('apps', 'v1', 'Deployment');

function writer(manager: string, time = '2026-01-01T00:00:00Z'): Writer {
  return { manager, apiVersion: 'apps/v1', subresource: '', time };
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

function fields(entries: readonly ManagedFieldsEntry[]): Record<string, string[]> {
  return Object.fromEntries(
    entries.map(({ manager, operation, fieldsV1 }) => [`${manager}/${operation}`, decodeFieldSet(fieldsV1).paths()]),
  );
}

/** One step of a history: the object with its managedFields in place. */
function applied(live: KubeObject | undefined, configuration: KubeObject, manager: string, force = false): KubeObject {
  const { object, managedFields } = apply(live, configuration, writer(manager), force, schema);
  return deepFreeze({ ...object, metadata: { ...(object.metadata as object), managedFields } }) as KubeObject;
}

test('a create by update owns what it brought, as upstream writes it', () => {
  const created = deployment(
    { replicas: 1, template: template({ name: 'web', image: 'a', env: [{ name: 'A', value: '1' }] }) },
    { labels: { app: 'web' } },
  );
  const [entry] = managedAfterUpdate(undefined, created, [], writer('kubectl-create'), schema);
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
  const first = managedAfterUpdate(undefined, before, [], writer('a'), schema);
  const after = deployment({ replicas: 2, paused: true });
  assert.deepEqual(fields(managedAfterUpdate(before, after, first, writer('b'), schema)), {
    'a/Update': ['.spec.paused'],
    'b/Update': ['.spec.replicas'],
  });
});

test('a removed field belongs to nobody', () => {
  const before = deployment({ replicas: 1, paused: true });
  const first = managedAfterUpdate(undefined, before, [], writer('a'), schema);
  const entries = managedAfterUpdate(before, deployment({ replicas: 1 }), first, writer('b'), schema);
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

test('a conflict with an update says the version and the time', () => {
  const live = deployment({ replicas: 3 });
  const managedFields = managedAfterUpdate(undefined, live, [], writer('kubectl-create'), schema);
  const stored = deployment({ replicas: 3 }, { managedFields });
  assert.throws(() => applied(stored, deployment({ replicas: 4 }), 'you'), {
    message:
      'Apply failed with 1 conflict: conflict with "kubectl-create" using apps/v1 at 2026-01-01T00:00:00Z: .spec.replicas',
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

test('field sets survive their encoding', () => {
  const tree = { 'f:a': { '.': {}, 'k:{"name":"x"}': { '.': {}, 'f:b': {} }, 'v:"s"': {} }, 'f:c': {} };
  assert.deepEqual(encodeFieldSet(decodeFieldSet(tree)), tree);
  assert.deepEqual(decodeFieldSet(tree).paths(), ['.a', '.a[name="x"]', '.a[name="x"].b', '.a[="s"]', '.c']);
});
