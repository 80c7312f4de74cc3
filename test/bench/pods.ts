/** Pods of benchmarks: started all at once, seen running, and removed. */

import { randomUUID } from 'node:crypto';
import type { Client } from '#client/client.ts';
import { pauseReference } from '#cluster/images/pause/pause.ts';
import { Pods } from '#kinds/core/pod/definition.ts';

const limitMs = 60_000;

/** Milliseconds until all pods were seen Running by a watch. They are removed before this returns. */
export async function startPods(client: Client, pods: number): Promise<number> {
  const namespace = 'default';
  const run = randomUUID().slice(0, 8);
  const names = Array.from({ length: pods }, (_, i) => `bench-${run}-${i}`);
  const labels = { bench: run };
  const watching = new AbortController();
  const { resourceVersion } = await client.list(Pods, { namespace, labelSelector: `bench=${run}` });
  const running = new Set<string>();
  const late = setTimeout(() => watching.abort(new Error(`pods do not run after ${limitMs} ms`)), limitMs);
  const seen = (async () => {
    const options = { namespace, labelSelector: `bench=${run}`, resourceVersion, signal: watching.signal };
    for await (const { object } of client.watch(Pods, options)) {
      const pod = object.metadata?.name;
      if (object.status?.phase === 'Running' && pod !== undefined) running.add(pod);
      if (running.size === pods) return performance.now();
    }
    throw new Error('the watch ended');
  })();
  const begin = performance.now();
  await Promise.all(
    names.map((pod) =>
      client.create(Pods, {
        metadata: { namespace, name: pod, labels },
        spec: {
          // Of the bare calls there is no token either.
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'pause', image: pauseReference, imagePullPolicy: 'IfNotPresent' }],
        },
      }),
    ),
  );
  const end = await seen.finally(() => clearTimeout(late));
  watching.abort();
  await Promise.all(names.map((pod) => client.delete(Pods, { namespace, name: pod })));
  await until(async () => (await client.list(Pods, { namespace, labelSelector: `bench=${run}` })).items.length === 0);
  return end - begin;
}

/** Asks until the answer is true; throws after a minute. Failures to answer are no answers. */
export async function until(ask: () => Promise<unknown>): Promise<void> {
  for (const begin = performance.now(); ; ) {
    if (await ask().catch(() => false)) return;
    if (performance.now() - begin > limitMs) throw new Error(`nothing after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
