import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, NodeSelectorTerm, PodSpec } from '#kinds/generated/core-v1.ts';
import { selectsNode } from './node-selection.ts';

const node: Node = { metadata: { name: 'n1', labels: { os: 'linux', disk: 'ssd', cores: '8' } } };

function requires(...nodeSelectorTerms: readonly NodeSelectorTerm[]): PodSpec {
  return {
    containers: [],
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  };
}

const expression = (
  key: string,
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt',
  ...values: readonly string[]
) => ({
  matchExpressions: [{ key, operator, values }],
});

const cases: readonly (readonly [name: string, spec: PodSpec, expected: boolean])[] = [
  ['no wishes', { containers: [] }, true],
  ['nodeSelector', { containers: [], nodeSelector: { os: 'linux' } }, true],
  ['nodeSelector of another', { containers: [], nodeSelector: { os: 'linux', disk: 'hdd' } }, false],
  ['In', requires(expression('disk', 'In', 'hdd', 'ssd')), true],
  ['NotIn of a missing label', requires(expression('gpu', 'NotIn', 'old')), true],
  ['Exists', requires(expression('gpu', 'Exists')), false],
  ['DoesNotExist', requires(expression('gpu', 'DoesNotExist')), true],
  ['Gt', requires(expression('cores', 'Gt', '4')), true],
  ['Lt', requires(expression('cores', 'Lt', '8')), false],
  ['Gt of no number', requires(expression('disk', 'Gt', '4')), false],
  ['by name', requires({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }), true],
  ['terms are alternatives', requires(expression('gpu', 'Exists'), expression('os', 'Exists')), true],
  ['an empty term matches nothing', requires({}), false],
];

for (const [name, spec, expected] of cases) {
  test(`selectsNode: ${name}`, () => assert.equal(selectsNode(spec, node), expected));
}
