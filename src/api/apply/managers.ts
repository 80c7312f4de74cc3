/** Managers: who has which fields of an object, and how metadata.managedFields says it (apimachinery util/managedfields). */

import type { ManagedFieldsEntry } from '../generated/meta-v1.ts';
import { decodeFieldSet, emptyFieldSet, encodeFieldSet, type FieldSet, unionOf } from './field-set.ts';

export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** That the fields are told in. */
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339, whole seconds; absent where nobody noted it. */
  readonly time: string | undefined;
  readonly set: FieldSet;
  /** As it is stored, when nothing of it has changed. */
  readonly entry?: ManagedFieldsEntry | undefined;
}

/** By managerId. */
export type Managers = ReadonlyMap<string, Manager>;

/** Managers of updates that an object remembers; older ones become one (upstream: capmanagers.go). */
const maxUpdateManagers = 10;
const ancientManager = 'ancient-changes';

/** What tells managers apart: appliers have one entry whatever version they speak. Messages are in its order. */
export function managerId(manager: Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const { name, operation, apiVersion, subresource } = manager;
  return JSON.stringify({
    ...(name === '' ? {} : { manager: name }),
    operation,
    ...(operation === 'Apply' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  });
}

/**
 * The managers that entries tell; a text says what is wrong with one of them, and then none counts. `stored`: entries that we wrote, which
 * can go on as they are.
 */
export function readManagers(entries: readonly ManagedFieldsEntry[], stored: boolean): Managers | string {
  const managers = new Map<string, Manager>();
  for (const [index, entry] of entries.entries()) {
    const { operation, apiVersion = '', fieldsType = '', fieldsV1 } = entry;
    if (operation !== 'Apply' && operation !== 'Update') return 'operation must be `Apply` or `Update`';
    if (apiVersion === '') return 'apiVersion must not be empty';
    if (fieldsType === '') return `missing fieldsType in managed fields entry ${index}`;
    if (fieldsType !== 'FieldsV1')
      return `invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${index}`;
    const set = fieldsV1 === undefined ? emptyFieldSet : decodeFieldSet(fieldsV1);
    if (!set) return `error decoding versioned set in managed fields entry ${index}`;
    const { manager: name = '', subresource = '', time } = entry;
    const manager: Manager = {
      name,
      operation,
      apiVersion,
      subresource,
      time,
      set,
      entry: stored ? entry : undefined,
    };
    managers.set(managerId(manager), manager);
  }
  return managers;
}

/** The entries in upstream's order: applies before updates, then by time, manager, version and subresource. */
export function writeManagers(managers: Iterable<Manager>): ManagedFieldsEntry[] {
  return [...managers].sort(compareManagers).map((manager) => manager.entry ?? entryOf(manager));
}

/** The manager with other fields; unless they are the same, what is stored no longer says it. */
export function withSet(manager: Manager, set: FieldSet): Manager {
  return set === manager.set ? manager : { ...manager, set, entry: undefined };
}

function entryOf({ name, operation, apiVersion, subresource, time, set }: Manager): ManagedFieldsEntry {
  return {
    ...(name === '' ? {} : { manager: name }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFieldSet(set),
    ...(subresource === '' ? {} : { subresource }),
  };
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareTexts(a.operation, b.operation) ||
    compareTexts(a.time ?? '', b.time ?? '') ||
    compareTexts(a.name, b.name) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Joins the oldest updates of each version into one entry while there are too many. */
export function capManagers(managers: Managers): Managers {
  if (managers.size <= maxUpdateManagers) return managers;
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update');
  let excess = updaters.length - maxUpdateManagers;
  if (excess <= 0) return managers;
  updaters.sort(([id, a], [otherId, b]) => compareTexts(a.time ?? '', b.time ?? '') || compareTexts(id, otherId));
  const kept = new Map(managers);
  const buckets = new Map<string, Bucket>();
  for (const [id, manager] of updaters) {
    if (excess <= 0) break;
    const bucket = buckets.get(manager.apiVersion);
    if (!bucket) {
      buckets.set(manager.apiVersion, { firstId: id, joined: [manager] });
      continue;
    }
    bucket.joined.push(manager);
    kept.delete(id);
    excess--;
  }
  for (const [apiVersion, { firstId, joined }] of buckets) {
    const last = joined.at(-1);
    if (!last || joined.length < 2) continue;
    const ancient = { name: ancientManager, operation: 'Update', apiVersion, subresource: '' } as const;
    const id = managerId(ancient);
    const earlier = kept.get(id);
    // A bucket from before goes on, and the first stays on its own beside it.
    if (earlier && firstId !== id) joined[0] = earlier;
    else kept.delete(firstId);
    kept.set(id, { ...ancient, time: last.time, set: unionOf(joined.map(({ set }) => set)) });
  }
  return kept;
}

interface Bucket {
  readonly firstId: string;
  /** From the oldest. */
  readonly joined: Manager[];
}
