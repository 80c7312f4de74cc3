/** The demo: builds the guestbook's images, puts them on the nodes, creates its objects, waits until a visitor would see it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { isAborted } from '#base/abort.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { Failure } from './failure.ts';
import { type BuiltImage, buildImage } from './images/build.ts';
import { importImages, listImages } from './images/image-store.ts';
import type { ClusterLayout } from './machine/layout.ts';
import { nodeImageStores } from './node-images.ts';
import { connectClient } from './remote-client.ts';
import { type ClusterSettings, nodesOf } from './settings.ts';

const directory = join(import.meta.dirname, '../../examples/guestbook');
const imageNames = ['redis-master', 'guestbook-redis-slave', 'guestbook-php-frontend'];
/** Services first: a pod's environment knows the services that were there before it. */
const manifests = [
  'redis-master-service.yaml',
  'redis-slave-service.yaml',
  'frontend-service.yaml',
  'redis-master-controller.yaml',
  'redis-slave-controller.yaml',
  'frontend-controller.yaml',
];
const nodePort = 30001;
const podSelector = 'name in (redis-master,redis-slave,frontend)';
const readyTimeoutMs = 180_000;

/** Builds the images that are not in the cache; one after the other, they share layers. */
export async function guestbookImages(say: (line: string) => void): Promise<readonly BuiltImage[]> {
  const images: BuiltImage[] = [];
  for (const name of imageNames) images.push(await buildImage(join(directory, 'images', name), say));
  return images;
}

/** Returns the addresses at which the guestbook is open, the nicest first. */
export async function deployGuestbook(
  layout: ClusterLayout,
  settings: ClusterSettings,
  images: readonly BuiltImage[],
  say: (line: string) => void,
): Promise<readonly string[]> {
  await loadMissing(layout, settings, images, say);
  const { client, close } = connectClient({
    pki: layout.pki,
    certificate: 'admin',
    server: `https://127.0.0.1:${settings.apiPort}`,
  });
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), readyTimeoutMs);
  try {
    for (const file of manifests) await create(client, file, say);
    await waitForPods(client, ending.signal, say);
    const urls = nodesOf(settings).map((node) => `http://${node.address}:${nodePort}`);
    if (settings.door) urls.unshift(`http://localhost:${nodePort}`);
    await waitForPage(urls[0] ?? '', ending.signal);
    return urls;
  } finally {
    clearTimeout(timer);
    close();
  }
}

async function loadMissing(
  layout: ClusterLayout,
  settings: ClusterSettings,
  images: readonly BuiltImage[],
  say: (line: string) => void,
): Promise<void> {
  const stores = await nodeImageStores(layout, settings);
  await Promise.all(
    stores.map(async ({ node, store }) => {
      const there = new Set((await listImages(store)).map(({ reference }) => reference));
      for (const { archive, references } of images) {
        if (references.every((reference) => there.has(reference))) continue;
        await importImages(store, archive);
        say(`${references[0]} is on ${node}`);
      }
    }),
  );
}

async function create(client: Client, file: string, say: (line: string) => void): Promise<void> {
  // These files are part of this program.
  const object = load(readFileSync(join(directory, file), 'utf8')) as KubeObject;
  const plural = object.kind === 'Service' ? 'services' : 'replicationcontrollers';
  const collection = `/api/v1/namespaces/default/${plural}`;
  // Asked first: creating a Service that is there fails over its node port, before it fails over its name.
  try {
    await client.raw('GET', `${collection}/${object.metadata?.name}`);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.raw('POST', collection, object);
    say(`${plural.slice(0, -1)}/${object.metadata?.name} created`);
  }
}

async function waitForPods(client: Client, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  const wanted = 6;
  const pods = new Map<string, Pod>();
  let readyBefore = 0;
  try {
    while (true) {
      const list = await client.list(Pods, { namespace: 'default', labelSelector: podSelector, signal });
      pods.clear();
      for (const pod of list.items) pods.set(pod.metadata?.name ?? '', pod);
      const events = client.watch(Pods, {
        namespace: 'default',
        labelSelector: podSelector,
        resourceVersion: list.resourceVersion,
        signal,
      });
      if (readyPods(pods) >= wanted) return;
      for await (const { type, object } of events) {
        if (type === 'DELETED') pods.delete(object.metadata?.name ?? '');
        else pods.set(object.metadata?.name ?? '', object);
        const ready = readyPods(pods);
        if (ready > readyBefore) say(`${ready} of ${wanted} pods are ready`);
        readyBefore = ready;
        if (ready >= wanted) return;
      }
    }
  } catch (error) {
    if (!isAborted(error)) throw error;
    const missing = [...pods.values()].filter((pod) => !isReady(pod)).map((pod) => pod.metadata?.name);
    throw new Failure(
      `pods are not ready after ${readyTimeoutMs / 1000} s: ${missing.join(', ') || 'none was created'}`,
      'kubectl describe pods and kubectl get events tell why',
    );
  }
}

function readyPods(pods: ReadonlyMap<string, Pod>): number {
  return [...pods.values()].filter(isReady).length;
}

function isReady(pod: Pod): boolean {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  return condition?.status === 'True' && pod.metadata?.deletionTimestamp === undefined;
}

/** The page answers with an empty or filled list once the slaves have found their master. */
async function waitForPage(url: string, signal: AbortSignal): Promise<void> {
  let problem = 'no answer';
  while (!signal.aborted) {
    try {
      const answer = await fetch(`${url}/guestbook.php?cmd=list`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(3000)]),
      });
      if (answer.ok) return;
      problem = await answer.text();
    } catch (error) {
      problem = messageOf(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Failure(`${url} does not answer: ${problem}`, 'kubets status, and kubectl get pods,services -o wide');
}
