/**
 * Records the golden answers of test/golden/admission-policies from an upstream API server:
 *
 *   node tools/record-golden/admission-policies.ts --kubeconfig <file>
 *
 * Once only: upstream's informer of a kind of parameters does not start again after the last policy with that kind went.
 */

import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cases, setUp } from '../../test/golden/admission-policies/cases.ts';
import { answersOf } from '../../test/golden/validation/golden-case.ts';
import { prepareNamespace, remove, sender } from './upstream.ts';

/** Upstream looks at its policies once a second. */
const untilEffectiveMs = 4000;

const { values } = parseArgs({ options: { kubeconfig: { type: 'string' } } });
if (!values.kubeconfig) throw new Error('--kubeconfig is missing');
const send = await sender(values.kubeconfig);
await prepareNamespace(send);
try {
  for (const { path, body } of setUp) {
    const answer = await send({ method: 'POST', path, body, contentType: 'application/json' });
    if (answer.code !== 201) throw new Error(`${path} ${body.metadata.name}: ${JSON.stringify(answer.body)}`);
  }
  await sleep(untilEffectiveMs);
  const answers = await answersOf(cases, send);
  const file = new URL('../../test/golden/admission-policies/answers.json', import.meta.url);
  await writeFile(file, `${JSON.stringify(answers, undefined, 2)}\n`);
  process.stdout.write(`${cases.length} answers\n`);
} finally {
  for (const { path, body } of setUp.toReversed()) await remove(send, `${path}/${body.metadata.name}`);
  await remove(send, '/apis/apps/v1/namespaces/golden-validation/deployments/scaled');
}
