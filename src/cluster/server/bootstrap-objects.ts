/**
 * Objects that every cluster begins with: namespaces, upstream's RBAC policy, priority classes, flow schemas, and the rights of our
 * own parts. Missing ones are created at each start; roles and bindings get back what they lost (reconcile-policy.ts).
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceDefinition } from '#api/definition.ts';
import { isAlreadyExists } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { Client } from '#client/client.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import type { ClusterRole, ClusterRoleBinding } from '#kinds/generated/rbac-v1.ts';
import { producer } from './flow-control.ts';
import { reconciliation } from './reconcile-policy.ts';

/** Of both kinds of flowcontrol, for whoever keeps them. */
export function bootstrapFlowControl(): readonly KubeObject[] {
  return readObjects('policies.json').filter(({ apiVersion }) => apiVersion?.startsWith('flowcontrol.'));
}

export async function ensureBootstrapObjects(client: Client): Promise<void> {
  await ensureAll(client, namespaces);
  await ensureAll(client, [...readObjects('policies.json'), ...readObjects('rbac.json'), ...ownPolicy]);
}

const namespaces: readonly KubeObject[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
}));

const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' } as const;
const roleRef = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name });

/**
 * Rights of our own parts. The agents' DNS server shares the informers of their service proxy; beyond services it needs to know
 * which namespaces exist. The controller of the Service kube-dns writes that Service and its endpoints.
 */
const ownPolicy: readonly (ClusterRole | ClusterRoleBinding)[] = [
  {
    ...rbac,
    kind: 'ClusterRole',
    metadata: { name: 'kubets:node-dns' },
    rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    ...rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kubets:node-dns' },
    roleRef: roleRef('kubets:node-dns'),
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:kube-proxy' }],
  },
  {
    ...rbac,
    kind: 'ClusterRole',
    metadata: { name: 'kubets:kube-dns-controller' },
    rules: [
      { apiGroups: [''], resources: ['services'], verbs: ['create', 'get', 'update'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['create', 'get', 'update'] },
    ],
  },
  {
    ...rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kubets:kube-dns-controller' },
    roleRef: roleRef('kubets:kube-dns-controller'),
    subjects: [{ kind: 'ServiceAccount', namespace: 'kube-system', name: 'kube-dns-controller' }],
  },
];

async function ensureAll(client: Client, objects: readonly KubeObject[]): Promise<void> {
  const byDefinition = Map.groupBy(objects, definitionOf);
  await Promise.all(
    [...byDefinition].map(async ([definition, wanted]) => {
      const { items } = await client.list(definition);
      const present = new Map(items.map((item) => [keyOf(item), item]));
      await Promise.all(wanted.map((object) => ensure(client, definition, object, present.get(keyOf(object)))));
    }),
  );
}

async function ensure(
  client: Client,
  definition: ResourceDefinition,
  wanted: KubeObject,
  present: KubeObject | undefined,
): Promise<void> {
  if (!present) {
    await client.create(definition, wanted, fieldManagerOf(definition)).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
    return;
  }
  const next = reconciliation(present, wanted);
  if (next.type === 'update') await client.update(definition, next.object);
  if (next.type !== 'recreate') return;
  const { name = '', namespace, uid = '' } = present.metadata ?? {};
  await client.delete(definition, { name, namespace }, { preconditions: { uid } });
  await client.create(definition, next.object);
}

/** What writes them later is named so from the beginning. */
function fieldManagerOf({ group }: ResourceDefinition): { readonly fieldManager?: string } {
  return group === 'flowcontrol.apiserver.k8s.io' ? { fieldManager: producer } : {};
}

function definitionOf(object: KubeObject): ResourceDefinition {
  const [version = '', group = ''] = (object.apiVersion ?? '').split('/').reverse();
  const found = builtinDefinitions.find(
    (definition) => definition.kind === object.kind && definition.group === group && definition.version === version,
  );
  if (!found) throw new Error(`${object.apiVersion} ${object.kind} is not served`);
  return found;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

/** Files of this program. */
function readObjects(file: string): readonly KubeObject[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../bootstrap', file), 'utf8')) as readonly KubeObject[];
}
