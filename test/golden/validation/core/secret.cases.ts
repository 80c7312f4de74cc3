import { metadataOf } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const create = (name: string, object: Record<string, unknown>): GoldenCase => ({
  name,
  method: 'POST',
  path: 'secrets',
  body: { metadata: { name: 'a' }, ...object },
  dryRun: true,
});
const update = (name: string, fields: Record<string, unknown>): GoldenCase => ({
  name,
  method: 'PUT',
  path: 'secrets/a',
  body: { metadata: { name: 'a' }, ...fields },
});
const docker = (text: string): Record<string, unknown> => ({
  type: 'kubernetes.io/dockerconfigjson',
  stringData: { '.dockerconfigjson': text },
});

export const cases: readonly GoldenCase[] = [
  ...metadataOf('secrets', {}),
  create('minimal', {}),
  create('full', { type: 'example.com/x', data: { a: 'AA==' }, stringData: { b: 'text' }, immutable: true }),
  create('empty key', { data: { '': 'AA==' } }),
  create('key with a slash', { stringData: { 'a/b': 'x' } }),
  create('too large', { stringData: { a: 'x'.repeat(1024 * 1024 + 1) } }),
  create('token without account', { type: 'kubernetes.io/service-account-token' }),
  create('dockercfg without key', { type: 'kubernetes.io/dockercfg' }),
  create('dockercfg that is no JSON', { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': 'x' } }),
  create('dockerconfigjson without key', { type: 'kubernetes.io/dockerconfigjson' }),
  create('dockerconfigjson that ends early', docker('{"auths":')),
  create('dockerconfigjson that is empty', docker('')),
  create('dockerconfigjson that is a list', docker('[]')),
  create('dockerconfigjson that is a number', docker('12')),
  create('dockerconfigjson that is a string', docker('"a"')),
  create('dockerconfigjson', docker('{"auths":{}}')),
  create('basic auth without user', { type: 'kubernetes.io/basic-auth' }),
  create('basic auth with password only', { type: 'kubernetes.io/basic-auth', stringData: { password: '' } }),
  create('ssh auth without key', { type: 'kubernetes.io/ssh-auth', stringData: { 'ssh-privatekey': '' } }),
  create('tls without certificate', { type: 'kubernetes.io/tls', stringData: { 'tls.key': 'x' } }),
  create('tls without anything', { type: 'kubernetes.io/tls' }),
  create('data that is no base64', { data: { a: '*' } }),
  { name: 'create', method: 'POST', path: 'secrets', body: { metadata: { name: 'a' }, stringData: { a: '1' } } },
  update('change', { stringData: { a: '2' } }),
  update('change of type', { stringData: { a: '2' }, type: 'example.com/y' }),
  update('seal', { stringData: { a: '2' }, immutable: true }),
  update('change sealed data', { stringData: { a: '3' }, immutable: true }),
  update('unseal', { stringData: { a: '2' } }),
];
