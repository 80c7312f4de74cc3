import assert from 'node:assert/strict';
import { webcrypto, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { certificateFile, ensurePki, keyAlgorithm, library } from './authority.ts';
import { requestSigner } from './request-signer.ts';

async function makeRequest(): Promise<string> {
  const lib = await library();
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const names = [
    { type: 'dns' as const, value: 'jane.example.com' },
    { type: 'ip' as const, value: '10.0.0.7' },
  ];
  const request = await lib.Pkcs10CertificateRequestGenerator.create({
    name: [{ O: ['team-a'] }, { O: ['team-b'] }, { CN: ['jane'] }],
    keys,
    signingAlgorithm: keyAlgorithm,
    extensions: [
      new lib.SubjectAlternativeNameExtension(names),
      new lib.BasicConstraintsExtension(true, undefined, true),
    ],
  });
  return request.toString('pem');
}

test('signs what the request names, for the terms it is given', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-signer-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const now = Date.parse('2026-05-01T00:00:00Z');
  await ensurePki(directory, [], now);
  const signer = requestSigner(directory);
  const request = await makeRequest();
  assert.deepEqual(await signer.read(request), {
    commonName: 'jane',
    organizations: ['team-a', 'team-b'],
    dnsNames: ['jane.example.com'],
    addresses: ['10.0.0.7'],
    emails: [],
    uris: [],
  });

  const terms = { usages: ['client auth', 'digital signature'], notBeforeMs: now, notAfterMs: now + 3_600_000 };
  const certificate = new X509Certificate(await signer.sign(request, terms));
  const authority = new X509Certificate(readFileSync(certificateFile(directory, 'ca')));
  assert.ok(certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
  assert.equal(certificate.subject, 'O=team-a\nO=team-b\nCN=jane');
  assert.equal(certificate.subjectAltName, 'DNS:jane.example.com, IP Address:10.0.0.7');
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  assert.equal(certificate.ca, false, 'not what the request asks for');
  assert.deepEqual([certificate.validFromDate.getTime(), certificate.validToDate.getTime()], [now, now + 3_600_000]);

  const centuries = await signer.sign(request, { ...terms, notAfterMs: now + 1e13 });
  assert.equal(new X509Certificate(centuries).validTo, authority.validTo, 'not longer than the authority');
});

test('refuses what is no request, is signed by another key, or cannot be expressed', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-signer-'));
  t.after(() => rmSync(directory, { recursive: true }));
  await ensurePki(directory, [], Date.parse('2026-05-01T00:00:00Z'));
  const signer = requestSigner(directory);
  assert.equal(await signer.read('hello'), undefined);
  const request = await makeRequest();
  const der = Buffer.from(request.replaceAll(/-----.*-----/g, ''), 'base64');
  const nameAt = der.indexOf('jane');
  der[nameAt] = 'k'.charCodeAt(0);
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  assert.equal(await signer.read(forged), undefined);
  const terms = { usages: ['levitation'], notBeforeMs: 0, notAfterMs: 1 };
  await assert.rejects(signer.sign(request, terms), /unrecognized usage values: \["levitation"\]/);
});
