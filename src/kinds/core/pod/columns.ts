/** Columns of Pod tables. */

import { ageColumn, nameColumn, textColumn, wide } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import { ageOf } from '#api/time.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { summaryOf } from './summary.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  textColumn('Ready', (pod) => summaryOf(pod).ready),
  { name: 'Status', type: 'string', cell: (pod) => summaryOf(pod).reason },
  { name: 'Restarts', type: 'string', cell: restartsOf },
  ageColumn,
  wide(textColumn('IP', ({ status }) => status?.podIPs?.[0]?.ip)),
  wide(textColumn('Node', ({ spec }) => spec?.nodeName)),
  wide(textColumn('Nominated Node', ({ status }) => status?.nominatedNodeName)),
  wide(textColumn('Readiness Gates', gatesOf)),
];

function restartsOf(pod: Pod, nowMs: number): string {
  const { restarts, lastRestart } = summaryOf(pod);
  return restarts !== 0 && lastRestart ? `${restarts} (${ageOf(lastRestart, nowMs)} ago)` : String(restarts);
}

function gatesOf({ spec, status }: Pod): string | undefined {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return undefined;
  const met = gates.filter(({ conditionType }) =>
    status?.conditions?.some(({ type, status: holds }) => type === conditionType && holds === 'True'),
  );
  return `${met.length}/${gates.length}`;
}
