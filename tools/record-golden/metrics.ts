/**
 * Records the golden metrics of test/golden/metrics from an upstream API server that nobody else asks for pod templates:
 *
 *   node tools/record-golden/metrics.ts --kubeconfig <file>
 */

import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { admissionObjects, admittedNames } from '../../test/golden/metrics/admission.ts';
import {
  added,
  factsOf,
  type MetricFacts,
  metricsNamespace,
  requests,
  seriesOf,
  template,
  templatesPath,
} from '../../test/golden/metrics/requests.ts';
import { connect } from './upstream.ts';

const { values } = parseArgs({ options: { kubeconfig: { type: 'string' } } });
if (!values.kubeconfig) throw new Error('--kubeconfig is missing');
const upstream = await connect(values.kubeconfig);
const metrics = async (): Promise<string> => (await upstream({ method: 'GET', path: '/metrics' })).text;
const namespace = '/api/v1/namespaces';
await upstream({ method: 'POST', path: namespace, body: { metadata: { name: metricsNamespace } } });
const before = seriesOf(await metrics());
for (const request of requests) await upstream(request);
const text = await metrics();
const later = await underAdmission();
await upstream({ method: 'DELETE', path: `${namespace}/${metricsNamespace}` });
await upstream({
  method: 'PUT',
  path: `${namespace}/${metricsNamespace}/finalize`,
  body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: metricsNamespace }, spec: { finalizers: [] } },
});
const file = new URL('../../test/golden/metrics/metrics.json', import.meta.url);
const former = JSON.parse(await readFile(file, 'utf8')) as { readonly facts: Record<string, MetricFacts> };
// Metrics are only shown when they have something to tell: what an earlier recording saw is kept. What Go's runtime says of itself is nobody else's to say.
const facts = Object.fromEntries(
  Object.entries({ ...former.facts, ...factsOf(text), ...factsOf(later) }).filter(([name]) => !name.startsWith('go_')),
);
const golden = { series: added(before, seriesOf(text)), facts };
await writeFile(file, `${JSON.stringify(golden, undefined, 1)}\n`);

/** The metrics when policies and webhooks had something to do. */
async function underAdmission(): Promise<string> {
  for (const [path, body] of admissionObjects) await upstream({ method: 'POST', path, body });
  const create = (name: string) =>
    upstream({ method: 'POST', path: `${templatesPath}?dryRun=All`, body: template(name) });
  // Policies and webhooks are in force some time after they were stored.
  for (let tries = 0; tries < 30; tries++) {
    const { code } = await create('refused');
    const { warning } = await create('warned');
    if (code === 500 && warning !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  for (const name of admittedNames) await create(name);
  const shown = await metrics();
  for (const [path, { metadata }] of admissionObjects)
    await upstream({ method: 'DELETE', path: `${path}/${metadata.name}` });
  return shown;
}
