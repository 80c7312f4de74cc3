/**
 * Records the golden answers of test/golden/apply from an upstream API server without controllers:
 *
 *   node tools/record-golden/apply.ts --kubeconfig <file> [sequence ...]
 *
 * A step takes a second (managedFields know whole seconds), so sequences run side by side.
 */

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { crds, sequences } from '../../test/golden/apply/sequences.ts';
import { define, play, type Recorded, type Step } from '../../test/golden/apply/steps.ts';
import { prepareNamespace, remove, sender } from './upstream.ts';

const folder = new URL('../../test/golden/apply/recorded/', import.meta.url);

const { values, positionals } = parseArgs({
  options: { kubeconfig: { type: 'string' } },
  allowPositionals: true,
});
if (!values.kubeconfig) throw new Error('--kubeconfig is missing');
const send = await sender(values.kubeconfig);
await prepareNamespace(send);
for (const crd of crds) await define(crd, send);

const chosen = Object.entries(sequences).filter(([name]) => positionals.length === 0 || positionals.includes(name));
await Promise.all(
  chosen.map(async ([name, steps]) => {
    const answers = await play(steps, send, wholeSecond);
    const lines = steps.map((step, index) => JSON.stringify({ step, answer: answers[index] } as Recorded));
    await writeFile(new URL(`${name}.jsonl`, folder), `${lines.join('\n')}\n`);
    for (const path of new Set(steps.flatMap(objectOf))) await remove(send, path);
    process.stdout.write(`${name}: ${steps.length} steps\n`);
  }),
);
for (const { metadata } of crds) {
  await remove(send, `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`);
}

/** Waits for the next second of the clock that both processes share; a little more, so that the server is in it as well. */
async function wholeSecond(): Promise<string> {
  const next = (Math.floor(Date.now() / 1000) + 1) * 1000;
  await new Promise((resolve) => setTimeout(resolve, next - Date.now() + 30));
  return new Date(next).toISOString().replace('.000Z', 'Z');
}

/** The object that a step is about; creations are about a collection. */
function objectOf({ method, path }: Step): string[] {
  if (method === 'POST') return [];
  return [(path.split('?', 1)[0] ?? '').replace(/\/(status|scale|eviction|resize|ephemeralcontainers)$/, '')];
}
