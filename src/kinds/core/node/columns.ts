/** Columns of Node tables. */

import { ageColumn, nameColumn, textColumn, wide } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { Node } from '#kinds/generated/core-v1.ts';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  textColumn('Status', statusOf),
  textColumn('Roles', ({ metadata }) => rolesOf(metadata?.labels ?? {})),
  ageColumn,
  { name: 'Version', type: 'string', cell: ({ status }) => status?.nodeInfo?.kubeletVersion ?? '' },
  wide(textColumn('Internal-IP', (node) => addressOf(node, 'InternalIP'))),
  wide(textColumn('External-IP', (node) => addressOf(node, 'ExternalIP'))),
  wide(textColumn('OS-Image', ({ status }) => status?.nodeInfo?.osImage, '<unknown>')),
  wide(textColumn('Kernel-Version', kernelOf)),
  wide(textColumn('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion, '<unknown>')),
];

function statusOf({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

const rolePrefix = 'node-role.kubernetes.io/';

function rolesOf(labels: Readonly<Record<string, string>>): string {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(labels)) {
    if (label.startsWith(rolePrefix) && label.length > rolePrefix.length) roles.add(label.slice(rolePrefix.length));
    else if (label === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return [...roles].sort().join(',');
}

function addressOf({ status }: Node, type: string): string | undefined {
  return status?.addresses?.find((address) => address.type === type)?.address;
}

function kernelOf({ status }: Node): string {
  const { kernelVersion, architecture } = status?.nodeInfo ?? {};
  return `${kernelVersion || '<unknown>'}${architecture ? ` (${architecture})` : ''}`;
}
