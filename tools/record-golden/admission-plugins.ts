/**
 * Records the golden answers of test/golden/admission-plugins. Each set wants a server of its own:
 *
 *   node tools/record-golden/admission-plugins.ts --flags DIRECTORY SET       writes its configuration there and prints the server's flags
 *   node tools/record-golden/admission-plugins.ts --kubeconfig FILE SET       records from the server that was started with them
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { configurationOf, nobodyKubeconfig, pluginSets } from '../../test/golden/admission-plugins/sets.ts';
import { answersOf } from '../../test/golden/validation/golden-case.ts';
import { prepareNamespace, remove, sender } from './upstream.ts';

const { values, positionals } = parseArgs({
  options: { kubeconfig: { type: 'string' }, flags: { type: 'string' } },
  allowPositionals: true,
});
const set = pluginSets.find(({ name }) => name === positionals[0]);
if (!set) throw new Error(`a set is one of ${pluginSets.map(({ name }) => name).join(', ')}`);
if (values.flags !== undefined) {
  const directory = resolve(values.flags);
  await mkdir(directory, { recursive: true });
  const kubeconfig = join(directory, 'images.kubeconfig');
  const configuration = join(directory, `${set.name}.json`);
  await writeFile(kubeconfig, JSON.stringify(nobodyKubeconfig));
  await writeFile(configuration, JSON.stringify(configurationOf(set, kubeconfig)));
  const disable = set.disable ? ` --disable-admission-plugins=${set.disable.join(',')}` : '';
  const enable = ['NodeRestriction', ...set.enable].join(',');
  process.stdout.write(
    `--enable-admission-plugins=${enable}${disable} --admission-control-config-file=${configuration}\n`,
  );
} else {
  if (!values.kubeconfig) throw new Error('--kubeconfig or --flags is missing');
  const send = await sender(values.kubeconfig);
  await prepareNamespace(send);
  const answers = await answersOf(set.cases, send);
  for (const path of set.cleanup ?? []) await remove(send, path);
  const file = new URL(`../../test/golden/admission-plugins/${set.name}.json`, import.meta.url);
  await writeFile(file, `${JSON.stringify(answers, undefined, 2)}\n`);
  process.stdout.write(`${set.name}: ${set.cases.length} answers\n`);
}
