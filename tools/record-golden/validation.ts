/**
 * Records the golden answers of test/golden/validation from an upstream API server:
 *
 *   node tools/record-golden/validation.ts --kubeconfig <file> [folder ...]
 *
 * The namespace of the cases is made anew for each file; without controllers it has to be emptied by hand-sent deletes.
 */

import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { answersOf, type GoldenCase } from '../../test/golden/validation/golden-case.ts';
import { prepareNamespace, remove, sender } from './upstream.ts';

const root = new URL('../../test/golden/validation/', import.meta.url).pathname;

const { values, positionals } = parseArgs({
  options: { kubeconfig: { type: 'string' } },
  allowPositionals: true,
});
if (!values.kubeconfig) throw new Error('--kubeconfig is missing');
const send = await sender(values.kubeconfig);
const folders = positionals.length > 0 ? positionals : await foldersOf(root);
for (const folder of folders) {
  for (const file of (await readdir(join(root, folder))).filter((name) => name.endsWith('.cases.ts'))) {
    const path = join(root, folder, file);
    const { cases, cleanup } = (await import(path)) as { cases: GoldenCase[]; cleanup?: string[] };
    await prepareNamespace(send);
    const answers = await answersOf(cases, send);
    for (const left of leftBy(cases)) await remove(send, left);
    for (const extra of cleanup ?? []) await remove(send, extra);
    await writeFile(path.replace('.cases.ts', '.json'), `${JSON.stringify(answers, undefined, 2)}\n`);
    process.stdout.write(`${folder}/${file}: ${cases.length} answers\n`);
  }
}

async function foldersOf(path: string): Promise<string[]> {
  return (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Paths of what the cases may have left behind. */
function leftBy(cases: readonly GoldenCase[]): string[] {
  return cases.flatMap(({ method, path, body, dryRun }) => {
    const name = (body as { metadata?: { name?: string } } | undefined)?.metadata?.name;
    if (dryRun || name === undefined || (method !== 'POST' && method !== 'PUT')) return [];
    return [method === 'POST' ? `${path}/${name}` : path];
  });
}
