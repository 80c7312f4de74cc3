/**
 * Packing endpoints into slices with few writes: endpoints stay in the slice they are in; new ones fill slices that change anyway, then
 * the fullest unchanged slice that takes all of them, then new slices. Few writes matter more than full slices, because every write of a
 * slice goes to every node.
 */

import { equalTrees } from '#base/equal.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import { withoutTriggerTime } from '../service-pods/trigger-time.ts';

/** Upstream's --max-endpoints-per-slice. */
export const maxEndpointsPerSlice = 100;

export interface SliceChanges {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

/** Equal for equal lists of ports in any order. */
export function keyOfPorts(ports: readonly EndpointPort[] | undefined): string {
  return (ports ?? [])
    .map(({ name, port, protocol, appProtocol }) => [name, port, protocol, appProtocol].join('/'))
    .sort()
    .join(',');
}

/** What makes an endpoint the same one although its state changed. */
export function identityOf({ addresses, hostname, targetRef }: Endpoint): string {
  return [addresses.toSorted().join(','), hostname, targetRef?.namespace, targetRef?.name].join('|');
}

/** Fits the wanted endpoints of one list of ports into `slices`, which have these ports; `fresh` is an empty slice to create. */
export function packEndpoints(
  slices: readonly EndpointSlice[],
  endpoints: ReadonlyMap<string, Endpoint>,
  fresh: EndpointSlice,
): SliceChanges {
  const changes: SliceChanges = { create: [], update: [], delete: [] };
  const unchanged: EndpointSlice[] = [];
  const unplaced = new Map(endpoints);
  const { labels, annotations } = fresh.metadata ?? {};
  for (const slice of slices) {
    const kept: Endpoint[] = [];
    let changed = false;
    for (const endpoint of slice.endpoints ?? []) {
      const identity = identityOf(endpoint);
      const next = unplaced.get(identity);
      if (!next) continue;
      unplaced.delete(identity);
      kept.push(next);
      changed ||= !equalTrees(next, endpoint);
    }
    changed ||= kept.length !== (slice.endpoints?.length ?? 0);
    const relabeled =
      !equalTrees(slice.metadata?.labels, labels) ||
      !equalTrees(withoutTriggerTime(slice.metadata?.annotations), annotations);
    if (changed && kept.length === 0) changes.delete.push(slice);
    else if (changed || relabeled) {
      changes.update.push({ ...slice, metadata: { ...slice.metadata, labels, annotations }, endpoints: kept });
    } else unchanged.push(slice);
  }

  // Slices that are written anyway take what they can, the fullest first.
  const waiting = [...unplaced.values()];
  changes.update = changes.update
    .toSorted((a, b) => (b.endpoints?.length ?? 0) - (a.endpoints?.length ?? 0))
    .map((slice) => fill(slice, waiting));
  while (waiting.length > 0) {
    const partner = fullestWithRoom(unchanged, waiting.length);
    if (partner) {
      unchanged.splice(unchanged.indexOf(partner), 1);
      changes.update.push(fill(partner, waiting));
    } else changes.create.push(fill(fresh, waiting));
  }
  return changes;
}

/** A slice to create takes over the name of one to delete: one write instead of two, and no moment without either. */
export function reuseDeleted(changes: SliceChanges, mayReuse: (slice: EndpointSlice) => boolean): void {
  for (const slice of changes.delete.filter(mayReuse)) {
    const replacement = changes.create.pop();
    if (!replacement) return;
    changes.delete.splice(changes.delete.indexOf(slice), 1);
    const metadata = { ...replacement.metadata, generateName: undefined, name: slice.metadata?.name };
    changes.update.push({ ...replacement, metadata });
  }
}

/** The slice that has the least room left after it has taken `count` more; undefined when none can take them all. */
function fullestWithRoom(slices: readonly EndpointSlice[], count: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  for (const slice of slices) {
    const size = slice.endpoints?.length ?? 0;
    if (size + count <= maxEndpointsPerSlice && size > (best?.endpoints?.length ?? 0)) best = slice;
  }
  return best;
}

function fill(slice: EndpointSlice, waiting: Endpoint[]): EndpointSlice {
  const endpoints = slice.endpoints ?? [];
  const taken = waiting.splice(0, maxEndpointsPerSlice - endpoints.length);
  return taken.length === 0 ? slice : { ...slice, endpoints: [...endpoints, ...taken] };
}
