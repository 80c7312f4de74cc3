import { defineResource } from '#api/definition.ts';
import type { NetworkPolicy } from '#kinds/generated/networking-v1.ts';

export const NetworkPolicies = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  scope: 'Namespaced',
  shortNames: ['netpol'],
});
