import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deepFreeze, edit, mutableCopy } from './edit.ts';

interface Sample {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly items: readonly { readonly id: number; readonly tags: readonly string[] }[];
}

const sample: Sample = deepFreeze({
  name: 'a',
  labels: { app: 'x' },
  items: [
    { id: 1, tags: ['p'] },
    { id: 2, tags: ['q'] },
  ],
});

test('edit returns a changed frozen copy and shares what was not touched', () => {
  const next = edit(sample, (draft) => {
    draft.name = 'b';
    const first = draft.items[0];
    assert.ok(first);
    first.tags.push('new');
  });
  assert.deepEqual(next, {
    name: 'b',
    labels: { app: 'x' },
    items: [
      { id: 1, tags: ['p', 'new'] },
      { id: 2, tags: ['q'] },
    ],
  });
  assert.equal(next.labels, sample.labels);
  assert.equal(next.items[1], sample.items[1]);
  assert.ok(Object.isFrozen(next.items[0]?.tags));
  assert.equal(sample.items[0]?.tags.length, 1);
});

test('edit without a change returns the original', () => {
  assert.equal(
    edit(sample, (draft) => {
      void draft.items[0]?.id;
    }),
    sample,
  );
});

test('edit supports array operations that move drafts', () => {
  const next = edit(sample, (draft) => {
    for (const item of draft.items) item.id *= 10;
    draft.items.reverse();
    draft.items = draft.items.filter((item) => item.id !== 10);
  });
  assert.deepEqual(next.items, [{ id: 20, tags: ['q'] }]);
  assert.ok(Object.isFrozen(next.items[0]));
});

test('edit supports delete, spread, sort and splice', () => {
  const next = edit(sample, (draft) => {
    delete draft.labels;
    draft.items.sort((a, b) => b.id - a.id);
    draft.items.splice(0, 1, { id: 9, tags: [] });
  });
  assert.deepEqual(next, {
    name: 'a',
    items: [
      { id: 9, tags: [] },
      { id: 1, tags: ['p'] },
    ],
  });
  const spread = edit(sample, (draft) => {
    draft.labels = { ...draft.labels, tier: 'y' };
    draft.items = [...draft.items, { id: 3, tags: [] }];
  });
  assert.deepEqual(spread.labels, { app: 'x', tier: 'y' });
  assert.equal(spread.items.length, 3);
});

test('__proto__ stays data in copies', () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": true}}') as object;
  assert.equal(JSON.stringify(mutableCopy(hostile)), '{"__proto__":{"polluted":true}}');
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});
