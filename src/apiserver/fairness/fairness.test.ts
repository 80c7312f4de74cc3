import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInfo } from '#api/request.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { parseRequestInfo, type RequestInfo } from '../request/request-info.ts';
import { Classifier, inMatchingOrder } from './classifier.ts';
import { debugPage } from './debug-pages.ts';
import { DroppedRequests } from './dropped-requests.ts';
import { Fairness, flowSchemas, priorityLevels } from './fairness.ts';
import type { Admission } from './flow-schema-state.ts';
import { estimateWork, type ResourceStatistics } from './work-estimate.ts';

const infoOf = (path: string, method: 'GET' | 'POST' | 'PUT' = 'GET'): RequestInfo => {
  const url = new URL(path, 'http://server');
  const info = parseRequestInfo({ method, path: url.pathname, query: url.searchParams });
  assert.ok(info);
  return info;
};
const user = (username: string, ...groups: string[]): UserInfo => ({
  username,
  groups: [...groups, 'system:authenticated'],
});

function schema(
  name: string,
  precedence: number,
  level: string,
  rules: NonNullable<FlowSchema['spec']>['rules'],
): FlowSchema {
  return {
    metadata: { name, uid: `uid-${name}` },
    spec: {
      matchingPrecedence: precedence,
      priorityLevelConfiguration: { name: level },
      distinguisherMethod: { type: 'ByUser' },
      rules,
    },
  };
}

const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] };

test('the first schema that names both subject and request takes it', () => {
  const schemas = [
    schema('accounts', 300, 'x', [
      {
        subjects: [{ kind: 'ServiceAccount', serviceAccount: { namespace: 'a', name: '*' } }],
        resourceRules: [everything],
      },
    ]),
    schema('leases', 100, 'x', [
      {
        subjects: [{ kind: 'User', user: { name: 'elector' } }],
        resourceRules: [
          {
            verbs: ['get', 'update'],
            apiGroups: ['coordination.k8s.io'],
            resources: ['leases'],
            namespaces: ['kube-system'],
          },
        ],
      },
    ]),
    schema('status', 100, 'x', [
      {
        subjects: [{ kind: 'Group', group: { name: 'nodes' } }],
        resourceRules: [{ verbs: ['*'], apiGroups: [''], resources: ['nodes/status'], clusterScope: true }],
      },
    ]),
    schema('probes', 2, 'x', [
      {
        subjects: [{ kind: 'Group', group: { name: '*' } }],
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/debug/*'] }],
      },
    ]),
  ];
  const classifier = new Classifier(
    schemas.toSorted(inMatchingOrder).map((each) => [each, each.metadata?.name ?? ''] as const),
    'none',
  );
  const lease = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/it';
  const table: readonly (readonly [UserInfo, RequestInfo, string])[] = [
    [user('elector'), infoOf(lease), 'leases'],
    [user('elector'), infoOf(lease, 'PUT'), 'leases'],
    [user('elector'), infoOf('/apis/coordination.k8s.io/v1/namespaces/default/leases/it'), 'none'],
    [user('elector'), infoOf('/apis/coordination.k8s.io/v1/leases'), 'none'],
    [user('other'), infoOf(lease), 'none'],
    [user('n', 'nodes'), infoOf('/api/v1/nodes/n/status', 'PUT'), 'status'],
    [user('n', 'nodes'), infoOf('/api/v1/nodes/n', 'PUT'), 'none'],
    [user('system:serviceaccount:a:b'), infoOf('/api/v1/pods'), 'accounts'],
    [user('system:serviceaccount:ab:b'), infoOf('/api/v1/pods'), 'none'],
    [user('system:serviceaccount:a:b'), infoOf('/healthz'), 'probes'],
    [user('x'), infoOf('/healthz/etcd'), 'probes'],
    [user('x'), infoOf('/healthzz'), 'none'],
    [user('x'), infoOf('/debug/pprof'), 'probes'],
  ];
  for (const [who, info, expected] of table) {
    assert.equal(classifier.classify(who, info), expected, `${who.username} ${info.verb} ${info.path}`);
  }
});

test('seats of lists, watches and writes', () => {
  const statistics = (sizeBytes: number, watchers: number): ResourceStatistics => ({
    loaded: true,
    size: 1000,
    sizeBytes,
    countWatchers: () => watchers,
  });
  const seats = (path: string, sizeBytes: number, levelMax = 0) => {
    const url = new URL(path, 'http://server');
    return estimateWork(infoOf(path), url.searchParams, statistics(sizeBytes, 0), levelMax).seats;
  };
  const pods = '/api/v1/pods';
  assert.equal(seats(pods, 50_000), 1);
  assert.equal(seats(pods, 400_000), 4);
  assert.equal(seats(pods, 4_000_000), 10);
  assert.equal(seats(pods, 4_000_000, 3), 3);
  assert.equal(seats(`${pods}?limit=100`, 4_000_000), 4);
  assert.equal(seats(`${pods}?resourceVersion=7&resourceVersionMatch=Exact`, 4_000_000), 40);
  assert.equal(seats(`${pods}?fieldSelector=metadata.name%3Da`, 4_000_000), 1);
  assert.equal(seats(`${pods}?watch=1&resourceVersion=7`, 4_000_000), 1);
  assert.equal(seats(`${pods}?watch=1`, 4_000_000), 10);
  assert.equal(seats(`${pods}/a`, 4_000_000), 1);
  const write = (watchers: number, levelMax = 0) =>
    estimateWork(infoOf('/api/v1/namespaces/a/pods', 'POST'), new URLSearchParams(), statistics(0, watchers), levelMax);
  assert.deepEqual(write(9), { seats: 1, finalSeats: 0, lingerMs: 0 });
  assert.deepEqual(write(40), { seats: 1, finalSeats: 4, lingerMs: 5 });
  assert.deepEqual(write(400), { seats: 1, finalSeats: 10, lingerMs: 20 });
  assert.deepEqual(write(400, 5), { seats: 1, finalSeats: 5, lingerMs: 40 });
});

test('Retry-After doubles while much is refused, and falls by seconds', () => {
  const dropped = new DroppedRequests();
  const seen: number[] = [];
  for (let second = 100; second < 112; second++) {
    const count = second < 108 ? 50 : 1;
    for (let i = 0; i < count; i++) dropped.record(second * 1000);
    seen.push(dropped.retryAfterSeconds);
  }
  assert.deepEqual(seen, [1, 2, 2, 4, 4, 4, 4, 8, 8, 8, 8, 8]);
  for (let second = 150; second < 250; second += 10) dropped.record(second * 1000);
  assert.equal(dropped.retryAfterSeconds, 1);
});

function world(levels: readonly PriorityLevelConfiguration[] = [], schemas: readonly FlowSchema[] = []) {
  const env = createSimEnv();
  const state = { version: 1, levels, schemas };
  const registry = new MetricsRegistry();
  const objects = {
    load: () => undefined,
    version: () => state.version,
    list: (collection: string) =>
      collection === flowSchemas ? state.schemas : collection === priorityLevels ? state.levels : [],
  };
  const fairness = new Fairness({ objects, maxRequestsInFlight: 20, maxMutatingRequestsInFlight: 10 }, env, registry);
  const ask = (who: UserInfo, path = '/api/v1/namespaces/a/pods/p', signal = new AbortController().signal) =>
    fairness.admit(who, infoOf(path), { query: new URL(path, 'http://server').searchParams, signal }, undefined);
  return { env, state, fairness, ask, registry };
}

const narrow: PriorityLevelConfiguration = {
  metadata: { name: 'narrow', uid: 'uid-narrow' },
  spec: {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: 5,
      borrowingLimitPercent: 0,
      limitResponse: { type: 'Queue', queuing: { queues: 4, handSize: 2, queueLengthLimit: 3 } },
    },
  },
};
const toNarrow = schema('to-narrow', 50, 'narrow', [
  { subjects: [{ kind: 'Group', group: { name: 'system:authenticated' } }], resourceRules: [everything] },
]);

const stateOf = (admission: Admission | Promise<Admission>) =>
  admission instanceof Promise ? 'waiting' : admission.state;

test('without any object there are the mandatory levels', () => {
  const { ask } = world();
  const master = ask(user('root', 'system:masters')) as Admission;
  const other = ask(user('x')) as Admission;
  assert.deepEqual(
    [master, other].map(({ item, state }) => [item.schema.name, state]),
    [
      ['exempt', 'executing'],
      ['catch-all', 'executing'],
    ],
  );
});

test('requests wait for a seat, leave with their client, and are refused when they waited too long', async () => {
  const { env, ask, fairness, registry } = world([narrow], [toNarrow]);
  const [level] = fairness.all().filter(({ name }) => name === 'catch-all');
  assert.ok(level);
  const running: Admission[] = [];
  let first = ask(user('x'));
  while (!(first instanceof Promise)) {
    running.push(first);
    first = ask(user('x'));
  }
  assert.equal(running.length, 15);
  assert.deepEqual(
    [...new Set(running.map(({ item }) => item.schema.headers['x-kubernetes-pf-prioritylevel-uid']))],
    ['uid-narrow'],
  );
  const client = new AbortController();
  const leaving = ask(user('x'), undefined, client.signal) as Promise<Admission>;
  const hasty = ask(user('x'), '/api/v1/namespaces/a/pods/p?timeout=2s') as Promise<Admission>;
  client.abort();
  assert.equal((await leaving).state, 'cancelled');
  fairness.finish(running.pop() as Admission);
  assert.equal((await first).state, 'executing');
  env.clock.advance(500);
  assert.equal((await hasty).state, 'cancelled');
  const patient = ask(user('x')) as Promise<Admission>;
  env.clock.advance(15_000);
  assert.equal((await patient).state, 'cancelled');
  const text = registry.expose();
  for (const line of [
    'apiserver_flowcontrol_dispatched_requests_total{flow_schema="to-narrow",priority_level="narrow"} 16',
    'apiserver_flowcontrol_rejected_requests_total{flow_schema="to-narrow",priority_level="narrow",reason="time-out"} 3',
    'apiserver_flowcontrol_current_executing_seats{flow_schema="to-narrow",priority_level="narrow"} 15',
    'apiserver_flowcontrol_current_inqueue_requests{flow_schema="to-narrow",priority_level="narrow"} 0',
    'apiserver_flowcontrol_nominal_limit_seats{priority_level="narrow"} 15',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});

test('full queues refuse at once; masters pass all the same', () => {
  const { ask } = world([narrow], [toNarrow]);
  const states = Array.from({ length: 30 }, () => stateOf(ask(user('x'))));
  assert.deepEqual(
    ['executing', 'waiting', 'rejected'].map((state) => states.filter((each) => each === state).length),
    [15, 6, 9],
  );
  assert.equal(stateOf(ask(user('root', 'system:masters'))), 'executing');
});

test('a changed configuration counts from the next request; a level that is gone ends with its requests', () => {
  const { ask, fairness, state } = world();
  assert.equal((ask(user('x')) as Admission).item.schema.name, 'catch-all');
  Object.assign(state, { version: 2, levels: [narrow], schemas: [toNarrow] });
  const admission = ask(user('x')) as Admission;
  assert.equal(admission.item.schema.name, 'to-narrow');
  Object.assign(state, { version: 3, levels: [] });
  assert.equal((ask(user('x')) as Admission).item.schema.name, 'catch-all');
  const names = () => fairness.all().map(({ name, quiescing }) => `${name} ${quiescing}`);
  assert.deepEqual(names(), ['catch-all false', 'exempt false', 'narrow true']);
  fairness.finish(admission);
  assert.deepEqual(names(), ['catch-all false', 'exempt false']);
});

test('a busy level borrows within ten seconds', async () => {
  const { ask, fairness, env } = world(
    [
      { ...narrow, spec: { type: 'Limited', limited: { ...narrow.spec?.limited, borrowingLimitPercent: undefined } } },
      {
        metadata: { name: 'rich' },
        spec: {
          type: 'Limited',
          limited: { nominalConcurrencyShares: 50, lendablePercent: 100, limitResponse: { type: 'Reject' } },
        },
      },
    ],
    [
      toNarrow,
      schema('to-rich', 40, 'rich', [
        { subjects: [{ kind: 'User', user: { name: 'rich' } }], resourceRules: [everything] },
      ]),
    ],
  );
  const narrowLevel = () => fairness.all().find(({ name }) => name === 'narrow');
  const lent = Array.from({ length: 25 }, () => ask(user('rich')) as Admission);
  await env.clock.advance(10_000);
  for (const admission of lent) if (admission.state === 'executing') fairness.finish(admission);
  // The rich level has its seats as long as it wanted them in the last ten seconds.
  for (let i = 0; i < 3; i++) void ask(user(`early-${i}`));
  await env.clock.advance(10_000);
  for (let i = 0; i < 12; i++) void ask(user(`user-${i}`));
  assert.ok((narrowLevel()?.queues.waiting ?? 0) > 0);
  await env.clock.advance(9999);
  assert.ok((narrowLevel()?.queues.waiting ?? 0) > 0);
  await env.clock.advance(1);
  const limit = narrowLevel()?.queues.limit ?? 0;
  assert.ok(limit >= 12, `${limit}`);
  assert.equal(narrowLevel()?.queues.waiting, 0);
});

test('the debugging pages show levels, queues and requests', () => {
  const { ask, fairness, env } = world([narrow], [toNarrow]);
  for (let i = 0; i < 16; i++) void ask(user('x'));
  const page = (path: string): string => {
    const response = debugPage(fairness, env, {
      method: 'GET',
      path: `/debug/api_priority_and_fairness/${path}`,
      query: new URLSearchParams('includeRequestDetails=1'),
      headers: {},
      peer: { address: '' },
      signal: new AbortController().signal,
    });
    assert.ok(response?.type === 'bytes' && response.body instanceof Uint8Array);
    return new TextDecoder().decode(response.body);
  };
  assert.match(page('dump_priority_levels'), /^narrow, +1, +false, +false, +1, +15, +15, +0, +0, +0$/m);
  assert.equal(page('dump_queues').trim().split('\n').length, 5);
  const requests = page('dump_requests');
  assert.match(
    requests,
    /^narrow, +to-narrow, +\d, +0, +x, .*, +x, +get, +\/api\/v1\/namespaces\/a\/pods\/p, +a, +p, +v1, +pods, +$/m,
  );
  assert.equal(requests.trim().split('\n').length, 17);
});
