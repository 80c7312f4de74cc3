/**
 * The FlowSchemas and PriorityLevelConfigurations that a server cannot be without (apiserver apis/flowcontrol/bootstrap): what nothing else
 * takes, and what must never wait.
 */

import type {
  FlowSchema,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
} from '#kinds/generated/flowcontrol-v1.ts';

const everything = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
} as const;

export const mandatorySchemas: readonly FlowSchema[] = [
  schema('exempt', 1, { ...everything, subjects: [{ kind: 'Group', group: { name: 'system:masters' } }] }),
  schema('catch-all', 10_000, {
    ...everything,
    subjects: [
      { kind: 'Group', group: { name: 'system:unauthenticated' } },
      { kind: 'Group', group: { name: 'system:authenticated' } },
    ],
  }),
];

export const mandatoryLevels: readonly PriorityLevelConfiguration[] = [
  {
    metadata: { name: 'exempt' },
    spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  },
  {
    metadata: { name: 'catch-all' },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
    },
  },
];

function schema(name: string, matchingPrecedence: number, rule: PolicyRulesWithSubjects): FlowSchema {
  return {
    metadata: { name },
    spec: {
      matchingPrecedence,
      priorityLevelConfiguration: { name },
      distinguisherMethod: { type: 'ByUser' },
      rules: [rule],
    },
  };
}
