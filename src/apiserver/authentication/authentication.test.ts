import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateKeyPair } from 'jose';
import type { KubeObject } from '#api/object.ts';
import type { ApiRequest, Peer } from '#api/request.ts';
import type { Env } from '#base/env.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import { createBootstrapTokenAuthenticator } from './bootstrap-token.ts';
import { createAuthenticator, healthPaths } from './chain.ts';
import { impersonated } from './impersonation.ts';
import { createServiceAccountTokens, issueToken, type ServiceAccountKeys } from './service-account.ts';

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
let nowMs = 1_800_000_000_000;
const env: Env = {
  clock: { now: () => nowMs, monotonic: () => nowMs, after: () => ({ cancel: silent }) },
  random: { next: () => 0.5, bytes: (count) => new Uint8Array(count) },
  log,
};

function world(content: Readonly<Record<CollectionName, readonly KubeObject[]>>): LiveObjects {
  const list = (collection: CollectionName) => content[collection] ?? [];
  const get = (collection: CollectionName, namespace: string, name: string) =>
    list(collection).find(({ metadata }) => metadata?.name === name && (metadata.namespace ?? '') === namespace);
  return { load: () => undefined, get, list, version: () => 1, getFresh: async (...target) => get(...target) };
}

function request(headers: Record<string, string>, path = '/api/v1/pods', peer: Partial<Peer> = {}): ApiRequest {
  const { signal } = new AbortController();
  return { method: 'GET', path, query: new URLSearchParams(), headers, peer: { address: '', ...peer }, signal };
}

const pair = await generateKeyPair('ES256');
const keys: ServiceAccountKeys = { issuer: 'https://issuer', keyID: 'k', algorithm: 'ES256', ...pair };
const account = { metadata: { name: 'sa', namespace: 'a', uid: 'u1' } };
const pod = { metadata: { name: 'p', namespace: 'a', uid: 'u2' } };
const claims = {
  namespace: 'a',
  account: { name: 'sa', uid: 'u1' },
  audiences: ['api'],
  expirationSeconds: 600,
  bound: { kind: 'Pod', name: 'p', uid: 'u2' } as const,
};

test('a bound token is who it says, for its audience, while its pod lives and until it expires', async () => {
  const live = world({ '/serviceaccounts': [account], '/pods': [pod] });
  const { token } = await issueToken(keys, env, claims);
  const tokens = createServiceAccountTokens(keys, ['api'], live, env);
  const user = await tokens.authenticate(token);
  assert.equal(user?.username, 'system:serviceaccount:a:sa');
  assert.deepEqual(user?.groups, ['system:serviceaccounts', 'system:serviceaccounts:a']);
  assert.deepEqual(user?.extra?.['authentication.kubernetes.io/pod-name'], ['p']);
  await assert.rejects(tokens.review(token, ['other']), { message: 'Unauthorized' });
  const podGone = createServiceAccountTokens(keys, ['api'], world({ '/serviceaccounts': [account] }), env);
  await assert.rejects(podGone.authenticate(token), { message: 'Unauthorized' });
  const another = { ...account, metadata: { ...account.metadata, uid: 'u9' } };
  const replaced = createServiceAccountTokens(
    keys,
    ['api'],
    world({ '/serviceaccounts': [another], '/pods': [pod] }),
    env,
  );
  await assert.rejects(replaced.authenticate(token), { message: 'Unauthorized' });
  nowMs += 601_000;
  await assert.rejects(tokens.authenticate(token), { message: 'Unauthorized' });
  assert.equal(await tokens.authenticate('no.jwt.atall'), undefined);
});

test('a token signed by somebody else is refused', async () => {
  const foreign = { ...keys, ...(await generateKeyPair('ES256')) };
  const { token } = await issueToken(foreign, env, claims);
  const tokens = createServiceAccountTokens(
    keys,
    ['api'],
    world({ '/serviceaccounts': [account], '/pods': [pod] }),
    env,
  );
  await assert.rejects(tokens.authenticate(token), { message: 'Unauthorized' });
});

test('certificates, in-process identities and health checks', async () => {
  const authenticate = createAuthenticator({ tokens: [], anonymousPaths: healthPaths });
  const certificate = { commonName: 'kubelet', organizations: ['system:nodes'] };
  assert.deepEqual(await authenticate(request({}, '/api', { certificate })), {
    username: 'kubelet',
    groups: ['system:nodes', 'system:authenticated'],
  });
  assert.equal((await authenticate(request({}, '/readyz/ping')))?.username, 'system:anonymous');
  assert.equal(await authenticate(request({}, '/readyzz')), undefined);
  await assert.rejects(async () => authenticate(request({ authorization: 'Bearer wrong' })), {
    message: 'Unauthorized',
  });
});

test('bootstrap tokens are secrets of kube-system', async () => {
  const encode = (text: string) => new TextEncoder().encode(text).toBase64();
  const secret = (expiration: string) =>
    ({
      metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      data: {
        'token-id': encode('abcdef'),
        'token-secret': encode('0123456789abcdef'),
        'usage-bootstrap-authentication': encode('true'),
        expiration: encode(expiration),
        'auth-extra-groups': encode('system:bootstrappers:x,cluster-admins'),
      },
    }) as KubeObject;
  const authenticator = (expiration: string) =>
    createBootstrapTokenAuthenticator(world({ '/secrets': [secret(expiration)] }), env);
  const good = authenticator('2099-01-01T00:00:00Z');
  assert.deepEqual(await good('abcdef.0123456789abcdef'), {
    username: 'system:bootstrap:abcdef',
    groups: ['system:bootstrappers', 'system:bootstrappers:x'],
  });
  await assert.rejects(good('abcdef.0123456789abcde0'), { message: 'Unauthorized' });
  await assert.rejects(authenticator('2001-01-01T00:00:00Z')('abcdef.0123456789abcdef'), { message: 'Unauthorized' });
  assert.equal(await good('something else'), undefined);
});

test('impersonation takes on what the caller may', async () => {
  const caller = { username: 'admin', groups: [] };
  const asked: string[] = [];
  const allow = ({ resource, name }: { readonly resource: string; readonly name: string }) => {
    asked.push(`${resource}/${name}`);
    return { decision: name === 'root' ? ('no-opinion' as const) : ('allow' as const), reason: '' };
  };
  const as = (headers: Record<string, string>) => impersonated(request(headers), caller, allow);
  assert.equal(await as({}), caller);
  assert.deepEqual(await as({ 'impersonate-user': 'jane', 'impersonate-group': 'dev, ops' }), {
    username: 'jane',
    groups: ['dev', 'ops', 'system:authenticated'],
  });
  assert.deepEqual(asked, ['users/jane', 'groups/dev', 'groups/ops']);
  await assert.rejects(as({ 'impersonate-user': 'root' }), {
    message:
      'users "root" is forbidden: User "admin" cannot impersonate resource "users" in API group "" at the cluster scope',
  });
  await assert.rejects(as({ 'impersonate-group': 'dev' }), {
    message: 'requested impersonation without impersonating a user',
  });
});
