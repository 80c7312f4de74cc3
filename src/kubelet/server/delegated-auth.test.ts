import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResourceDefinition } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import type { ApiRequest, Peer } from '#api/request.ts';
import type { Client } from '#client/client.ts';
import { createDelegatedAuth } from './delegated-auth.ts';

describe('createDelegatedAuth', () => {
  it('knows client certificates by itself', async () => {
    const { auth, asked } = setup();
    const user = await auth.authenticate(request({ certificate: { commonName: 'jane', organizations: ['team'] } }));
    assert.deepEqual(user, { username: 'jane', groups: ['team', 'system:authenticated'] });
    assert.deepEqual(asked, []);
  });

  it('asks about a token once in two minutes', async () => {
    const { auth, asked, pass } = setup();
    const good = request({}, 'Bearer good');
    const metrics = { username: 'metrics', uid: 'u', groups: ['system:serviceaccounts'] };
    assert.deepEqual(await auth.authenticate(good), metrics);
    assert.deepEqual(await auth.authenticate(good), metrics);
    assert.deepEqual(asked, ['TokenReview good']);
    pass(2 * 60_000);
    await auth.authenticate(good);
    assert.equal(asked.length, 2);
  });

  it('knows nobody by a bad token, another scheme or nothing', async () => {
    const { auth } = setup();
    for (const header of ['Bearer bad', 'Basic Z29vZA==', 'Bearer', '']) {
      assert.equal(await auth.authenticate(request({}, header)), undefined);
    }
  });

  it('asks for permission on this node and remembers both answers for their time', async () => {
    const { auth, asked, pass } = setup();
    const stats = { verb: 'get', subresource: 'stats', path: '/stats/summary' };
    const exec = { verb: 'create', subresource: 'proxy', path: '/exec/ns/pod/c' };
    const user = { username: 'metrics', groups: [] };
    for (let i = 0; i < 2; i++) {
      assert.equal(await auth.authorize(user, stats), true);
      assert.equal(await auth.authorize(user, exec), false);
    }
    assert.deepEqual(asked, [
      'SubjectAccessReview metrics get nodes/stats n1',
      'SubjectAccessReview metrics create nodes/proxy n1',
    ]);
    pass(30_000);
    await auth.authorize(user, stats);
    await auth.authorize(user, exec);
    assert.deepEqual(asked.slice(2), ['SubjectAccessReview metrics create nodes/proxy n1']);
  });

  it('remembers nothing of one user for another', async () => {
    const { auth, asked } = setup();
    const stats = { verb: 'get', subresource: 'stats', path: '/stats/summary' };
    await auth.authorize({ username: 'a', groups: ['b'] }, stats);
    await auth.authorize({ username: 'a', groups: [] }, stats);
    assert.equal(asked.length, 2);
  });
});

function request(peer: Partial<Peer>, authorization = ''): ApiRequest {
  return {
    method: 'GET',
    path: '/pods',
    query: new URLSearchParams(),
    headers: { authorization },
    peer: { address: '192.0.2.9', ...peer },
    signal: new AbortController().signal,
  };
}

/** An API server that knows one token and lets everybody read statistics. */
function setup() {
  const asked: string[] = [];
  let nowMs = 0;
  const review = (object: KubeObject & { spec?: Record<string, unknown> }, kind: string) => {
    const { spec = {} } = object;
    if (kind === 'TokenReview') {
      asked.push(`TokenReview ${spec.token}`);
      const authenticated = spec.token === 'good';
      return {
        status: authenticated
          ? { authenticated, user: { username: 'metrics', uid: 'u', groups: ['system:serviceaccounts'] } }
          : {},
      };
    }
    const { verb, resource, subresource, name } = spec.resourceAttributes as Record<string, string>;
    asked.push(`SubjectAccessReview ${spec.user} ${verb} ${resource}/${subresource} ${name}`);
    return { status: { allowed: subresource === 'stats' } };
  };
  const client = {
    create: async (definition: ResourceDefinition, object: KubeObject) => review(object, definition.kind),
  } as unknown as Client;
  const clock = { now: () => nowMs, monotonic: () => nowMs, after: () => ({ cancel: () => {} }) };
  return {
    auth: createDelegatedAuth({ client, clock, nodeName: 'n1' }),
    asked,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}
