/**
 * Records the golden answers of test/golden/bad-input from an upstream API server:
 *
 *   node tools/record-golden/bad-input.ts --kubeconfig <file>
 */

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  type BadInput,
  type BadInputAnswer,
  badInputAnswer,
  badInputNamespace,
  badInputs,
  badInputTarget,
  setUp,
} from '../../test/golden/bad-input/cases.ts';
import { connect, connectRaw } from './upstream.ts';

const { values } = parseArgs({ options: { kubeconfig: { type: 'string' } } });
if (!values.kubeconfig) throw new Error('--kubeconfig is missing');
const ask = await connect(values.kubeconfig);
const upstream = await connectRaw(values.kubeconfig);
const namespace = `/api/v1/namespaces/${badInputNamespace}`;
await ask({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: badInputNamespace } } });
const answers: Record<string, BadInputAnswer> = {};
const record = async (input: BadInput): Promise<void> => {
  if (Object.hasOwn(answers, input.name)) throw new Error(`two cases are named ${input.name}`);
  answers[input.name] = { code: 0, contentType: '' };
  try {
    const { code, contentType, text } = await upstream({ ...input, target: badInputTarget(input) });
    answers[input.name] = badInputAnswer(code, contentType, text);
  } catch (error) {
    process.stdout.write(`${input.name}: ${String(error)}\n`);
  }
};
for (const input of setUp) await record(input);
// Versions of the future are waited for: not one after another.
await Promise.all(badInputs.map(record));
for (const path of [`${namespace}/configmaps/one`, `${namespace}/serviceaccounts/one`, namespace])
  await ask({ method: 'DELETE', path });
await ask({
  method: 'PUT',
  path: `${namespace}/finalize`,
  body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: badInputNamespace }, spec: { finalizers: [] } },
});
const lines = Object.entries(answers).map(([name, answer]) => `${JSON.stringify(name)}: ${JSON.stringify(answer)}`);
await writeFile(new URL('../../test/golden/bad-input/answers.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`);
process.stdout.write(`${lines.length} answers\n`);
