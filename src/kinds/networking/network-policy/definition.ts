import { defineResource } from '#api/definition.ts';
import type { NetworkPolicy } from '#kinds/generated/networking-v1.ts';
import { networkPolicyColumns } from './columns.ts';
import { defaultNetworkPolicy } from './defaults.ts';
import { validateNetworkPolicy } from './validation.ts';

export const NetworkPolicies = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  scope: 'Namespaced',
  validate: validateNetworkPolicy,
  columns: networkPolicyColumns,
  tracksGeneration: true,
  defaults: defaultNetworkPolicy,
  shortNames: ['netpol'],
});
