import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newNotFound, StatusError } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { Backend, BackendRequest, BackendResponse } from '#api/streaming/backend.ts';
import { collect } from '#api/streaming/byte-stream.ts';
import { nodeClock } from '#platform/node/env.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { parseRequestInfo } from '../request/request-info.ts';
import { type ConnectSubresource, createConnectHandlers } from './actions.ts';
import type { ConnectLookup, PodView } from './context.ts';

const upgrade = { connection: 'Upgrade', upgrade: 'SPDY/3.1' };
const pods: Readonly<Record<string, PodView>> = {
  web: pod(['c'], { podIPs: [{ ip: '10.244.1.7' }] }),
  two: {
    ...pod(['a', 'b'], {}),
    spec: { nodeName: 'n1', initContainers: [{ name: 'i' }], containers: [{ name: 'a' }, { name: 'b' }] },
  },
  pending: { ...pod(['c'], {}), spec: { containers: [{ name: 'c' }] } },
  lost: { ...pod(['c'], {}), spec: { nodeName: 'gone', containers: [{ name: 'c' }] } },
  local: pod(['c'], { podIPs: [{ ip: '127.0.0.1' }] }),
};
const lookup: ConnectLookup = {
  pod: async (_namespace, name) => found(pods[name], 'pods', name),
  node: async (name) =>
    found(
      name === 'n1'
        ? {
            status: {
              addresses: [
                { type: 'Hostname', address: 'n1' },
                { type: 'InternalIP', address: '172.30.0.11' },
              ],
              daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
            },
          }
        : name === 'evil'
          ? { status: { addresses: [{ type: 'InternalIP', address: '169.254.169.254' }] } }
          : undefined,
      'nodes',
      name,
    ),
  service: async (_namespace, name) =>
    found(name === 'svc' ? { spec: { ports: [{ name: 'http', port: 80 }] } } : undefined, 'services', name),
  endpoints: async (_namespace, name) =>
    found(
      name === 'svc'
        ? {
            subsets: [
              {
                addresses: [
                  { ip: '10.0.0.66', targetRef: { name: 'web', namespace: 'default' } },
                  { ip: '10.244.1.7', targetRef: { name: 'web', namespace: 'default' } },
                ],
                ports: [{ name: 'http', port: 8080 }],
              },
            ],
          }
        : name === 'empty'
          ? { subsets: [] }
          : undefined,
      'endpoints',
      name,
    ),
};

describe('where requests go', () => {
  const cases: Record<string, readonly [method: string, target: string, headers: Record<string, string>, url: string]> =
    {
      'exec in the only container': [
        'POST',
        'pods/web/exec?command=sh&command=-c&command=a+b&stdin=true&stdout=true&tty=true',
        upgrade,
        'kubelet https://172.30.0.11:10250/exec/default/web/c?input=1&output=1&tty=1&command=sh&command=-c&command=a+b',
      ],
      'attach shows output unless told otherwise': [
        'POST',
        'pods/two/attach?container=b',
        upgrade,
        'kubelet https://172.30.0.11:10250/attach/default/two/b?output=1&error=1',
      ],
      'port-forward': [
        'POST',
        'pods/web/portforward?ports=80&ports=81',
        upgrade,
        'kubelet https://172.30.0.11:10250/portForward/default/web?port=80%2C81',
      ],
      log: [
        'GET',
        'pods/web/log?follow=true&tailLines=5&timestamps=false',
        {},
        'kubelet https://172.30.0.11:10250/containerLogs/default/web/c?follow=true&tailLines=5&stream=All',
      ],
      'log of a kubelet whose certificate is not verified': [
        'GET',
        'pods/web/log?insecureSkipTLSVerifyBackend=true',
        {},
        'insecureKubelet https://172.30.0.11:10250/containerLogs/default/web/c?stream=All',
      ],
      'a pod': ['GET', 'pods/web/proxy/a/b?c=d', {}, 'proxy http://10.244.1.7:8080/a/b?c=d'],
      'a pod’s port over TLS, slash kept': [
        'GET',
        'pods/https:web:8443/proxy/a/',
        {},
        'proxy https://10.244.1.7:8443/a/',
      ],
      'a service by port name, to an address that is a pod’s': [
        'GET',
        'services/svc:http/proxy/',
        {},
        'proxy http://10.244.1.7:8080/',
      ],
      'a service by port number': ['GET', 'services/svc:80/proxy/', {}, 'proxy http://10.244.1.7:8080/'],
      'a node’s kubelet': ['GET', '../../nodes/n1/proxy/pods', {}, 'kubelet https://172.30.0.11:10250/pods'],
      'a node’s kubelet by its port': [
        'GET',
        '../../nodes/n1:10250/proxy/pods',
        {},
        'kubelet https://172.30.0.11:10250/pods',
      ],
      'another port of a node': [
        'GET',
        '../../nodes/http:n1:9100/proxy/metrics',
        {},
        'proxy http://172.30.0.11:9100/metrics',
      ],
    };
  for (const [name, [method, target, headers, url]] of Object.entries(cases)) {
    it(name, async () => {
      const { run, asked } = setup();
      await run(method, target, headers).catch(() => {});
      assert.deepEqual(asked, [url]);
    });
  }
});

describe('what is refused', () => {
  const cases: Record<
    string,
    readonly [method: string, target: string, headers: Record<string, string>, code: number, message: string]
  > = {
    'no upgrade': ['POST', 'pods/web/exec?stdout=true', {}, 400, 'Upgrade request required'],
    'another container': ['POST', 'pods/web/exec?container=x', upgrade, 400, 'container x is not valid for pod web'],
    'one of several containers': [
      'POST',
      'pods/two/exec',
      upgrade,
      400,
      'a container name must be specified for pod two, choose one of: [i a b]',
    ],
    'a pod without a node': ['POST', 'pods/pending/exec', upgrade, 400, 'pod pending does not have a host assigned'],
    'a pod that is not': ['POST', 'pods/none/exec', upgrade, 404, 'pods "none" not found'],
    'a pod of a node that is not': ['GET', 'pods/lost/log', {}, 404, 'nodes "gone" not found'],
    'running something by reading': [
      'GET',
      'pods/web/exec?stdout=true',
      { connection: 'Upgrade', upgrade: 'websocket', user: 'viewer' },
      403,
      'pods "web" is forbidden: User "viewer" cannot create resource "pods/exec" in API group "" in the namespace "default"',
    ],
    'running something by reading a node': [
      'GET',
      '../../nodes/n1/proxy/%65xec/default/web/c?command=id',
      { connection: 'Upgrade', upgrade: 'websocket', user: 'viewer' },
      403,
      'nodes "n1" is forbidden: User "viewer" cannot create resource "nodes/proxy" in API group "" at the cluster scope',
    ],
    'bad log options': [
      'GET',
      'pods/web/log?tailLines=-1',
      {},
      422,
      'PodLogOptions "web" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
    'a pod at the server’s own address': ['GET', 'pods/local/proxy/', {}, 400, 'address not allowed'],
    'a node at the metadata service': ['GET', '../../nodes/evil/proxy/', {}, 400, 'address not allowed'],
    'another scheme': ['GET', 'pods/ftp:web:21/proxy/', {}, 400, 'invalid pod request "ftp:web:21"'],
    'a service port that is not': [
      'GET',
      'services/svc:81/proxy/',
      {},
      503,
      'no service port 81 found for service "svc"',
    ],
    'a service without endpoints': [
      'GET',
      'services/empty/proxy/',
      {},
      503,
      'no endpoints available for service "empty"',
    ],
  };
  for (const [name, [method, target, headers, code, message]] of Object.entries(cases)) {
    it(name, async () => {
      const { run, asked } = setup();
      const error = await run(method, target, headers).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof StatusError);
      assert.deepEqual([error.code, error.message], [code, message]);
      assert.deepEqual(asked, []);
    });
  }
});

describe('what comes back', () => {
  it('an unscheduled pod has no log and that is no error', async () => {
    const response = await setup().run('GET', 'pods/pending/log', {});
    assert.equal(response.type === 'bytes' && response.status, 204);
  });

  const kubeletErrors: readonly (readonly [status: number, reason: string, message: string])[] = [
    [400, 'BadRequest', 'container "c" in pod "web" is waiting to start: ContainerCreating'],
    [
      500,
      'InternalError',
      'Internal error occurred: container "c" in pod "web" is waiting to start: ContainerCreating',
    ],
    [404, 'NotFound', 'the server could not find the requested resource ( pods/log web)'],
  ];
  for (const [status, reason, message] of kubeletErrors) {
    it(`the kubelet's ${status} to a log is ${reason}`, async () => {
      const body = 'container "c" in pod "web" is waiting to start: ContainerCreating';
      await assert.rejects(setup({ status, body }).run('GET', 'pods/web/log', {}), { reason, message });
    });
  }

  it('links of a proxied page lead back through the proxy', async () => {
    const { run } = setup({
      headers: [['content-type', 'text/html; charset=utf-8']],
      body: '<a href="/rewriteme">test</a>',
    });
    const response = await run('GET', 'pods/web/proxy/', {});
    assert.ok(response.type === 'bytes');
    assert.equal(
      new TextDecoder().decode(await collect(response.body as AsyncIterable<Uint8Array>, 1000)),
      '<a href="/api/v1/namespaces/default/pods/web/proxy/rewriteme">test</a>',
    );
  });

  it('redirects of a proxied page lead back through the proxy, and the page stays', async () => {
    const { run } = setup({
      status: 302,
      headers: [
        ['content-type', 'text/html; charset=utf-8'],
        ['location', '/login'],
        ['connection', 'close'],
        ['access-control-allow-origin', '*'],
        ['set-cookie', 'a=b'],
      ],
      body: '<a href="/rewriteme">test</a>',
    });
    const response = await run('GET', 'pods/web/proxy/', {});
    assert.ok(response.type === 'bytes');
    const prefix = '/api/v1/namespaces/default/pods/web/proxy';
    assert.deepEqual(
      [
        response.status,
        response.headers,
        new TextDecoder().decode(await collect(response.body as AsyncIterable<Uint8Array>, 1000)),
      ],
      [302, { location: `${prefix}/login`, 'set-cookie': ['a=b'] }, '<a href="/rewriteme">test</a>'],
    );
  });

  it('a page without a slash is asked for again with one', async () => {
    const { run, asked } = setup();
    const response = await run('GET', 'pods/web/proxy?a=b', {});
    assert.deepEqual(response.type === 'bytes' && [response.status, response.headers], [
      301,
      { location: '/api/v1/namespaces/default/pods/web/proxy/?a=b' },
    ]);
    assert.deepEqual(asked, []);
  });
});

function pod(containers: readonly string[], status: PodView['status']): PodView {
  return {
    spec: { nodeName: 'n1', containers: containers.map((name) => ({ name, ports: [{ containerPort: 8080 }] })) },
    status,
  };
}

function found<T>(object: T | undefined, resource: string, name: string): T {
  if (object === undefined) throw newNotFound({ group: '', resource }, name);
  return object;
}

function setup(answer: { status?: number; headers?: BackendResponse['headers']; body?: string } = {}) {
  const asked: string[] = [];
  const backend = (name: string): Backend => {
    const respond = async ({ url }: BackendRequest): Promise<BackendResponse> => {
      asked.push(`${name} ${url}`);
      return {
        status: answer.status ?? 200,
        statusText: '',
        headers: answer.headers ?? [],
        discard: () => {},
        body: (async function* () {
          yield new TextEncoder().encode(answer.body ?? '');
        })(),
      };
    };
    return { request: respond, upgrade: async (request) => ({ type: 'response', ...(await respond(request)) }) };
  };
  const handlers = createConnectHandlers(
    {
      authorize: ({ user }) => ({ decision: user.username === 'viewer' ? 'no-opinion' : 'allow', reason: '' }),
      kubelet: backend('kubelet'),
      insecureKubelet: backend('insecureKubelet'),
      proxy: backend('proxy'),
      streaming: {
        clock: nodeClock,
        deflate: nodeRawDeflate,
        webSockets: { accept: () => Promise.reject(new Error('not asked for')) },
      },
    },
    { next: () => 0, bytes: (count) => new Uint8Array(count) },
  );
  const run = async (method: string, target: string, headers: Record<string, string>): Promise<ApiResponse> => {
    const url = new URL(target, 'http://api/api/v1/namespaces/default/');
    const request: ApiRequest = {
      method: method as ApiRequest['method'],
      path: url.pathname,
      query: url.searchParams,
      headers,
      peer: { address: '192.0.2.9' },
      signal: new AbortController().signal,
    };
    const info = parseRequestInfo(request);
    assert.ok(info);
    const handler = handlers[`/${info.resource}/${info.subresource}` as ConnectSubresource];
    return handler({ request, info, user: { username: headers.user ?? 'admin', groups: [] }, lookup });
  };
  return { run, asked };
}
