/**
 * How many seats a request takes (apiserver util/flowcontrol/request): a list by what it loads into memory, a write by the watchers that its
 * event goes to, everything else one.
 */

import { exactMatch, parseFieldSelector } from '#api/field-selector.ts';
import { isTrue, type RequestInfo } from '../request/request-info.ts';
import type { Work } from './queue-set.ts';

/** What the estimate knows of the resource: its watch cache. */
export interface ResourceStatistics {
  /** False: nobody asked for it yet, and nothing is known. */
  readonly loaded: boolean;
  readonly size: number;
  /** Of all objects together, encoded. */
  readonly sizeBytes: number;
  /** Watchers that a change of this object is looked at for; '' for a name that is not known yet. */
  countWatchers(namespace: string, name: string): number;
}

const bytesPerSeat = 100_000;
/** A list from the cache is written out in pieces: no more of it is in memory at a time. */
const streamedListBytes = 1_000_000;
const maxListSeats = 100;
const maxMutatingSeats = 10;
const watchersPerSeat = 10;
/** What a seat's watchers take for an event. */
const eventMs = 5;

const oneSeat: Work = { seats: 1, finalSeats: 0, lingerMs: 0 };

/** `levelMaxSeats` is what the priority level allows one request; 0 for no bound of its own. */
export function estimateWork(
  info: RequestInfo,
  query: URLSearchParams,
  statistics: ResourceStatistics | undefined,
  levelMaxSeats: number,
): Work {
  if (!statistics) return oneSeat;
  switch (info.verb) {
    case 'list':
    case 'watch':
      return listWork(info, query, statistics, levelMaxSeats);
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
      return mutatingWork(info, statistics, levelMaxSeats);
    default:
      return oneSeat;
  }
}

function listWork(info: RequestInfo, query: URLSearchParams, statistics: ResourceStatistics, levelMax: number): Work {
  const { size, sizeBytes, loaded } = statistics;
  if (!loaded || sizeBytes <= bytesPerSeat) return oneSeat;
  if (info.verb === 'watch' && !sendsState(query)) return oneSeat;
  if (info.name !== '' || asksForOneName(query)) return oneSeat;
  const limit = Number(query.get('limit') ?? 0);
  const limited = limit > 0 && limit < size ? limit : size;
  const averageBytes = sizeBytes / size;
  const cached = info.verb === 'watch' || isFromCache(query);
  const selected = !cached && (query.get('labelSelector') || query.get('fieldSelector'));
  const objects = selected ? Math.max(limited, size / 2) : limited;
  const bytes = cached ? Math.min(objects * averageBytes, streamedListBytes) : objects * averageBytes;
  const seats = Math.ceil(bytes / bytesPerSeat);
  return seats <= 1 ? oneSeat : { seats: Math.min(seats, boundOf(levelMax, maxListSeats)), finalSeats: 0, lingerMs: 0 };
}

function mutatingWork(info: RequestInfo, statistics: ResourceStatistics, levelMax: number): Work {
  // A token is a write of a service account by its path only: nobody watches it.
  if (info.resource === 'serviceaccounts' && info.subresource === 'token') return oneSeat;
  const watchers = statistics.countWatchers(info.namespace, info.name);
  if (watchers < watchersPerSeat) return oneSeat;
  const wide = Math.ceil(watchers / watchersPerSeat);
  const finalSeats = Math.min(wide, boundOf(levelMax, maxMutatingSeats));
  return { seats: 1, finalSeats, lingerMs: (wide * eventMs) / finalSeats };
}

function boundOf(levelMax: number, most: number): number {
  return levelMax === 0 ? most : Math.min(levelMax, most);
}

function sendsState(query: URLSearchParams): boolean {
  if (isTrue(query.get('sendInitialEvents'))) return true;
  const version = query.get('resourceVersion') ?? '';
  return version === '' || version === '0';
}

function asksForOneName(query: URLSearchParams): boolean {
  const selector = query.get('fieldSelector');
  if (!selector?.includes('metadata.name')) return false;
  try {
    return exactMatch(parseFieldSelector(selector), 'metadata.name') !== undefined;
  } catch {
    return false;
  }
}

/** What upstream's cacher answers by itself: all but snapshots of the past. */
function isFromCache(query: URLSearchParams): boolean {
  const match = query.get('resourceVersionMatch') ?? '';
  if (match === 'Exact' || query.get('continue')) return false;
  if (match !== '' || Number(query.get('limit') ?? 0) <= 0) return true;
  const version = query.get('resourceVersion') ?? '';
  return version === '' || version === '0';
}
