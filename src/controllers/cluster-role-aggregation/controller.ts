/** ClusterRole aggregation controller: a ClusterRole with an aggregationRule has the rules of all ClusterRoles that it selects. */

import { equalTrees } from '#base/equal.ts';
import type { ClusterRole, PolicyRule } from '#kinds/generated/rbac-v1.ts';
import { ClusterRoles } from '#kinds/rbac/cluster-role/definition.ts';
import type { ControllerFactory } from '#runtime/controller.ts';
import { selects } from '../ownership/selector.ts';

export const clusterRoleAggregationController: ControllerFactory = {
  name: 'clusterrole-aggregation-controller',
  create: ({ client, informers, queue }) => {
    const roles = informers.of(ClusterRoles);
    // A change of any role may be one of those that are aggregated, or were.
    const enqueueAggregates = () => {
      for (const { metadata, aggregationRule } of roles.list()) if (aggregationRule) queue.add(metadata?.name ?? '');
    };
    roles.addHandler({ onAdd: enqueueAggregates, onUpdate: enqueueAggregates, onDelete: enqueueAggregates });
    return {
      workers: 5,
      async reconcile(name, signal) {
        const role = roles.get(name);
        if (!role?.aggregationRule) return;
        const rules = aggregate(role, roles.list());
        if (equalTrees(role.rules ?? [], rules)) return;
        await client.update(ClusterRoles, { ...role, rules }, { signal });
      },
    };
  },
};

/** Rules of the selected roles, in the order of their names, each once. */
export function aggregate(role: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] {
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const selected = roles
    .filter(({ metadata }) => metadata?.name !== role.metadata?.name)
    .filter(({ metadata }) => selectors.some((selector) => selects(selector, metadata?.labels)))
    .toSorted((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const rule of selected.flatMap((each) => each.rules ?? [])) {
    if (!rules.some((known) => equalTrees(known, rule))) rules.push(rule);
  }
  return rules;
}
