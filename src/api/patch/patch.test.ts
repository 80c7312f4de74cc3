import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deepFreeze } from '#base/edit.ts';
import { table as core } from '#kinds/generated/core-v1.schema.ts';
import { SchemaRegistry } from '../schema/registry.ts';
import { applyJsonPatch, JsonPatchError, type Operation, parseJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMergePatch } from './strategic-merge.ts';

/** RFC 7386, appendix A. */
const mergeCases: readonly (readonly [original: unknown, patch: unknown, result: unknown])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [['a'], ['c'], ['c']],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

for (const [original, patch, result] of mergeCases) {
  test(`merge patch ${JSON.stringify(original)} with ${JSON.stringify(patch)}`, () => {
    assert.deepEqual(applyMergePatch(deepFreeze(original), patch), result);
  });
}

test('merge patch keeps __proto__ as data', () => {
  const result = applyMergePatch({}, JSON.parse('{"__proto__":{"x":1}}'));
  assert.equal(JSON.stringify(result), '{"__proto__":{"x":1}}');
  assert.equal(({} as { x?: number }).x, undefined);
});

const jsonCases: readonly (readonly [document: unknown, operations: readonly Operation[], result: unknown])[] = [
  [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
  [{}, [{ op: 'copy', from: '/constructor', path: '/a' }], { a: null }],
  [{}, [{ op: 'copy', from: '/__proto__', path: '/a' }], { a: null }],
  [{ a: [1, 2] }, [{ op: 'remove', path: '/a/-1' }], { a: [1] }],
  [{ a: { 'x/y~z': 1 } }, [{ op: 'replace', path: '/a/x~1y~0z', value: 2 }], { a: { 'x/y~z': 2 } }],
  [{ a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
  [
    { a: { b: 1 } },
    [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'replace', path: '/c/b', value: 2 },
    ],
    { a: { b: 1 }, c: { b: 2 } },
  ],
  [{ a: [1, { b: 2 }] }, [{ op: 'test', path: '/a', value: [1, { b: 2 }] }], { a: [1, { b: 2 }] }],
  [{ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  [
    {},
    [
      { op: 'replace', path: '/b', value: 2 },
      { op: 'copy', from: '/c', path: '/d' },
    ],
    { b: 2, d: null },
  ],
];

for (const [document, operations, result] of jsonCases) {
  test(`JSON patch ${JSON.stringify(operations)}`, () => {
    assert.deepEqual(applyJsonPatch(deepFreeze(document), operations), result);
  });
}

const jsonFailures: readonly (readonly [Operation, RegExp])[] = [
  [{ op: 'remove', path: '/nope' }, /error in remove for path: '\/nope': Unable to remove nonexistent key: nope/],
  [{ op: 'replace', path: '/list/5', value: 1 }, /invalid index referenced/],
  [{ op: 'replace', path: '/nope/x', value: 1 }, /replace operation does not apply/],
  [{ op: 'add', path: '/list/5', value: 1 }, /invalid index referenced/],
  [{ op: 'add', path: '/nope/x', value: 1 }, /add operation does not apply: doc is missing path/],
  [{ op: 'test', path: '/list', value: [] }, /testing value \/list failed/],
  [{ op: 'spin', path: '/list' }, /Unexpected kind: spin/],
];

for (const [operation, message] of jsonFailures) {
  test(`JSON patch refuses ${JSON.stringify(operation)}`, () => {
    assert.throws(
      () => applyJsonPatch({ list: [1] }, [operation]),
      (error) => error instanceof JsonPatchError && message.test(error.message),
    );
  });
}

test('JSON patch bounds operations and copies', () => {
  assert.throws(() => parseJsonPatch(Array.from({ length: 10_001 }, () => ({ op: 'test', path: '' }))), RangeError);
  const bomb: Operation[] = [{ op: 'add', path: '/a', value: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }];
  for (let i = 0; i < 40; i++) bomb.push({ op: 'copy', from: '/a', path: '/a/-' });
  assert.throws(() => applyJsonPatch({}, bomb), /exceed the allowed size/);
  // A text is one node however long it is, and costs its length when it is written out.
  const texts = Array.from({ length: 9999 }, (_, i): Operation => ({ op: 'copy', from: '/a', path: `/b${i}` }));
  assert.throws(() => applyJsonPatch({ a: 'x'.repeat(1e6) }, texts), /exceed the allowed size/);
  assert.ok(applyJsonPatch({ a: 'x'.repeat(100) }, texts));
});

const pod = new SchemaRegistry([core]).kind('', 'v1', 'Pod');
assert.ok(pod);

const original = {
  metadata: { name: 'web', labels: { a: '1', b: '2' }, finalizers: ['x', 'y'] },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'web:1',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        args: ['p', 'q'],
      },
      { name: 'side', image: 'side:1' },
    ],
    volumes: [{ name: 'data', emptyDir: {} }],
    tolerations: [{ key: 'k' }],
  },
};

const strategicCases: Readonly<
  Record<string, readonly [patch: object, expected: (draft: typeof original) => unknown]>
> = {
  'a list with a merge key merges by it': [
    {
      spec: {
        containers: [
          {
            name: 'web',
            image: 'web:2',
            env: [
              { name: 'B', value: '3' },
              { name: 'C', value: '4' },
            ],
          },
        ],
      },
    },
    (pod) => {
      Object.assign(pod.spec.containers[0] ?? {}, {
        image: 'web:2',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '3' },
          { name: 'C', value: '4' },
        ],
      });
      return pod;
    },
  ],
  'an element goes with $patch: delete': [
    { spec: { containers: [{ name: 'side', $patch: 'delete' }] } },
    (pod) => {
      pod.spec.containers.pop();
      return pod;
    },
  ],
  'a list without strategy is replaced': [
    { spec: { containers: [{ name: 'web', args: ['r'] }], tolerations: [{ key: 'z' }] } },
    (pod) => {
      Object.assign(pod.spec.containers[0] ?? {}, { args: ['r'] });
      pod.spec.tolerations = [{ key: 'z' }];
      return pod;
    },
  ],
  'primitives merge as a set and leave by directive': [
    { metadata: { finalizers: ['y', 'z'], '$deleteFromPrimitiveList/finalizers': ['x'] } },
    (pod) => {
      pod.metadata.finalizers = ['y', 'z'];
      return pod;
    },
  ],
  'null removes a map entry': [
    { metadata: { labels: { a: null } } },
    (pod) => {
      pod.metadata.labels = { b: '2' } as typeof pod.metadata.labels;
      return pod;
    },
  ],
  '$patch: replace takes the whole map': [
    { metadata: { labels: { $patch: 'replace', c: '3' } } },
    (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { c: '3' } } }),
  ],
  '$retainKeys drops the other members': [
    { spec: { volumes: [{ name: 'data', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] } },
    (pod) => ({ ...pod, spec: { ...pod.spec, volumes: [{ name: 'data', hostPath: { path: '/x' } }] } }),
  ],
  'what is new comes before what only the server has': [
    { spec: { containers: [{ name: 'new', image: 'new:1' }] } },
    (pod) => ({ ...pod, spec: { ...pod.spec, containers: [{ name: 'new', image: 'new:1' }, ...pod.spec.containers] } }),
  ],
  '$setElementOrder orders what it names': [
    {
      spec: {
        '$setElementOrder/containers': [{ name: 'new' }, { name: 'web' }],
        containers: [{ name: 'new', image: 'new:1' }],
      },
    },
    (pod) => ({
      ...pod,
      spec: {
        ...pod.spec,
        containers: [{ name: 'new', image: 'new:1' }, ...pod.spec.containers],
      },
    }),
  ],
};

for (const [name, [patch, expected]] of Object.entries(strategicCases)) {
  test(`strategic merge patch: ${name}`, () => {
    const before = structuredClone(original);
    const result = applyStrategicMergePatch(deepFreeze(structuredClone(original)), { ...patch }, pod);
    assert.deepEqual(result, expected(before));
  });
}

const containersWith = (field: string, list: readonly object[]) => ({
  spec: { containers: [{ name: 'a', [field]: list }] },
});

test('strategic merge patch takes a time that grows with its lists and not with their square', {
  timeout: 20_000,
}, () => {
  const named = Array.from({ length: 30_000 }, (_, i) => ({ name: `e${i}` }));
  const before = containersWith('env', named);
  const reversed = containersWith('env', [...named].reverse());
  assert.deepEqual(applyStrategicMergePatch(before, reversed, pod), reversed);
  const deleting = containersWith(
    'env',
    named.slice(1).map(({ name }) => ({ name, $patch: 'delete' })),
  );
  assert.deepEqual(applyStrategicMergePatch(before, deleting, pod), containersWith('env', named.slice(0, 1)));
});

test('strategic merge patch knows elements by the value of their key: 1 and "1" are two', () => {
  const before = containersWith('ports', [{ containerPort: 1 }]);
  const patch = containersWith('ports', [{ containerPort: '1', name: 'text' }]);
  const both = [{ containerPort: '1', name: 'text' }, { containerPort: 1 }];
  assert.deepEqual(
    new Set((applyStrategicMergePatch(before, patch, pod) as typeof before).spec.containers[0]?.ports as object[]),
    new Set(both),
  );
});

test('strategic merge patch refuses an element without its merge key', () => {
  const patch = { spec: { containers: [{ image: 'x' }] } };
  assert.throws(() => applyStrategicMergePatch(original, patch, pod), {
    message: 'map: map[image:x] does not contain declared merge key: name',
  });
});
