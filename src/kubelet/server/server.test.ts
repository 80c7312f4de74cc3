import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { Backend } from '#api/streaming/backend.ts';
import { collect } from '#api/streaming/byte-stream.ts';
import type { ContainerStatus, Pod } from '#kinds/generated/core-v1.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import type { LogFiles } from '../logs/log-files.ts';
import { requestAttributes } from './authorization.ts';
import { loggedContainerId } from './container-logs.ts';
import { createKubeletServer, type KubeletHost } from './server.ts';

describe('requestAttributes', () => {
  const cases: Record<string, readonly [method: string, path: string, expected: readonly string[]]> = {
    'pods, also by their fine-grained name': ['GET', '/pods', ['get pods', 'get proxy']],
    healthz: ['GET', '/healthz/ping', ['get healthz', 'get proxy']],
    configz: ['GET', '/configz', ['get configz', 'get proxy']],
    runningpods: ['GET', '/runningpods/', ['get pods', 'get proxy']],
    stats: ['GET', '/stats/summary', ['get stats']],
    metrics: ['GET', '/metrics/cadvisor', ['get metrics']],
    logs: ['GET', '/logs/syslog', ['get log']],
    'container logs': ['GET', '/containerLogs/ns/pod/c', ['get proxy']],
    'a path that only begins alike': ['GET', '/metricsx', ['get proxy']],
    'exec by SPDY': ['POST', '/exec/ns/pod/c', ['create proxy']],
    'exec by WebSocket, no mere reading': ['GET', '/exec/ns/pod/c', ['create proxy']],
    'attach by WebSocket': ['GET', '/attach/ns/pod/c', ['create proxy']],
    'port-forward by WebSocket': ['GET', '/portForward/ns/pod', ['create proxy']],
    'a method that is none of the API’s': ['OPTIONS', '/pods', [' pods', ' proxy']],
  };
  for (const [name, [method, path, expected]] of Object.entries(cases)) {
    it(`knows ${name}`, () => {
      assert.deepEqual(
        requestAttributes(method, path).map(({ verb, subresource }) => `${verb} ${subresource}`),
        expected,
      );
    });
  }
});

describe('loggedContainerId', () => {
  const cases: Record<
    string,
    readonly [status: Partial<ContainerStatus> | undefined, previous: boolean, expected: string]
  > = {
    'no status': [undefined, false, 'container "c" in pod "web" is not available'],
    running: [{ containerID: 'x://1', state: { running: {} } }, false, 'x://1'],
    ended: [{ state: { terminated: { exitCode: 0, containerID: 'x://2' } } }, false, 'x://2'],
    'ended without a container': [
      { state: { terminated: { exitCode: 0 } } },
      false,
      'container "c" in pod "web" is terminated',
    ],
    'between restarts': [
      {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, containerID: 'x://3' } },
      },
      false,
      'x://3',
    ],
    creating: [
      { state: { waiting: { reason: 'ContainerCreating' } } },
      false,
      'container "c" in pod "web" is waiting to start: ContainerCreating',
    ],
    'without its image': [
      { state: { waiting: { reason: 'ErrImagePull' } } },
      false,
      'container "c" in pod "web" is waiting to start: image can\'t be pulled',
    ],
    'backing off from its image': [
      { state: { waiting: { reason: 'ImagePullBackOff' } } },
      false,
      'container "c" in pod "web" is waiting to start: trying and failing to pull image',
    ],
    'in no state': [{ state: {} }, false, 'container "c" in pod "web" is waiting to start - no logs yet'],
    'the one before': [
      { state: { running: {} }, lastState: { terminated: { exitCode: 1, containerID: 'x://4' } } },
      true,
      'x://4',
    ],
    'the one before the first': [
      { state: { running: {} } },
      true,
      'previous terminated container "c" in pod "web" not found',
    ],
  };
  for (const [name, [status, previous, expected]] of Object.entries(cases)) {
    it(`${name}: ${expected}`, () => {
      let found: string;
      try {
        found = loggedContainerId(podWith(status), 'c', previous);
      } catch (error) {
        found = error instanceof Error ? error.message : '';
      }
      assert.equal(found, expected);
    });
  }
});

describe('createKubeletServer', () => {
  it('answers nobody without a credential', async () => {
    const { ask } = server();
    for (const path of ['/pods', '/healthz', '/nowhere'])
      assert.deepEqual(await ask('GET', path, ''), [401, 'Unauthorized']);
  });

  it('answers nobody without permission, and says which is missing', async () => {
    const { ask } = server();
    assert.deepEqual(await ask('GET', '/pods', 'viewer'), [
      403,
      'Forbidden (user=viewer, verb=get, resource=nodes, subresource(s)=[pods proxy])\n',
    ]);
    assert.deepEqual((await ask('GET', '/stats/summary', 'viewer'))[0], 200);
  });

  it('authorizes what is asked for, however it is spelled', async () => {
    const { ask } = server();
    for (const path of [
      '/exec/default/web/c',
      '/%65xec/default/web/c',
      '/exec%2Fdefault/web/c',
      '/%72un/default/web/c',
    ])
      assert.match(`${(await ask('GET', path, 'viewer'))[1]}`, /^Forbidden \(user=viewer, verb=create, /, path);
    assert.deepEqual(await ask('GET', '/%zz', 'viewer'), [400, '400: Bad Request']);
  });

  const answers: Record<string, readonly [method: string, target: string, status: number, text: string | RegExp]> = {
    'the pods': ['GET', '/pods', 200, /^\{"kind":"PodList","apiVersion":"v1","metadata":\{\},"items":\[\{"metadata":/],
    'its health': ['GET', '/healthz', 200, 'ok'],
    'unknown paths': ['GET', '/nowhere', 404, '404: Page Not Found'],
    'names of the prototype': ['GET', '/constructor', 404, '404: Page Not Found'],
    'other methods': ['DELETE', '/pods', 405, '405: Method Not Allowed'],
    'a log': ['GET', '/containerLogs/default/web/c', 200, 'hello\n'],
    'bad numbers': ['GET', '/containerLogs/default/web/c?tailLines=x', 400, '{"message": "Unable to decode query."}'],
    'bad options': [
      'GET',
      '/containerLogs/default/web/c?limitBytes=0',
      422,
      /limitBytes: Invalid value: 0: must be greater than 0/,
    ],
    'logs of another pod': ['GET', '/containerLogs/default/other/c', 404, 'pod "other" does not exist'],
    'logs of another container': ['GET', '/containerLogs/default/web/d', 404, 'container "d" not found in pod "web"'],
    'exec without an upgrade': ['POST', '/exec/default/web/c?output=1&command=id', 400, 'Upgrade request required'],
    'exec without streams': [
      'POST',
      '/exec/default/web/c?command=id#upgrade',
      400,
      'you must specify at least 1 of stdin, stdout, stderr',
    ],
    'exec in another pod': ['POST', '/exec/default/other/c?output=1#upgrade', 404, 'pod does not exist'],
    'exec with another uid': ['POST', '/exec/default/web/wrong/c?output=1#upgrade', 404, 'pod does not exist'],
    'exec that the runtime refuses': ['POST', '/exec/default/web/c?output=1#upgrade', 500, 'container not found ("c")'],
    'a forwarded port that is none': ['GET', '/portForward/default/web?port=0#websocket', 400, 'port "0" must be > 0'],
  };
  for (const [name, [method, target, status, text]] of Object.entries(answers)) {
    it(`answers ${name}`, async () => {
      const [path = '', upgrade = ''] = target.split('#');
      const headers: Record<string, string> =
        upgrade === '' ? {} : { connection: 'Upgrade', upgrade: upgrade === 'websocket' ? 'websocket' : 'SPDY/3.1' };
      const found = await server().ask(method as ApiRequest['method'], path, 'admin', headers);
      assert.equal(found[0], status);
      if (typeof text === 'string') assert.equal(found[1], text);
      else assert.match(found[1], text);
    });
  }
});

function podWith(status: Partial<ContainerStatus> | undefined): Pod {
  return {
    metadata: { name: 'web', namespace: 'default', uid: 'u1' },
    spec: { containers: [{ name: 'c' }] },
    status: status
      ? { containerStatuses: [{ name: 'c', ready: true, restartCount: 0, image: 'i', imageID: '', ...status }] }
      : {},
  };
}

function server() {
  const env = createNodeEnv({ component: 'test', level: 'error' });
  const pod = podWith({ containerID: 'x://1', state: { running: {} } });
  const missing = async () => {
    throw new Error('container not found ("c")');
  };
  const host: KubeletHost = {
    nodeName: 'n1',
    pods: () => [pod],
    runningPods: async () => [],
    config: () => ({}),
    unhealthy: () => undefined,
    containers: {
      exec: missing,
      attach: missing,
      portForward: missing,
      run: missing,
      log: async () => ({ path: '/log', life: { isRunning: async () => false, ended: async () => {} } }),
    },
    statsSummary: async () => ({}),
    metrics: async () => '',
  };
  const content = new TextEncoder().encode('2026-11-21T09:00:01.1Z stdout F hello\n');
  const logFiles: LogFiles = {
    open: async () => ({
      identity: '1',
      size: async () => content.length,
      read: async (offset, length) => content.slice(offset, offset + length),
      close: async () => {},
    }),
    watch: () => () => {},
  };
  const nothing = () => Promise.reject(new Error('not asked for'));
  const runtime: Backend = { request: nothing, upgrade: nothing };
  const handler = createKubeletServer({
    env,
    host,
    logFiles,
    runtime,
    streaming: { clock: env.clock, deflate: nodeRawDeflate, webSockets: { accept: nothing } },
    auth: {
      authenticate: async ({ headers }) => (headers.user ? { username: headers.user, groups: [] } : undefined),
      authorize: async (user, { subresource }) => user.username === 'admin' || subresource === 'stats',
    },
  });
  const ask = async (
    method: ApiRequest['method'],
    target: string,
    user: string,
    headers: Record<string, string> = {},
  ): Promise<[number, string]> => {
    const url = new URL(target, 'http://node');
    const response: ApiResponse = await handler({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { ...headers, ...(user === '' ? {} : { user }) },
      peer: { address: '192.0.2.9' },
      signal: new AbortController().signal,
    });
    assert.equal(response.type, 'bytes');
    if (response.type !== 'bytes') return [0, ''];
    const body = response.body instanceof Uint8Array ? response.body : await collect(response.body, 1000);
    return [response.status, new TextDecoder().decode(body)];
  };
  return { ask };
}
