/**
 * Records what upstream's scheduler tells of a little work into test/golden/metrics/scheduling.json. It wants a cluster without nodes and
 * pods, and a scheduler that was just started (its metrics begin with it):
 *
 *   node tools/record-golden/scheduler-metrics.ts --kubeconfig <file> --scheduler https://127.0.0.1:10259
 */

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  schedulingNamespace,
  schedulingNode,
  schedulingSeries,
  schedulingWork,
} from '../../test/golden/metrics/scheduling.ts';
import { connect } from './upstream.ts';

const { values } = parseArgs({ options: { kubeconfig: { type: 'string' }, scheduler: { type: 'string' } } });
if (!values.kubeconfig || !values.scheduler) throw new Error('--kubeconfig and --scheduler are missing');
const upstream = await connect(values.kubeconfig);
const scheduler = await connect(values.kubeconfig, values.scheduler);
const pods = `/api/v1/namespaces/${schedulingNamespace}/pods`;
for (const request of schedulingWork) {
  const { code, text } = await upstream(request);
  if (code >= 300 && code !== 409) throw new Error(`${request.method} ${request.path}: ${code} ${text}`);
}
const read = async (path: string): Promise<string> => (await scheduler({ method: 'GET', path })).text;
let text = '';
for (let tries = 0; tries < 60; tries++) {
  text = await read('/metrics');
  if (/scheduler_schedule_attempts_total\{.*unschedulable.*\} 1/.test(text)) break;
  await new Promise((resolve) => setTimeout(resolve, 500));
}
// What the scheduler tells asynchronously.
await new Promise((resolve) => setTimeout(resolve, 3000));
const series = schedulingSeries((await read('/metrics')) + (await read('/metrics/resources')));
const file = new URL('../../test/golden/metrics/scheduling.json', import.meta.url);
await writeFile(file, `${JSON.stringify(series, undefined, 1)}\n`);
await upstream({ method: 'DELETE', path: `${pods}?gracePeriodSeconds=0` });
await upstream({ method: 'DELETE', path: `/api/v1/nodes/${schedulingNode}` });
await upstream({ method: 'DELETE', path: `/api/v1/namespaces/${schedulingNamespace}` });
