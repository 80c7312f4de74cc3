/**
 * Our scheduler as a process of its own against any API server (ours or upstream's), for measuring it with the same load
 * driver as upstream's.
 *
 *     node test/bench/scheduler-process.ts --server https://127.0.0.1:6443 --pki DIR [--certificate scheduler] [--scheduler-name NAME]
 *
 * DIR has ca.crt and the client certificate with its key, as kubeadm names them. Runs until it gets SIGTERM or SIGINT; then
 * prints the CPU time and memory that it used.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '#client/api-client.ts';
import { createRemoteHandler } from '#client/remote-handler.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { createHttpClient } from '#platform/node/http-client.ts';
import { createScheduler } from '#scheduler/scheduler.ts';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'https://127.0.0.1:6443' },
    pki: { type: 'string', default: '.' },
    certificate: { type: 'string', default: 'scheduler' },
    calls: { type: 'string', default: '256' },
    'scheduler-name': { type: 'string', default: 'default-scheduler' },
  },
});
const read = (file: string) => readFileSync(join(values.pki, file), 'utf8');
const http = createHttpClient({
  server: values.server,
  authorityPem: read('ca.crt'),
  certificatePem: read(`${values.certificate}.crt`),
  keyPem: read(`${values.certificate}.key`),
});
const client = createClient({
  handler: createRemoteHandler(http.send),
  peer: { address: '' },
  userAgent: 'kube-scheduler',
});
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

const env = createNodeEnv({ component: 'kube-scheduler' });
const config = {
  maxConcurrentCalls: Number(values.calls),
  profiles: [{ schedulerName: values['scheduler-name'] }],
};
const { stopped } = await createScheduler().start({ env, client, config }, stop.signal);
await stopped;
http.close();
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    cpuMs: Math.round((user + system) / 1000),
    rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
  }),
);
