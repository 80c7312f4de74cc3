/**
 * Signs certificate requests with the cluster's authority, for the controller of CertificateSigningRequests. The library and
 * the key are loaded with the first request.
 */

import type * as x509 from '@peculiar/x509';
import type { CertificateAuthority } from '#controllers/certificates/signing.ts';
import { type Issuer, keyAlgorithm, library, loadIssuer, serialNumber } from './authority.ts';

type Flag = keyof typeof x509.KeyUsageFlags;

/** Bits of the extension keyUsage. */
const keyUsages: Readonly<Record<string, Flag>> = {
  signing: 'digitalSignature',
  'digital signature': 'digitalSignature',
  'content commitment': 'nonRepudiation',
  'key encipherment': 'keyEncipherment',
  'key agreement': 'keyAgreement',
  'data encipherment': 'dataEncipherment',
  'cert sign': 'keyCertSign',
  'crl sign': 'cRLSign',
  'encipher only': 'encipherOnly',
  'decipher only': 'decipherOnly',
};

/** Object identifiers of the extension extendedKeyUsage (RFC 5280 section 4.2.1.12, RFC 4945, Microsoft, Netscape). */
const purposes: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

const alternativeNames = '2.5.29.17';

/** `directory` holds ca.crt and ca.key. */
export function requestSigner(directory: string): CertificateAuthority {
  let issuer: Promise<Issuer> | undefined;
  return {
    async read(pem) {
      const lib = await library();
      const request = await goodRequest(lib, pem);
      if (!request) return undefined;
      const names = namesOf(lib, request)?.names.items ?? [];
      const of = (type: x509.GeneralNameType) => names.filter((name) => name.type === type).map(({ value }) => value);
      return {
        commonName: request.subjectName.getField('CN').at(-1) ?? '',
        organizations: request.subjectName.getField('O'),
        dnsNames: of('dns'),
        addresses: of('ip'),
        emails: of('email'),
        uris: of('url'),
      };
    },
    async sign(pem, { usages, notBeforeMs, notAfterMs }) {
      const lib = await library();
      issuer ??= loadIssuer(directory, 'ca');
      const { certificate: authority, key } = await issuer;
      const request = new lib.Pkcs10CertificateRequest(pem);
      const names = namesOf(lib, request);
      const { flags, oids } = extensionsOf(lib, usages);
      const certificate = await lib.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: request.subjectName,
        issuer: authority.subjectName,
        notBefore: new Date(notBeforeMs),
        notAfter: new Date(Math.min(notAfterMs, authority.notAfter.getTime())),
        signingAlgorithm: keyAlgorithm,
        publicKey: request.publicKey,
        signingKey: key,
        extensions: [
          new lib.BasicConstraintsExtension(false, undefined, true),
          ...(flags > 0 ? [new lib.KeyUsagesExtension(flags, true)] : []),
          ...(oids.length > 0 ? [new lib.ExtendedKeyUsageExtension(oids)] : []),
          await lib.AuthorityKeyIdentifierExtension.create(authority),
          ...(names ? [names] : []),
        ],
      });
      return `${certificate.toString('pem')}\n`;
    },
  };
}

type Library = typeof x509;

async function goodRequest(lib: Library, pem: string): Promise<x509.Pkcs10CertificateRequest | undefined> {
  try {
    const request = new lib.Pkcs10CertificateRequest(pem);
    return (await request.verify()) ? request : undefined;
  } catch {
    // No PEM, no ASN.1, or a key of a kind that does not exist.
    return undefined;
  }
}

function namesOf(
  lib: Library,
  request: x509.Pkcs10CertificateRequest,
): x509.SubjectAlternativeNameExtension | undefined {
  const extension = request.extensions.find(({ type }) => type === alternativeNames);
  return extension && new lib.SubjectAlternativeNameExtension(extension.rawData);
}

/** Throws for a usage that no certificate can express. */
function extensionsOf(lib: Library, usages: readonly string[]): { readonly flags: number; readonly oids: string[] } {
  let flags = 0;
  const oids = new Set<string>();
  for (const usage of usages) {
    const flag = keyUsages[usage];
    const oid = purposes[usage];
    if (flag) flags |= lib.KeyUsageFlags[flag];
    else if (oid) oids.add(oid);
    else throw new Error(`unrecognized usage values: [${JSON.stringify(usage)}]`);
  }
  return { flags, oids: [...oids] };
}
