/** A system under load: how it is asked, which processes it is, and what of ours lies in it. */

import { Connection, type Endpoint, endpointOf } from './connection.ts';
import type { OwnServer } from './own-server.ts';
import { configMap, configMapName, patches, pod, podName, sentNow } from './payload.ts';

const shelf = 'bench-shelf';

export interface System {
  readonly name: 'ours' | 'theirs';
  readonly endpoint: Endpoint;
  /** By name, as given: the server first. */
  readonly pids: readonly number[];
  readonly main: Connection;
  /** Config maps that phases on single objects work with: those from low to high - 1 exist, all of this size. */
  low: number;
  high: number;
  bytes: number;
  pods: number;
  /** Ours, when the benchmark has started it. */
  readonly own: OwnServer | undefined;
}

export function openSystem(name: System['name'], kubeconfig: string, pids: readonly number[], own?: OwnServer): System {
  const endpoint = endpointOf(kubeconfig);
  return { name, endpoint, pids, main: new Connection(endpoint), low: 0, high: 0, bytes: 0, pods: 0, own };
}

/** Where the config maps are. */
const single = 'bench-single';
const namespaces = [single, shelf];
const collection = (namespace: string, plural: string) => `/api/v1/namespaces/${namespace}/${plural}`;
export const shelfPods = collection(shelf, 'pods');
export const singleConfigMaps = collection(single, 'configmaps');

/** Namespaces, and the service account that admission of pods looks for. What an interrupted run left is removed. */
export async function prepare({ main }: System): Promise<void> {
  await removeAll(main);
  for (const name of namespaces) {
    const post = (path: string, object: unknown) =>
      main.ask({ method: 'POST', path, body: JSON.stringify(object) }).catch((error: Error) => {
        if (!error.message.includes('already exists')) throw error;
      });
    await post('/api/v1/namespaces', { metadata: { name } });
    await post(collection(name, 'serviceaccounts'), { metadata: { name: 'default' } });
  }
}

export async function cleanUp({ main }: System): Promise<void> {
  await removeAll(main);
  for (const name of namespaces) {
    await main.ask({ method: 'DELETE', path: `${collection(name, 'serviceaccounts')}/default` }).catch(() => {});
    await main.ask({ method: 'DELETE', path: `/api/v1/namespaces/${name}` }).catch(() => {});
    // Without a namespace controller nobody else takes the finalizer off.
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } });
    await main.ask({ method: 'PUT', path: `/api/v1/namespaces/${name}/finalize`, body }).catch(() => {});
  }
}

async function removeAll(main: Connection): Promise<void> {
  for (const path of [shelfPods, singleConfigMaps]) {
    await main
      .ask({
        method: 'DELETE',
        path: `${path}?labelSelector=app%3Dbench`,
        body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 }),
      })
      .catch(() => {});
  }
}

/** Not measured: `count` config maps of this size exist afterwards. */
export async function stock(system: System, count: number, bytes: number): Promise<void> {
  if (system.bytes !== bytes) await clearSingle(system, bytes);
  const from = system.high;
  const missing = count - (system.high - system.low);
  system.high += Math.max(0, missing);
  await inParallel(16, missing, (index) => createConfigMap(system.main, from + index, bytes));
}

async function clearSingle(system: System, bytes: number): Promise<void> {
  if (system.high > system.low) {
    await system.main.ask({ method: 'DELETE', path: `${singleConfigMaps}?labelSelector=app%3Dbench` });
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

function createConfigMap(connection: Connection, index: number, bytes: number): Promise<unknown> {
  return connection.ask({ method: 'POST', path: singleConfigMaps, body: configMap(index, bytes) });
}

export const singleVerbs = ['create', 'get', 'update', ...Object.keys(patches), 'delete'] as const;

/** One operation of a verb on the object of this index. */
export function singleOperation(
  connection: Connection,
  verb: string,
  index: number,
  bytes: number,
  sent = sentNow(),
): Promise<unknown> {
  const path = `${singleConfigMaps}/${configMapName(index)}`;
  const patch = patches[verb];
  if (patch) {
    const { contentType, query, body } = patch;
    return connection.ask({ method: 'PATCH', path: path + query, contentType, body: body(index, sent) });
  }
  switch (verb) {
    case 'create':
      return createConfigMap(connection, index, bytes);
    case 'update':
      return connection.ask({ method: 'PUT', path, body: configMap(index, bytes, sent) });
    case 'delete':
      return connection.ask({ method: 'DELETE', path });
    default:
      return connection.ask({ path });
  }
}

/** In every pod's JSON once. */
export const podMark = Buffer.from(`"name":"${podName(0).replace(/0+$/, '')}`);
