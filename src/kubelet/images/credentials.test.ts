import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret } from '#kinds/generated/core-v1.ts';
import { credentialsFor } from './credentials.ts';

const secretOf = (key: string, text: string): Secret => ({
  data: { [key]: new TextEncoder().encode(text).toBase64() },
});
const modern = (auths: unknown): Secret => secretOf('.dockerconfigjson', JSON.stringify({ auths }));

test('credentials of the registry and path, the most specific first', () => {
  const secret = modern({
    'https://registry.test/v1/': { username: 'all', password: 'p' },
    'registry.test/team': { auth: 'dGVhbTpw' },
    'other.test': { identitytoken: 't' },
  });
  const found = credentialsFor('registry.test/team/app:1', [secret]);
  assert.deepEqual(
    found.map(({ username, auth }) => username ?? auth),
    ['dGVhbTpw', 'all'],
  );
  assert.deepEqual(credentialsFor('registry.test/app:1', [secret]).length, 1);
  const legacy = secretOf('.dockercfg', JSON.stringify({ 'registry.test': { registrytoken: 'r' } }));
  assert.deepEqual(credentialsFor('registry.test/app', [legacy]), [
    { serverAddress: 'registry.test', registryToken: 'r' },
  ]);
});

test('what is no credential in a secret does not keep the others from being tried', () => {
  const good = modern({ 'registry.test': { username: 'u', password: 'p' } });
  const odd = [
    modern({ 'registry.test': null }),
    modern({ 'registry.test': { username: 7, password: ['p'] } }),
    modern([]),
    modern('x'),
    secretOf('.dockerconfigjson', 'null'),
    secretOf('.dockercfg', '{'),
    { data: { '.dockercfg': '*' } },
    {},
  ];
  const usable = credentialsFor('registry.test/app', [...odd, good]).filter(({ username }) => username !== undefined);
  assert.deepEqual(usable, [{ serverAddress: 'registry.test', username: 'u', password: 'p' }]);
});
