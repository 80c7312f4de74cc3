import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { planNetwork, planNode } from '../machine/network-plan.ts';
import { ensurePki } from './authority.ts';
import { type PkiInput, planPki } from './plan.ts';

const network = planNetwork('kubets', {}, []);
const input: PkiInput = {
  network,
  nodes: [planNode('kubets', network, 1)],
  apiPort: 6443,
  hostName: 'machine',
  hostAddresses: ['192.0.2.2', 'fd00::2'],
  extraNames: [],
};
const now = Date.UTC(2026, 10, 21);
const day = 24 * 60 * 60 * 1000;

describe('ensurePki', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'kubets-pki-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));
  const load = (name: string) => new X509Certificate(readFileSync(join(directory, `${name}.crt`)));

  test('makes authorities, keys and certificates that openssl accepts', async () => {
    const plan = planPki(input);
    const written = await ensurePki(directory, plan.certificates, now);
    assert.deepEqual(written, ['ca', 'front-proxy-ca', 'sa', ...plan.certificates.map(({ name }) => name)]);
    const [ca, server, kubelet] = [load('ca'), load('apiserver'), load('kubelet-client-node1')];
    assert.ok(ca.ca && ca.verify(ca.publicKey));
    assert.ok(server.verify(ca.publicKey) && server.checkIssued(ca));
    assert.equal(kubelet.subject, 'O=system:nodes\nCN=system:node:node1');
    assert.deepEqual(kubelet.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    for (const address of ['127.0.0.1', '10.96.0.1', '10.197.0.1', '192.0.2.2', 'fd00::2'])
      assert.ok(server.checkIP(address), address);
    assert.equal(statSync(join(directory, 'apiserver.key')).mode & 0o777, 0o600);
    assert.ok(load('front-proxy-client').checkIssued(load('front-proxy-ca')));
  });

  test('writes nothing when all is good', async () => {
    assert.deepEqual(await ensurePki(directory, planPki(input).certificates, now), []);
  });

  test('renews only what a new address or the end of its time asks for', async () => {
    const moved = planPki({ ...input, hostAddresses: ['192.0.2.3'] });
    assert.deepEqual(await ensurePki(directory, moved.certificates, now), ['apiserver']);
    const later = await ensurePki(directory, planPki(input).certificates, now + 300 * day);
    assert.deepEqual(
      later,
      planPki(input).certificates.map(({ name }) => name),
    );
    assert.ok(load('apiserver').checkIssued(load('ca')), 'the authority stays');
  });
});
