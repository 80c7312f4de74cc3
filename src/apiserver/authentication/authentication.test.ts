import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateKeyPair } from 'jose';
import type { KubeObject } from '#api/object.ts';
import type { ApiRequest, Peer } from '#api/request.ts';
import type { Env } from '#base/env.ts';
import { liveObjects } from '#testing/live-objects.ts';
import { createBootstrapTokenAuthenticator } from './bootstrap-token.ts';
import { createAuthenticator, healthChecksOnly } from './chain.ts';
import { createServiceAccountTokens, issueToken, type ServiceAccountKeys } from './service-account.ts';
import { firstOf } from './tokens.ts';

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
let nowMs = 1_800_000_000_000;
const env: Env = {
  clock: { now: () => nowMs, monotonic: () => nowMs, after: () => ({ cancel: silent }) },
  random: { next: () => 0.5, bytes: (count) => new Uint8Array(count) },
  log,
};

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
  const live = liveObjects({ '/serviceaccounts': [account], '/pods': [pod] });
  const { token } = await issueToken(keys, env, claims);
  const authenticate = createServiceAccountTokens(keys, live, env);
  const answer = await authenticate(token, ['api']);
  assert.equal(answer?.user.username, 'system:serviceaccount:a:sa');
  assert.deepEqual(answer?.user.groups, ['system:serviceaccounts', 'system:serviceaccounts:a']);
  assert.deepEqual(answer?.user.extra?.['authentication.kubernetes.io/pod-name'], ['p']);
  assert.deepEqual(answer?.audiences, ['api']);
  await assert.rejects(authenticate(token, ['other']), {
    message: 'token audiences ["api"] is invalid for the target audiences ["other"]',
  });
  const podGone = createServiceAccountTokens(keys, liveObjects({ '/serviceaccounts': [account] }), env);
  await assert.rejects(podGone(token, ['api']), { message: 'pod does not exist' });
  const another = { ...account, metadata: { ...account.metadata, uid: 'u9' } };
  const replaced = createServiceAccountTokens(
    keys,
    liveObjects({ '/serviceaccounts': [another], '/pods': [pod] }),
    env,
  );
  await assert.rejects(replaced(token, ['api']), { message: 'service account does not exist' });
  nowMs += 601_000;
  await assert.rejects(authenticate(token, ['api']), { message: 'service account token has expired' });
  const late = createServiceAccountTokens(keys, live, env);
  await assert.rejects(late(token, ['api']), { message: 'service account token has expired' });
  assert.equal(await authenticate('no.jwt.atall', ['api']), undefined);
});

test('a token signed by somebody else is refused', async () => {
  const foreign = { ...keys, ...(await generateKeyPair('ES256')) };
  const { token } = await issueToken(foreign, env, claims);
  const live = liveObjects({ '/serviceaccounts': [account], '/pods': [pod] });
  await assert.rejects(createServiceAccountTokens(keys, live, env)(token, ['api']), {
    message: 'go-jose/go-jose: error in cryptographic primitive',
  });
});

test('certificates, in-process identities and health checks', async () => {
  const authenticate = createAuthenticator({
    token: firstOf([]),
    apiAudiences: ['api'],
    anonymous: healthChecksOnly,
  });
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
  const secret = (expiration: string, groups: string) =>
    ({
      metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      data: {
        'token-id': encode('abcdef'),
        'token-secret': encode('0123456789abcdef'),
        'usage-bootstrap-authentication': encode('true'),
        expiration: encode(expiration),
        'auth-extra-groups': encode(groups),
      },
    }) as KubeObject;
  const authenticator = (expiration: string, groups = 'system:bootstrappers:x') =>
    createBootstrapTokenAuthenticator(liveObjects({ '/secrets': [secret(expiration, groups)] }), env);
  const good = authenticator('2099-01-01T00:00:00Z');
  assert.deepEqual(await good('abcdef.0123456789abcdef'), {
    username: 'system:bootstrap:abcdef',
    groups: ['system:bootstrappers', 'system:bootstrappers:x'],
  });
  assert.equal(await good('abcdef.0123456789abcde0'), undefined);
  assert.equal(await authenticator('2001-01-01T00:00:00Z')('abcdef.0123456789abcdef'), undefined);
  assert.equal(await good('something else'), undefined);
  const withGroups = (groups: string) =>
    authenticator('2099-01-01T00:00:00Z', groups)('abcdef.0123456789abcdef').then((user) => user?.groups);
  assert.deepEqual(await withGroups(''), ['system:bootstrappers']);
  const two = 'system:bootstrappers:y,system:bootstrappers:x,system:bootstrappers:y';
  assert.deepEqual(await withGroups(two), ['system:bootstrappers', 'system:bootstrappers:x', 'system:bootstrappers:y']);
  assert.equal(await withGroups('system:bootstrappers:x,cluster-admins'), undefined);
});

test('browsers hand a token over as a subprotocol beside the one they want', async () => {
  const user = { username: 'jane', groups: [] };
  const authenticate = createAuthenticator({
    token: async (token, audiences) => (token === 'good' ? { user, audiences } : undefined),
    apiAudiences: ['api'],
    anonymous: healthChecksOnly,
  });
  const prefix = 'base64url.bearer.authorization.k8s.io.';
  const [good, wrong] = [prefix + btoa('good').replace(/=+$/, ''), prefix + btoa('wrong').replace(/=+$/, '')];
  const by = async (protocols: string, headers = { connection: 'Upgrade', upgrade: 'websocket' }) =>
    (await authenticate(request({ ...headers, 'sec-websocket-protocol': protocols })))?.username;
  assert.equal(await by(`${good}, chat`), 'jane');
  assert.equal(await by(`chat,${good}`), 'jane');
  assert.equal(await by('chat'), undefined);
  assert.equal(await by(`${good}, chat`, { connection: 'Upgrade', upgrade: 'SPDY/3.1' }), undefined);
  for (const refused of [good, `${good}, ${good}, chat`, `${wrong}, chat`, `${prefix}*, chat`, `${prefix}_w, chat`]) {
    await assert.rejects(by(refused), { message: 'Unauthorized' }, refused);
  }
});
