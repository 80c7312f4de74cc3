/** Columns of Event tables. */

import { nameColumn, textColumn, wide } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import { ageOf } from '#api/time.ts';
import type { Event, ObjectReference } from '#kinds/generated/core-v1.ts';

export const eventColumns: readonly Column<Event>[] = [
  textColumn('Last Seen', (event, nowMs) => lastSeen(event, nowMs)),
  { name: 'Type', type: 'string', cell: ({ type }) => type ?? '' },
  { name: 'Reason', type: 'string', cell: ({ reason }) => reason ?? '' },
  { name: 'Object', type: 'string', cell: ({ involvedObject }) => objectText(involvedObject) },
  wide({ name: 'Subobject', type: 'string', cell: ({ involvedObject }) => involvedObject?.fieldPath ?? '' }),
  wide({ name: 'Source', type: 'string', cell: sourceOf }),
  { name: 'Message', type: 'string', cell: ({ message }) => (message ?? '').trim() },
  wide(textColumn('First Seen', ({ firstTimestamp, eventTime }, nowMs) => ageOf(firstTimestamp ?? eventTime, nowMs))),
  wide({ name: 'Count', type: 'string', cell: ({ count, series }) => (series ? (series.count ?? 0) : count || 1) }),
  wide(nameColumn),
];

function lastSeen({ series, lastTimestamp, firstTimestamp, eventTime }: Event, nowMs: number): string {
  return ageOf(series ? series.lastObservedTime : (lastTimestamp ?? firstTimestamp ?? eventTime), nowMs);
}

function objectText(reference: ObjectReference | undefined): string {
  const kind = (reference?.kind ?? '').toLowerCase();
  return reference?.name ? `${kind}/${reference.name}` : kind;
}

function sourceOf({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const host = source?.host || reportingInstance || '';
  return host ? `${component}, ${host}` : component;
}
