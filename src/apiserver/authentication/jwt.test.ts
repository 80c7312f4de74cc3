import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Env } from '#base/env.ts';
import type { JwtAuthenticator } from './authentication-configuration.ts';
import { createClaimResolver } from './distributed-claims.ts';
import type { HttpsGetRequest } from './https-get.ts';
import { createJwtAuthenticator, signingAlgorithms } from './jwt.ts';
import { createOidcProvider } from './oidc-provider.ts';

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };
let nowMs = 1_800_000_000_000;
const timers: (() => void)[] = [];
const env: Env = {
  clock: {
    now: () => nowMs,
    monotonic: () => nowMs,
    after: (_, run) => {
      timers.push(run);
      return { cancel: () => void timers.splice(timers.indexOf(run), 1) };
    },
  },
  random: { next: () => 0.5, bytes: (count) => new Uint8Array(count) },
  log,
};

const url = 'https://issuer.example';
const rs = await generateKeyPair('RS256', { extractable: true });
const es = await generateKeyPair('ES256', { extractable: true });

/** An issuer with these keys; `published` may change. */
function issuer(published: readonly { readonly kid: string; readonly key: CryptoKey }[]) {
  const state = { published, asked: [] as string[], up: true };
  const get = async ({ url: asked }: { readonly url: string }) => {
    state.asked.push(asked);
    if (!state.up) throw new Error('connection refused');
    const keys = await Promise.all(state.published.map(async ({ kid, key }) => ({ ...(await exportJWK(key)), kid })));
    const found = asked.endsWith('/.well-known/openid-configuration')
      ? { issuer: url, jwks_uri: `${url}/keys` }
      : { keys };
    return { status: 200, body: JSON.stringify(found) };
  };
  return { state, get };
}

const authenticator: JwtAuthenticator = {
  issuer: { url, audiences: ['kubets'] },
  claimMappings: { username: { claim: 'sub', prefix: 'oidc:' }, groups: { claim: 'groups', prefix: 'oidc:' } },
  claimValidationRules: [{ claim: 'tenant', requiredValue: 'blue' }],
};
const expressions = { extra: [], claimRules: [], userRules: [] };

async function world(published = [{ kid: 'r', key: rs.publicKey }]) {
  const { state, get } = issuer(published);
  const provider = createOidcProvider(authenticator.issuer ?? {}, env, get);
  await new Promise((resolve) => setImmediate(resolve));
  const authenticate = createJwtAuthenticator({ authenticator, expressions }, provider, signingAlgorithms, env);
  return { state, provider, authenticate };
}

function token(claims: JWTPayload, key: CryptoKey | Uint8Array = rs.privateKey, header = { alg: 'RS256', kid: 'r' }) {
  const exp = Math.floor(nowMs / 1000) + 60;
  return new SignJWT({ iss: url, aud: 'kubets', sub: 'jane', exp, tenant: 'blue', ...claims })
    .setProtectedHeader(header)
    .sign(key);
}

test('a token of the issuer is who its claims say', async () => {
  const { authenticate } = await world();
  assert.deepEqual(await authenticate(await token({ groups: ['a', 'b'], jti: '1' })), {
    username: 'oidc:jane',
    groups: ['oidc:a', 'oidc:b'],
    extra: { 'authentication.kubernetes.io/credential-id': ['JTI=1'] },
  });
  assert.deepEqual((await authenticate(await token({ groups: 'single' })))?.groups, ['oidc:single']);
  assert.equal(await authenticate(await token({ iss: 'https://other' })), undefined);
  assert.equal(await authenticate('abc'), undefined);
});

test('what is wrong with a token keeps it out', async () => {
  const { authenticate } = await world();
  const seconds = Math.floor(nowMs / 1000);
  const cases: readonly (readonly [claims: JWTPayload, message: RegExp])[] = [
    [{ aud: 'another' }, /oidc: expected audience "kubets" got \["another"\]/],
    [{ aud: [] }, /expected audience/],
    [{ exp: seconds - 1 }, /token is expired/],
    [{ nbf: seconds + 301 }, /before the nbf/],
    [{ tenant: 'red' }, /required claim tenant value does not match. Got = red, want = blue/],
    [{ sub: '' }, /claim is empty/],
    [{ groups: [1] as unknown as string[] }, /parse groups claim "groups"/],
  ];
  for (const [claims, message] of cases) await assert.rejects(authenticate(await token(claims)), message);
  const endless = await new SignJWT({ iss: url, aud: 'kubets', sub: 'jane', tenant: 'blue' })
    .setProtectedHeader({ alg: 'RS256', kid: 'r' })
    .sign(rs.privateKey);
  await assert.rejects(authenticate(endless), /token is expired/, 'a token without expiry');
  assert.ok(await authenticate(await token({ nbf: seconds + 299 })), "the issuer's clock may be ahead a little");
});

test('neither "none" nor the public key as a secret signs anything', async () => {
  const { authenticate } = await world();
  const [, payload = ''] = (await token({})).split('.');
  const none = new TextEncoder().encode('{"alg":"none"}').toBase64({ alphabet: 'base64url', omitPadding: true });
  await assert.rejects(authenticate(`${none}.${payload}.`), /unsupported algorithm/);
  const secret = new TextEncoder().encode(await exportSPKI(rs.publicKey));
  await assert.rejects(authenticate(await token({}, secret, { alg: 'HS256', kid: 'r' })), /unsupported algorithm/);
  await assert.rejects(authenticate(await token({}, es.privateKey, { alg: 'ES256', kid: 'r' })), /failed to verify/);
  const foreign = await generateKeyPair('RS256');
  await assert.rejects(authenticate(await token({}, foreign.privateKey)), /failed to verify/);
});

test('keys that are rotated are asked for again, but not for every stranger', async () => {
  const { state, authenticate } = await world();
  await authenticate(await token({}));
  state.published = [{ kid: 'e', key: es.publicKey }];
  nowMs += 2_000;
  assert.ok(await authenticate(await token({}, es.privateKey, { alg: 'ES256', kid: 'e' })));
  const before = state.asked.length;
  for (let attempt = 0; attempt < 5; attempt++) {
    await assert.rejects(authenticate(await token({}, es.privateKey, { alg: 'ES256', kid: `x${attempt}` })));
  }
  assert.equal(state.asked.length, before);
});

test('an issuer that does not answer is asked until it does', async () => {
  const { state, get } = issuer([{ kid: 'r', key: rs.publicKey }]);
  state.up = false;
  const provider = createOidcProvider({ url }, env, get);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(provider.problem, 'connection refused');
  await assert.rejects(provider.keys('r', 'RS256', false), /not initialized/);
  state.up = true;
  timers.pop()?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(provider.problem, undefined);
  assert.equal((await provider.keys('r', 'RS256', false)).length, 1);
});

test('groups that are somewhere else are asked for there, and verified by the issuer that they come from', async () => {
  const other = 'https://groups.example';
  const asked: string[] = [];
  let answer = '';
  const get = async ({ url: address, authorization = '' }: HttpsGetRequest) => {
    asked.push(`${address} ${authorization}`.trim());
    if (address === 'https://groups.example/of/jane') return { status: answer === '' ? 404 : 200, body: answer };
    const keys = [{ ...(await exportJWK(es.publicKey)), kid: 'e' }];
    const found = address.startsWith(`${other}/.well-known`)
      ? { issuer: other, jwks_uri: `${other}/keys` }
      : address === `${other}/keys`
        ? { keys }
        : undefined;
    return found ? { status: 200, body: JSON.stringify(found) } : { status: 404, body: '' };
  };
  const { state, get: mainGet } = issuer([{ kid: 'r', key: rs.publicKey }]);
  const provider = createOidcProvider(authenticator.issuer ?? {}, env, mainGet);
  await provider.asked;
  const resolver = createClaimResolver({
    claim: 'groups',
    issuer: authenticator.issuer ?? {},
    algorithms: signingAlgorithms,
    env,
    get,
  });
  const authenticate = createJwtAuthenticator(
    { authenticator, expressions },
    provider,
    signingAlgorithms,
    env,
    resolver,
  );
  const elsewhere = {
    _claim_names: { groups: 'there', other: 'nowhere' },
    _claim_sources: { there: { endpoint: `${other}/of/jane`, access_token: 'f005ba11' } },
  };
  const claimToken = (claims: JWTPayload, key = es.privateKey) =>
    token({ iss: other, ...claims }, key, { alg: 'ES256', kid: 'e' });
  answer = await claimToken({ groups: ['a', 'b'] });
  assert.deepEqual((await authenticate(await token(elsewhere)))?.groups, ['oidc:a', 'oidc:b']);
  assert.deepEqual(asked, [
    `${other}/of/jane Bearer f005ba11`,
    `${other}/.well-known/openid-configuration`,
    `${other}/keys`,
  ]);
  // What is here is not asked for, and what has no endpoint is passed over.
  assert.deepEqual((await authenticate(await token({ ...elsewhere, groups: ['c'] })))?.groups, ['oidc:c']);
  assert.deepEqual(
    (await authenticate(await token({ ...elsewhere, _claim_sources: { there: { JWT: 'x' } } })))?.groups,
    [],
  );
  assert.equal(state.asked.length, 2);
  const refusal = async (claims: JWTPayload): Promise<string> => {
    const error: unknown = await authenticate(await token(claims)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error);
    return error.message.replace('oidc: could not expand distributed claims: ', '');
  };
  answer = '';
  assert.equal(
    await refusal(elsewhere),
    'while getting distributed claim "groups": error while getting distributed claim JWT: 404',
  );
  answer = 'not a token';
  assert.match(
    await refusal(elsewhere),
    /^getting untrusted issuer from endpoint https:\/\/groups.example\/of\/jane failed/,
  );
  answer = await claimToken({ groups: ['a'], aud: 'somebody' });
  assert.equal(
    await refusal(elsewhere),
    'verify distributed claim token: oidc: expected audience "kubets" got ["somebody"]',
  );
  answer = await claimToken({ groups: ['a'] }, (await generateKeyPair('ES256')).privateKey);
  assert.equal(
    await refusal(elsewhere),
    'verify distributed claim token: failed to verify signature: failed to verify id token signature',
  );
  answer = await claimToken({ groups: ['a'], iss: 'https://strange.example' });
  assert.equal(
    await refusal(elsewhere),
    'verifying untrusted issuer https://strange.example failed: verifier not initialized for issuer: "https://strange.example"',
  );
  answer = await claimToken({});
  assert.equal(
    await refusal(elsewhere),
    'jwt returned by distributed claim endpoint "https://groups.example/of/jane" did not contain claim: groups',
  );
  assert.equal(await refusal({ _claim_names: { groups: 'there' } }), 'oidc: no claim sources');
  assert.equal(
    await refusal({ _claim_names: { groups: 'there' }, _claim_sources: {} }),
    'id token _claim_names contained a source there missing in _claims_sources',
  );
  resolver.close();
  provider.close();
});
