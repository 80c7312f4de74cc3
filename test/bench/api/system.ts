/** A system under load: how it is asked, which processes it is, and what of ours lies in it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type Endpoint, endpointOf } from './connection.ts';
import type { OwnServer } from './own-server.ts';
import { pod, podName } from './payload.ts';
import {
  configMaps,
  readsFirst,
  type SingleObject,
  type SingleResource,
  singleNamespace,
  singleRequest,
} from './single.ts';

const shelf = 'bench-shelf';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export interface System {
  readonly name: 'ours' | 'theirs';
  readonly endpoint: Endpoint;
  /** By name, as given: the server first. */
  readonly pids: readonly number[];
  readonly main: Connection;
  /** What phases on single objects work with: those from low to high - 1 exist, all of this size. */
  readonly single: SingleResource;
  low: number;
  high: number;
  bytes: number;
  pods: number;
  /** Ours, when the benchmark has started it. */
  readonly own: OwnServer | undefined;
}

export function openSystem(
  name: System['name'],
  kubeconfig: string,
  pids: readonly number[],
  single = configMaps,
  own?: OwnServer,
): System {
  const endpoint = endpointOf(kubeconfig);
  return { name, endpoint, pids, main: new Connection(endpoint), single, low: 0, high: 0, bytes: 0, pods: 0, own };
}

const namespaces = [singleNamespace, shelf];
const collection = (namespace: string, plural: string) => `/api/v1/namespaces/${namespace}/${plural}`;
export const shelfPods = collection(shelf, 'pods');

/** Namespaces, the service account that admission of pods looks for, a definition. What an interrupted run left is removed. */
export async function prepare(system: System): Promise<void> {
  const { main, single } = system;
  await removeAll(system);
  if (single.definition) await define(main, single, single.definition.body);
  for (const name of namespaces) {
    const post = (path: string, object: unknown) =>
      main.ask({ method: 'POST', path, body: JSON.stringify(object) }).catch((error: Error) => {
        if (!error.message.includes('already exists')) throw error;
      });
    await post('/api/v1/namespaces', { metadata: { name } });
    await post(collection(name, 'serviceaccounts'), { metadata: { name: 'default' } });
  }
}

/** Until objects can be listed. */
async function define(main: Connection, { collection }: SingleResource, body: string): Promise<void> {
  await main.ask({ method: 'POST', path: definitions, body });
  for (const until = performance.now() + 10_000; ; await sleep(50)) {
    try {
      return void (await main.ask({ path: collection }));
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

export async function cleanUp(system: System): Promise<void> {
  const { main } = system;
  await removeAll(system);
  for (const name of namespaces) {
    await main.ask({ method: 'DELETE', path: `${collection(name, 'serviceaccounts')}/default` }).catch(() => {});
    await main.ask({ method: 'DELETE', path: `/api/v1/namespaces/${name}` }).catch(() => {});
    // Without a namespace controller nobody else takes the finalizer off.
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } });
    await main.ask({ method: 'PUT', path: `/api/v1/namespaces/${name}/finalize`, body }).catch(() => {});
  }
}

async function removeAll({ main, single: { collection: singles, definition } }: System): Promise<void> {
  for (const path of [shelfPods, singles]) {
    await main
      .ask({
        method: 'DELETE',
        path: `${path}?labelSelector=app%3Dbench`,
        body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 }),
      })
      .catch(() => {});
  }
  if (!definition) return;
  const path = `${definitions}/${definition.name}`;
  await main.ask({ method: 'DELETE', path }).catch(() => {});
  const isThere = () => main.ask({ path }).then(Boolean, () => false);
  for (const until = performance.now() + 10_000; (await isThere()) && performance.now() < until; ) await sleep(50);
}

/** Not measured: `count` objects of this size exist afterwards. */
export async function stock(system: System, count: number, bytes: number): Promise<void> {
  if (system.bytes !== bytes) await clearSingle(system, bytes);
  const from = system.high;
  const missing = count - (system.high - system.low);
  system.high += Math.max(0, missing);
  await inParallel(16, missing, (index) => singleOperation(system, system.main, 'create', from + index, bytes));
}

async function clearSingle(system: System, bytes: number): Promise<void> {
  if (system.high > system.low) {
    await system.main.ask({ method: 'DELETE', path: `${system.single.collection}?labelSelector=app%3Dbench` });
  }
  system.low = system.high;
  system.bytes = bytes;
}

/** Not measured: `count` pods of 4 KB are on the shelf. */
export async function stockPods(system: System, count: number): Promise<void> {
  const from = system.pods;
  system.pods = Math.max(from, count);
  await inParallel(16, count - from, (index) =>
    system.main.ask({ method: 'POST', path: shelfPods, body: pod(from + index, 4096) }),
  );
}

export async function inParallel(
  workers: number,
  count: number,
  run: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: workers }, work));
}

export async function singleOperation(
  { single }: System,
  connection: Connection,
  verb: string,
  index: number,
  bytes: number,
): Promise<unknown> {
  const read = readsFirst(single, verb) ? await connection.json(singleRequest(single, 'get', index, bytes)) : undefined;
  return connection.ask(singleRequest(single, verb, index, bytes, read as SingleObject));
}

/** In every pod's JSON once. */
export const podMark = Buffer.from(`"name":"${podName(0).replace(/0+$/, '')}`);
