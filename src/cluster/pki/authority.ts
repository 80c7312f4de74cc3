/**
 * Certificates and keys on disk: made when missing, renewed when they end soon or no longer name every address, left alone
 * otherwise. Keys are ECDSA P-256; the authorities last ten years, the rest one, renewed at `up` in its last quarter.
 *
 * Checking uses node:crypto alone; the library that writes certificates is loaded only when one has to be written, so that
 * `up` of an existing cluster does not wait for it.
 */

import { createPrivateKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as x509 from '@peculiar/x509';
import { writeFileAtomic } from '#platform/node/files.ts';
import type { Authority, CertificatePlan } from './plan.ts';

const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 3650;
const certificateDays = 365;
const renewBeforeDays = 90;
/** Clocks of machines differ a little. */
const backdateMs = 5 * 60 * 1000;

const authorityNames: Readonly<Record<Authority, string>> = { ca: 'kubernetes-ca', 'front-proxy-ca': 'front-proxy-ca' };
export const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Names of the certificates that were written; an empty list when all were good. */
export async function ensurePki(
  directory: string,
  plans: readonly CertificatePlan[],
  now: number,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const authority of ['ca', 'front-proxy-ca'] as const) {
    if (existsSync(certificateFile(directory, authority)) && existsSync(keyFile(directory, authority))) continue;
    await writeAuthority(directory, authority, now);
    written.push(authority);
  }
  if (!existsSync(join(directory, 'sa.key'))) {
    writeServiceAccountKey(directory);
    written.push('sa');
  }
  const authorities = new Map<Authority, Issuer>();
  for (const plan of plans) {
    const caPem = readFileSync(certificateFile(directory, plan.authority), 'utf8');
    if (isGood(directory, plan, new X509Certificate(caPem), now)) continue;
    let issuer = authorities.get(plan.authority);
    if (!issuer) {
      issuer = await loadIssuer(directory, plan.authority);
      authorities.set(plan.authority, issuer);
    }
    await issue(directory, plan, issuer, now);
    written.push(plan.name);
  }
  return written;
}

export function certificateFile(directory: string, name: string): string {
  return join(directory, `${name}.crt`);
}

export function keyFile(directory: string, name: string): string {
  return join(directory, `${name}.key`);
}

function isGood(directory: string, plan: CertificatePlan, authority: X509Certificate, now: number): boolean {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(readFileSync(certificateFile(directory, plan.name)));
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile(directory, plan.name))))) return false;
  } catch {
    return false;
  }
  return (
    certificate.checkIssued(authority) &&
    certificate.validToDate.getTime() > now + renewBeforeDays * dayMs &&
    plan.dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
    plan.addresses.every((address) => certificate.checkIP(address) !== undefined)
  );
}

export interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: CryptoKey;
}

export async function library(): Promise<typeof x509> {
  // @peculiar/x509 finds its parts by reflection metadata, which this module provides.
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

async function writeAuthority(directory: string, authority: Authority, now: number): Promise<void> {
  const lib = await library();
  const keys = await newKeys();
  const certificate = await lib.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [authorityNames[authority]] }],
    notBefore: new Date(now - backdateMs),
    notAfter: new Date(now + authorityDays * dayMs),
    signingAlgorithm: keyAlgorithm,
    keys,
    extensions: [
      new lib.BasicConstraintsExtension(true, undefined, true),
      new lib.KeyUsagesExtension(
        lib.KeyUsageFlags.digitalSignature | lib.KeyUsageFlags.keyEncipherment | lib.KeyUsageFlags.keyCertSign,
        true,
      ),
      await lib.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writePair(directory, authority, certificate, keys.privateKey);
}

export async function loadIssuer(directory: string, authority: Authority): Promise<Issuer> {
  const lib = await library();
  const der = createPrivateKey(readFileSync(keyFile(directory, authority))).export({ type: 'pkcs8', format: 'der' });
  return {
    certificate: new lib.X509Certificate(readFileSync(certificateFile(directory, authority), 'utf8')),
    key: await webcrypto.subtle.importKey('pkcs8', der, keyAlgorithm, false, ['sign']),
  };
}

async function issue(directory: string, plan: CertificatePlan, issuer: Issuer, now: number): Promise<void> {
  const lib = await library();
  const keys = await newKeys();
  const names = [
    ...plan.dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...plan.addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const usage = plan.use === 'server' ? lib.ExtendedKeyUsage.serverAuth : lib.ExtendedKeyUsage.clientAuth;
  const certificate = await lib.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [...plan.organizations.map((organization) => ({ O: [organization] })), { CN: [plan.commonName] }],
    issuer: issuer.certificate.subjectName,
    notBefore: new Date(now - backdateMs),
    notAfter: new Date(now + certificateDays * dayMs),
    signingAlgorithm: keyAlgorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.key,
    extensions: [
      new lib.BasicConstraintsExtension(false, undefined, true),
      new lib.KeyUsagesExtension(lib.KeyUsageFlags.digitalSignature | lib.KeyUsageFlags.keyEncipherment, true),
      new lib.ExtendedKeyUsageExtension([usage]),
      await lib.AuthorityKeyIdentifierExtension.create(issuer.certificate),
      ...(names.length > 0 ? [new lib.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  await writePair(directory, plan.name, certificate, keys.privateKey);
}

/** The key first: a certificate without its key would count as there. */
async function writePair(
  directory: string,
  name: string,
  certificate: x509.X509Certificate,
  key: CryptoKey,
): Promise<void> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  writeFileAtomic(keyFile(directory, name), pem('PRIVATE KEY', der), { mode: 0o600 });
  writeFileAtomic(certificateFile(directory, name), pem('CERTIFICATE', Buffer.from(certificate.rawData)));
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
}

/** Signs service-account tokens (RS256, as upstream's clients and verifiers expect by default). */
function writeServiceAccountKey(directory: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileAtomic(join(directory, 'sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileAtomic(join(directory, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
}

/** 127 random bits: positive, and never twice. */
export function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

function pem(label: string, der: Buffer): string {
  const body = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}
