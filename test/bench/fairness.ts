/**
 * What priority and fairness costs a request that does not have to wait: classification, estimate, seats and their release, with metrics.
 *
 * Usage: node test/bench/fairness.ts     goal: well under 5 microseconds
 */

import { readFileSync } from 'node:fs';
import type { UserInfo } from '#api/request.ts';
import { Fairness, flowSchemas } from '#apiserver/fairness/fairness.ts';
import { parseRequestInfo } from '#apiserver/request/request-info.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';
import { createNodeEnv } from '#platform/node/env.ts';

const rounds = 400_000;
const env = createNodeEnv({ component: 'bench', level: 'warn' });
const policies = JSON.parse(
  readFileSync(new URL('../../src/cluster/bootstrap/policies.json', import.meta.url), 'utf8'),
) as readonly (FlowSchema | PriorityLevelConfiguration)[];
const objects = {
  load: () => undefined,
  version: () => 1,
  list: (collection: string) =>
    policies.filter(({ kind }) => kind === (collection === flowSchemas ? 'FlowSchema' : 'PriorityLevelConfiguration')),
};
const fairness = new Fairness(
  { objects, maxRequestsInFlight: 400, maxMutatingRequestsInFlight: 200 },
  env,
  new MetricsRegistry(),
);
const pods = { loaded: true, size: 10_000, sizeBytes: 40_000_000, countWatchers: () => 4 };
const { signal } = new AbortController();

const shapes: readonly (readonly [name: string, user: UserInfo, method: 'GET' | 'POST', path: string])[] = [
  [
    'master, get',
    { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    'GET',
    '/api/v1/namespaces/a/pods/p',
  ],
  [
    'scheduler, create',
    { username: 'system:kube-scheduler', groups: ['system:authenticated'] },
    'POST',
    '/api/v1/namespaces/a/pods',
  ],
  ['account, get', account('team', 'robot'), 'GET', '/api/v1/namespaces/a/pods/p'],
  ['account, list', account('team', 'robot'), 'GET', '/api/v1/pods'],
  ['person, get', { username: 'jane', groups: ['dev', 'system:authenticated'] }, 'GET', '/api/v1/namespaces/a/pods/p'],
];

function account(namespace: string, name: string): UserInfo {
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}

for (const [name, user, method, path] of shapes) {
  const query = new URLSearchParams();
  const info = parseRequestInfo({ method, path, query });
  if (!info) throw new Error(path);
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const admission = fairness.admit(user, info, { query, signal }, pods);
      if (admission instanceof Promise || admission.state !== 'executing') throw new Error(`${name}: no seat`);
      fairness.finish(admission);
    }
  };
  run(rounds / 4);
  const begin = process.threadCpuUsage();
  run(rounds);
  const { user: used, system } = process.threadCpuUsage(begin);
  console.log(`${name.padEnd(20)} ${((used + system) / rounds).toFixed(2)} us a request`);
}
fairness.close();
