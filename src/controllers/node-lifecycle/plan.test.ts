import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Taint } from '#kinds/generated/core-v1.ts';
import { conditionsOfSilence, type EvictionState, evictionRate, taintsOf, zoneState } from './plan.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');

function node(
  conditions: Readonly<Record<string, string>>,
  taints: readonly string[] = [],
  unschedulable?: boolean,
): Node {
  return {
    metadata: { name: 'n', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { taints: taints.map(taint), unschedulable },
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  };
}

/** 'not-ready:NoExecute'; keys without a domain are ours. */
function taint(text: string): Taint {
  const [key = '', effect] = text.split(':');
  return { key: key.includes('/') ? key : `node.kubernetes.io/${key}`, effect: effect as Taint['effect'] };
}

const taints: readonly {
  readonly name: string;
  readonly node: Node;
  readonly eviction?: EvictionState;
  /** Undefined when nothing has to be written. */
  readonly expected: readonly string[] | undefined;
}[] = [
  { name: 'a healthy node has none', node: node({ Ready: 'True' }), expected: undefined },
  {
    name: 'not ready, eviction allowed',
    node: node({ Ready: 'False' }, ['example.com/own:NoSchedule']),
    expected: ['example.com/own:NoSchedule', 'not-ready:NoSchedule', 'not-ready:NoExecute'],
  },
  {
    name: 'unknown, eviction held',
    node: node({ Ready: 'Unknown' }),
    eviction: 'held',
    expected: ['unreachable:NoSchedule'],
  },
  {
    name: 'the reason changes although eviction is held',
    node: node({ Ready: 'Unknown' }, ['not-ready:NoSchedule', 'not-ready:NoExecute']),
    eviction: 'held',
    expected: ['unreachable:NoSchedule', 'unreachable:NoExecute'],
  },
  {
    name: 'eviction suspended takes NoExecute away',
    node: node({ Ready: 'Unknown' }, ['unreachable:NoSchedule', 'unreachable:NoExecute']),
    eviction: 'suspended',
    expected: ['unreachable:NoSchedule'],
  },
  {
    name: 'ready again',
    node: node({ Ready: 'True', MemoryPressure: 'False' }, [
      'not-ready:NoSchedule',
      'not-ready:NoExecute',
      'memory-pressure:NoSchedule',
    ]),
    expected: [],
  },
  {
    name: 'pressure and cordon',
    node: node({ Ready: 'True', DiskPressure: 'True' }, [], true),
    expected: ['disk-pressure:NoSchedule', 'unschedulable:NoSchedule'],
  },
  {
    name: 'a NoExecute taint of an administrator stays',
    node: node({ Ready: 'True' }, ['maintenance:NoExecute']),
    expected: undefined,
  },
];

for (const { name, node: of, eviction = 'allowed', expected } of taints) {
  test(`taintsOf: ${name}`, () => {
    const found = taintsOf(of, eviction, nowMs)?.map(({ key, effect }) => `${key}:${effect}`);
    assert.deepEqual(
      found,
      expected?.map(taint).map(({ key, effect }) => `${key}:${effect}`),
    );
  });
}

test('conditionsOfSilence: known ones become Unknown, missing ones were never posted, and it happens once', () => {
  const conditions = conditionsOfSilence(node({ Ready: 'True', NetworkUnavailable: 'False' }), nowMs);
  assert.deepEqual(
    conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    [
      'Ready Unknown NodeStatusUnknown',
      'NetworkUnavailable False undefined',
      'MemoryPressure Unknown NodeStatusNeverUpdated',
      'DiskPressure Unknown NodeStatusNeverUpdated',
      'PIDPressure Unknown NodeStatusNeverUpdated',
    ],
  );
  assert.equal(conditionsOfSilence({ ...node({}), status: { conditions } }, nowMs), undefined);
});

test('zoneState and evictionRate', () => {
  assert.deepEqual(
    [zoneState(3, 0), zoneState(0, 1), zoneState(1, 2), zoneState(2, 3), zoneState(0, 0)],
    ['Normal', 'FullDisruption', 'Normal', 'PartialDisruption', 'Normal'],
  );
  assert.deepEqual(
    [evictionRate('Normal', 5), evictionRate('PartialDisruption', 50), evictionRate('PartialDisruption', 51)],
    [0.1, 0, 0.01],
  );
});
