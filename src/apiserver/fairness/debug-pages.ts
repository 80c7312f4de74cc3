/**
 * /debug/api_priority_and_fairness/...: levels, queues and requests as text tables (apiserver util/flowcontrol apf_controller_debug.go).
 * Columns keep upstream's names, as scripts read them; who may see them is authorization's decision, by path.
 */

import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { Env } from '#base/env.ts';
import type { Fairness } from './fairness.ts';
import type { Admission } from './flow-schema-state.ts';
import type { PriorityLevel } from './priority-level.ts';

const root = '/debug/api_priority_and_fairness/';

/** Undefined for a path that is not one of the pages. */
export function debugPage(fairness: Fairness, { clock }: Env, { path, query }: ApiRequest): ApiResponse | undefined {
  if (!path.startsWith(root)) return undefined;
  switch (path.slice(root.length)) {
    case 'dump_priority_levels':
      return text(levelTable(fairness.all()));
    case 'dump_queues':
      return text(queueTable(fairness.all()));
    case 'dump_requests': {
      const wallClock = clock.now() - clock.monotonic();
      return text(requestTable(fairness.all(), query.has('includeRequestDetails'), wallClock));
    }
    default:
      return undefined;
  }
}

type Row = readonly string[];

function levelTable(levels: readonly PriorityLevel[]): readonly Row[] {
  const head = [
    'PriorityLevelName',
    'ActiveQueues',
    'IsIdle',
    'IsQuiescing',
    'WaitingRequests',
    'ExecutingRequests',
    'DispatchedRequests',
    'RejectedRequests',
    'TimedoutRequests',
    'CancelledRequests',
  ];
  const rows = levels.map(({ name, queues, quiescing, counts }) => [
    name,
    String(queues.queues.filter(({ waiting }) => waiting.length > 0).length),
    String(queues.waiting === 0 && queues.executing === 0),
    String(quiescing),
    String(queues.waiting),
    String(queues.executing),
    String(counts.dispatched),
    String(counts.rejected),
    // Upstream counts those that waited too long as cancelled.
    '0',
    String(counts.cancelled),
  ]);
  return [head, ...rows];
}

function queueTable(levels: readonly PriorityLevel[]): readonly Row[] {
  const head = [
    'PriorityLevelName',
    'Index',
    'PendingRequests',
    'ExecutingRequests',
    'SeatsInUse',
    'NextDispatchR',
    'InitialSeatsSum',
    'MaxSeatsSum',
    'TotalWorkSum',
  ];
  const rows = levels.flatMap(({ name, queues }) =>
    queues.queues.map((queue, index) => [
      name,
      String(index),
      String(queue.waiting.length),
      String(queue.executing.size),
      String(queue.seatsInUse),
      seatSeconds(queue.nextDispatchR),
      String(queue.waiting.reduce((sum, { seats }) => sum + seats, 0)),
      String(queue.waitingSeats),
      seatSeconds(queue.waitingWork),
    ]),
  );
  return [head, ...rows];
}

function requestTable(levels: readonly PriorityLevel[], details: boolean, wallClock: number): readonly Row[] {
  const head = [
    'PriorityLevelName',
    'FlowSchemaName',
    'QueueIndex',
    'RequestIndexInQueue',
    // Upstream's spelling.
    'FlowDistingsher',
    'ArriveTime',
    'InitialSeats',
    'FinalSeats',
    'AdditionalLatency',
    'StartTime',
    ...(details ? ['UserName', 'Verb', 'APIPath', 'Namespace', 'Name', 'APIVersion', 'Resource', 'SubResource'] : []),
  ];
  const rows = levels.flatMap(({ name, queues }) => {
    const row = (queue: number, position: number, admission: Admission): Row => [
      name,
      ...requestCells(queue, position, admission, wallClock),
      ...(details ? detailCells(admission) : []),
    ];
    return [
      ...queues.queues.flatMap(({ waiting, executing }, index) => [
        ...waiting.map((admission, position) => row(index, position, admission)),
        ...[...executing].map((admission) => row(index, -1, admission)),
      ]),
      ...[...queues.queueless].map((admission) => row(-1, -1, admission)),
    ];
  });
  return [head, ...rows];
}

function requestCells(queue: number, position: number, admission: Admission, wallClock: number): Row {
  const { item, arrivedMs, startedMs, seats, finalSeats, lingerMs, state } = admission;
  return [
    item.schema.name,
    String(queue),
    String(position),
    item.distinguisher,
    new Date(wallClock + arrivedMs).toISOString(),
    String(seats),
    String(finalSeats),
    lingerMs === 0 ? '0s' : `${lingerMs}ms`,
    state === 'executing' ? new Date(wallClock + startedMs).toISOString() : '0001-01-01T00:00:00Z',
  ];
}

function detailCells({ item: { user, info } }: Admission): Row {
  const { verb, path, namespace, name, apiGroup, apiVersion, resource, subresource } = info;
  const groupVersion = apiGroup === '' ? apiVersion : `${apiGroup}/${apiVersion}`;
  return [user.username, verb, path, namespace, name, groupVersion, resource, subresource];
}

/** Go prints its own type so, the unit twice. */
function seatSeconds(value: number): string {
  return `${value.toFixed(8)}ss`;
}

function text(rows: readonly Row[]): ApiResponse {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)) + 1);
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : `${cell},`.padEnd((widths[column] ?? 0) + 1)))
      .join(''),
  );
  return {
    type: 'bytes',
    status: 200,
    contentType: 'text/plain; charset=utf-8',
    body: new TextEncoder().encode(`${lines.join('\n')}\n`),
  };
}
