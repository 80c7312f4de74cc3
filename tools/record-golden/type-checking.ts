/**
 * Records what upstream's type checking finds in the policies of test/golden/admission-policies/type-checking.cases.ts. A kube-controller-manager
 * with the controller validatingadmissionpolicy-status-controller has to run:
 *
 *   node tools/record-golden/type-checking.ts --kubeconfig <file>
 */

import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  cases,
  definition,
  policyOf,
  type TypeAnswer,
  withoutDigits,
} from '../../test/golden/admission-policies/type-checking.cases.ts';
import { remove, sender } from './upstream.ts';

const untilCheckedMs = 5000;
const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Checked {
  readonly status?: { readonly typeChecking?: { readonly expressionWarnings?: readonly TypeAnswer[] } };
}

const { values } = parseArgs({ options: { kubeconfig: { type: 'string' } } });
if (!values.kubeconfig) throw new Error('--kubeconfig is missing');
const send = await sender(values.kubeconfig);
const contentType = 'application/json';
try {
  await send({ method: 'POST', path: definitions, body: definition, contentType });
  await sleep(untilCheckedMs);
  for (const one of cases) {
    const made = await send({ method: 'POST', path: policies, body: policyOf(one), contentType });
    if (made.code !== 201) throw new Error(`${one.name}: ${JSON.stringify(made.body)}`);
  }
  await sleep(untilCheckedMs);
  const answers: Record<string, readonly TypeAnswer[]> = {};
  for (const { name } of cases) {
    const { body } = await send({ method: 'GET', path: `${policies}/golden-types-${name}`, contentType });
    const { status } = body as Checked;
    if (!status?.typeChecking) throw new Error(`${name} was not checked: ${JSON.stringify(status)}`);
    answers[name] = withoutDigits(status.typeChecking.expressionWarnings ?? []);
  }
  const file = new URL('../../test/golden/admission-policies/type-checking.json', import.meta.url);
  await writeFile(file, `${JSON.stringify(answers, undefined, 2)}\n`);
} finally {
  for (const { name } of cases) await remove(send, `${policies}/golden-types-${name}`);
  await remove(send, `${definitions}/${definition.metadata.name}`);
}
