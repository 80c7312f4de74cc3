/**
 * Records the golden answers of test/golden/sequences from an upstream API server without controllers:
 *
 *   node tools/record-golden/sequences.ts --kubeconfig <file> [sequence ...]
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { crds } from '../../test/golden/apply/kinds.ts';
import { comparable } from '../../test/golden/sequences/compare.ts';
import { Play, type Step } from '../../test/golden/sequences/exchange.ts';
import { namespaceOf, sequences, setUp } from '../../test/golden/sequences/sequences.ts';
import { connection, prepare, tidy } from '../../test/golden/sequences/server.ts';

const folder = new URL('../../test/golden/sequences/recorded/', import.meta.url);
const { values, positionals } = parseArgs({ options: { kubeconfig: { type: 'string' } }, allowPositionals: true });
if (!values.kubeconfig) throw new Error('--kubeconfig is missing');
const send = connection(values.kubeconfig);
await prepare(send, crds);
await mkdir(folder, { recursive: true });
for (const [name, steps] of Object.entries(sequences)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const play = new Play(namespaceOf(name), send);
  for (const step of setUp) await play.step(step);
  const lines: string[] = [];
  for (const step of steps) lines.push(JSON.stringify({ step, answer: comparable(await play.step(step)) }));
  await writeFile(new URL(`${name}.jsonl`, folder), `${lines.join('\n')}\n`);
  await tidy(send, namespaceOf(name), collectionsOf(steps));
  process.stdout.write(`${name}: ${lines.length} steps\n`);
}
process.exit(0);

/** Collections below the namespace that the steps created in. */
function collectionsOf(steps: readonly Step[]): string[] {
  const paths = steps.flatMap(({ method, path }) => {
    const bare = path.split('?', 1)[0] ?? '';
    const parts = bare.split('/');
    return method === 'POST' ? [bare] : method === 'PUT' || method === 'PATCH' ? [parts.slice(0, -1).join('/')] : [];
  });
  const whole = paths.map((path) => (path.startsWith('/') ? path : `/api/v1/namespaces/<namespace>/${path}`));
  return [...new Set(whole.filter((path) => path.includes('/<namespace>/')))];
}
