import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '#kinds/generated/core-v1.ts';
import { namedNodes, nodeSelector, preferredNodes, requiredNodes } from './node-selector.ts';

const node = (labels: Record<string, string>, name = 'n1'): Node => ({ metadata: { name, labels } });
const expression = (key: string, operator: NodeSelectorRequirement['operator'], ...values: string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }],
});
const field = (operator: 'In' | 'NotIn', ...values: string[]): NodeSelectorTerm => ({
  matchFields: [{ key: 'metadata.name', operator, values }],
});

test('nodeSelector matches as upstream', () => {
  const cases: readonly [terms: NodeSelectorTerm[], labels: Record<string, string>, expected: boolean][] = [
    [[], {}, false],
    [[{}], {}, false],
    [[expression('disk', 'In', 'ssd', 'nvme')], { disk: 'nvme' }, true],
    [[expression('disk', 'In', 'ssd')], {}, false],
    [[expression('disk', 'NotIn', 'ssd')], {}, true],
    [[expression('disk', 'NotIn', 'ssd')], { disk: 'ssd' }, false],
    [[expression('disk', 'Exists')], { disk: '' }, true],
    [[expression('disk', 'DoesNotExist')], { disk: '' }, false],
    [[expression('cores', 'Gt', '8')], { cores: '16' }, true],
    [[expression('cores', 'Gt', '8')], { cores: '8' }, false],
    [[expression('cores', 'Lt', '8')], { cores: '-1' }, true],
    [[expression('cores', 'Lt', '8')], { cores: 'many' }, false],
    [[expression('constructor', 'Exists')], {}, false],
    [[expression('a', 'Exists'), expression('b', 'Exists')], { b: '' }, true],
    [[{ ...expression('a', 'Exists'), ...field('In', 'n1') }], { a: '' }, true],
    [[{ ...expression('a', 'Exists'), ...field('NotIn', 'n1') }], { a: '' }, false],
    [[field('In', 'n1', 'n2')], {}, false],
  ];
  for (const [nodeSelectorTerms, labels, expected] of cases) {
    assert.equal(
      nodeSelector({ nodeSelectorTerms }).matches(node(labels)),
      expected,
      JSON.stringify(nodeSelectorTerms),
    );
  }
});

const affinityPod = (terms: NodeSelectorTerm[], selector?: Record<string, string>): Pod => ({
  spec: {
    containers: [],
    ...(selector ? { nodeSelector: selector } : {}),
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  },
});

test('requiredNodes wants nodeSelector and affinity', () => {
  const pod = affinityPod([expression('disk', 'In', 'ssd')], { zone: 'a' });
  const matches = requiredNodes(pod)?.matches;
  assert.ok(matches);
  assert.deepEqual(
    [{ zone: 'a', disk: 'ssd' }, { zone: 'b', disk: 'ssd' }, { zone: 'a' }].map((labels) => matches(node(labels))),
    [true, false, false],
  );
  assert.equal(requiredNodes({ spec: { containers: [], nodeSelector: {} } }), undefined);
});

test('keys differ when matchers do', () => {
  const keys = [
    affinityPod([expression('a', 'In', 'x')]),
    affinityPod([expression('a', 'NotIn', 'x')]),
    affinityPod([expression('a', 'In', 'x'), expression('b', 'Exists')]),
    affinityPod([
      {
        matchExpressions: [
          ...expression('a', 'In', 'x').matchExpressions,
          ...expression('b', 'Exists').matchExpressions,
        ],
      },
    ]),
    affinityPod([field('In', 'x')]),
    affinityPod([], { a: 'x' }),
  ].map((pod) => requiredNodes(pod)?.key);
  assert.equal(new Set(keys).size, keys.length);
});

test('namedNodes knows the only nodes that can match', () => {
  const cases: readonly [terms: NodeSelectorTerm[], expected: string[] | undefined][] = [
    [[], undefined],
    [[expression('a', 'Exists')], undefined],
    [[field('In', 'x')], ['x']],
    [
      [field('In', 'x'), field('In', 'y')],
      ['x', 'y'],
    ],
    [[field('In', 'x'), expression('a', 'Exists')], undefined],
    [[field('NotIn', 'x')], undefined],
    [[{ matchFields: [...(field('In', 'x').matchFields ?? []), ...(field('In', 'y').matchFields ?? [])] }], []],
  ];
  for (const [terms, expected] of cases) {
    const names = namedNodes(affinityPod(terms));
    assert.deepEqual(names && [...names], expected, JSON.stringify(terms));
  }
});

test('preferredNodes sums the weights of the terms that match', () => {
  const preferred = preferredNodes({
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 10, preference: expression('a', 'Exists') },
      { weight: 5, preference: expression('b', 'Exists') },
      { weight: 100, preference: {} },
    ],
  });
  assert.deepEqual(
    [{}, { a: '' }, { a: '', b: '' }].map((labels) => preferred?.weight(node(labels))),
    [0, 10, 15],
  );
  assert.equal(preferredNodes({}), undefined);
});
