/**
 * Records the golden metrics of test/golden/metrics from an upstream API server that nobody else asks for pod templates:
 *
 *   node tools/record-golden/metrics.ts --kubeconfig <file>
 */

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { added, factsOf, metricsNamespace, requests, seriesOf } from '../../test/golden/metrics/requests.ts';
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
await upstream({ method: 'DELETE', path: `${namespace}/${metricsNamespace}` });
await upstream({
  method: 'PUT',
  path: `${namespace}/${metricsNamespace}/finalize`,
  body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: metricsNamespace }, spec: { finalizers: [] } },
});
// What Go's runtime says of itself is nobody else's to say.
const facts = Object.fromEntries(Object.entries(factsOf(text)).filter(([name]) => !name.startsWith('go_')));
const golden = { series: added(before, seriesOf(text)), facts };
await writeFile(
  new URL('../../test/golden/metrics/metrics.json', import.meta.url),
  `${JSON.stringify(golden, undefined, 1)}\n`,
);
