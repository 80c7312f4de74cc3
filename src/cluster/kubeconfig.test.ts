import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { load } from 'js-yaml';
import {
  type KubeconfigEntry,
  KubeconfigError,
  mergeIntoUserKubeconfig,
  mergeKubeconfig,
  removeFromKubeconfig,
  renderKubeconfig,
} from './kubeconfig.ts';

const entry: KubeconfigEntry = {
  cluster: 'kubets',
  user: 'kubets-admin',
  server: 'https://127.0.0.1:6443',
  authorityPem: 'authority',
  certificatePem: 'certificate',
  keyPem: 'key',
};
const other = `apiVersion: v1
kind: Config
preferences: {}
clusters:
- name: work
  cluster: {server: "https://work", insecure-skip-tls-verify: true}
contexts:
- {name: work, context: {cluster: work, user: me, namespace: team}}
current-context: work
users:
- name: me
  user: {token: secret, exec: {command: login}}
`;

test('renderKubeconfig has one context and embeds the certificates', () => {
  assert.deepEqual(load(renderKubeconfig(entry)), {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { cluster: { 'certificate-authority-data': 'YXV0aG9yaXR5', server: 'https://127.0.0.1:6443' }, name: 'kubets' },
    ],
    contexts: [{ context: { cluster: 'kubets', user: 'kubets-admin' }, name: 'kubets' }],
    users: [
      { user: { 'client-certificate-data': 'Y2VydGlmaWNhdGU=', 'client-key-data': 'a2V5' }, name: 'kubets-admin' },
    ],
    'current-context': 'kubets',
  });
});

test('mergeKubeconfig keeps the entries of others, and merging twice changes nothing', () => {
  const once = mergeKubeconfig(other, entry);
  const config = load(once) as { clusters: unknown[]; users: unknown[]; 'current-context': string };
  assert.equal(config['current-context'], 'kubets');
  assert.deepEqual(config.clusters[0], {
    name: 'work',
    cluster: { server: 'https://work', 'insecure-skip-tls-verify': true },
  });
  assert.deepEqual(config.users[0], { name: 'me', user: { token: 'secret', exec: { command: 'login' } } });
  assert.equal(mergeKubeconfig(once, entry), once);
});

test('removeFromKubeconfig takes out what mergeKubeconfig put in', () => {
  const removed = removeFromKubeconfig(mergeKubeconfig(other, entry), 'kubets', 'kubets-admin');
  assert.deepEqual(load(removed ?? ''), { ...(load(other) as object), 'current-context': '' });
  assert.equal(removeFromKubeconfig(removed ?? '', 'kubets', 'kubets-admin'), undefined);
});

test('mergeIntoUserKubeconfig leaves a backup, private files, and a broken file alone', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-kubeconfig-'));
  try {
    const path = join(directory, 'config');
    writeFileSync(path, other);
    assert.equal(mergeIntoUserKubeconfig(path, entry), true);
    assert.equal(readFileSync(`${path}.before-kubets`, 'utf8'), other);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(mergeIntoUserKubeconfig(path, entry), false);

    const broken = join(directory, 'broken');
    writeFileSync(broken, 'clusters: [unclosed');
    assert.throws(() => mergeIntoUserKubeconfig(broken, entry), KubeconfigError);
    assert.equal(readFileSync(broken, 'utf8'), 'clusters: [unclosed');
    assert.equal(existsSync(`${broken}.before-kubets`), false);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
