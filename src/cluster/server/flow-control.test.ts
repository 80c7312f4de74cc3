import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';
import { planDangling, planMaintenance } from './flow-control.ts';

const wanted = level('workload-low', 100);

function level(name: string, shares: number, generation?: number, autoupdate?: string): PriorityLevelConfiguration {
  return {
    metadata: {
      name,
      ...(generation === undefined ? {} : { generation }),
      ...(autoupdate === undefined ? {} : { annotations: { 'apf.kubernetes.io/autoupdate-spec': autoupdate } }),
    },
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: shares, limitResponse: { type: 'Reject' } } },
  };
}

const cases: Readonly<
  Record<string, readonly [PriorityLevelConfiguration | undefined, PriorityLevelConfiguration | undefined, unknown]>
> = {
  'one that is missing is created': [undefined, wanted, 'create 100 undefined'],
  'one that is as it should be is left alone': [level('workload-low', 100, 1, 'true'), wanted, 'none'],
  'a changed one gets its specification back': [level('workload-low', 7, 2, 'true'), wanted, 'update 100 true'],
  'its owner may turn that off': [level('workload-low', 7, 2, 'false'), wanted, 'none'],
  'without the annotation an untouched one is ours': [level('workload-low', 7, 1), wanted, 'update 100 true'],
  'without the annotation a touched one is theirs': [level('workload-low', 7, 2), wanted, 'update 7 false'],
  'a mandatory one is ours whatever it says': [
    level('catch-all', 7, 2, 'false'),
    level('catch-all', 5),
    'update 5 true',
  ],
  'one of an earlier release is deleted': [level('workload-medium', 7, 1, 'true'), undefined, 'delete'],
  'one of an earlier release that its owner keeps': [level('workload-medium', 7, 1, 'false'), undefined, 'none'],
  'what others made is theirs': [level('mine', 7, 1), undefined, 'none'],
};

for (const [name, [present, bootstrap, expected]] of Object.entries(cases)) {
  test(name, () => {
    const plan = planMaintenance(present, bootstrap);
    const object = 'object' in plan ? plan.object : undefined;
    const words = object
      ? [
          object.spec?.limited?.nominalConcurrencyShares,
          object.metadata?.annotations?.['apf.kubernetes.io/autoupdate-spec'],
        ]
      : [];
    assert.equal([plan.action, ...words.map(String)].join(' '), expected);
  });
}

test('a flow schema says whether its level exists, once', () => {
  const schema = { metadata: { name: 's' }, spec: { priorityLevelConfiguration: { name: 'nowhere' } } };
  const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) };
  const condition = planDangling(schema, false, clock);
  assert.deepEqual(condition, {
    type: 'Dangling',
    status: 'True',
    lastTransitionTime: '2026-01-02T03:04:05Z',
    reason: 'NotFound',
    message:
      'This FlowSchema references the PriorityLevelConfiguration object named "nowhere" but there is no such object',
  });
  const said = { ...schema, status: { conditions: [condition ?? {}] } };
  assert.equal(planDangling(said, false, clock), undefined);
  assert.equal(planDangling(said, true, clock)?.reason, 'Found');
});
