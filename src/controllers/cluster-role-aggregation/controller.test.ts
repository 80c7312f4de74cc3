import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterRole } from '#kinds/generated/rbac-v1.ts';
import { aggregate } from './controller.ts';

const rule = (resource: string) => ({ verbs: ['get'], apiGroups: [''], resources: [resource] });

function role(name: string, label: string, ...resources: readonly string[]): ClusterRole {
  return { metadata: { name, labels: { [label]: 'true' } }, rules: resources.map(rule) };
}

test('aggregate joins the rules of selected roles by name, each once, and never its own', () => {
  const admin: ClusterRole = {
    metadata: { name: 'admin', labels: { 'to-admin': 'true' } },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'to-admin': 'true' } }] },
    rules: [rule('old')],
  };
  const roles = [
    role('b', 'to-admin', 'pods', 'secrets'),
    role('a', 'to-admin', 'pods'),
    role('c', 'other', 'nodes'),
    admin,
  ];
  assert.deepEqual(aggregate(admin, roles), [rule('pods'), rule('secrets')]);
});
