/**
 * PKCS #10 certification requests (RFC 2986): whose they are, and for whom: as much DER as that needs.
 *
 *     CertificationRequest     ::= SEQUENCE { CertificationRequestInfo, signatureAlgorithm, signature BIT STRING }
 *     CertificationRequestInfo ::= SEQUENCE { version INTEGER, subject Name, subjectPKInfo, [0] attributes }
 *     Name                     ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value }
 */

import { alternativeNamesFault } from './alternative-names.ts';
import { type Element, read, tags, textOf } from './der.ts';

/** id-at-organizationName, 2.5.4.10. */
const organizationName = '55040a';
/** id-at-commonName, 2.5.4.3. */
const commonName = '550403';

export interface CertificateSubject {
  /** The last one counts, as in Go. '' for none. */
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** What its signature is about, and by which key it must be. */
export interface SignedRequest {
  readonly info: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Hexadecimal form of the algorithm's identifier. */
  readonly algorithm: string;
  /** Of the algorithm, as they stand there; empty for none. */
  readonly parameters: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * The request in the field of a CertificateSigningRequest, or what is wrong with it in Go's words (as far as those are about what a person can
 * mend). Undefined when there is no PEM block of a request.
 */
export function readRequest(request: string): SignedRequest | { readonly fault: string } | undefined {
  const der = derOf(request);
  if (!der) return undefined;
  if (der.length < 2) return { fault: 'asn1: syntax error: sequence truncated' };
  if (der[0] !== tags.sequence) return { fault: otherTag(der) };
  const outer = read(der);
  if (!outer) return { fault: 'asn1: syntax error: data truncated' };
  if (outer.rest.length > 0) return { fault: 'asn1: syntax error: trailing data' };
  const info = read(outer.content, tags.sequence);
  const algorithm = read(info?.rest, tags.sequence);
  const bits = read(algorithm?.rest, tags.bitString);
  const oid = read(algorithm?.content, tags.oid);
  const subject = read(read(info?.content, tags.integer)?.rest, tags.sequence);
  const publicKey = read(subject?.rest, tags.sequence);
  if (!info || !bits || !oid || !subject || !publicKey || !namesOf(subject.content)) {
    return { fault: outer.content.length === 0 ? 'asn1: syntax error: sequence truncated' : malformed };
  }
  const fault = alternativeNamesFault(publicKey.rest);
  if (fault !== undefined) return { fault };
  const whole = (element: Element, within: Uint8Array) => within.subarray(0, within.length - element.rest.length);
  return {
    info: whole(info, outer.content),
    publicKey: whole(publicKey, subject.rest),
    algorithm: oid.content.toHex(),
    parameters: oid.rest,
    // The first byte counts unused bits; there are none.
    signature: bits.content.subarray(1),
  };
}

const malformed = 'asn1: structure error: the request is not what it should be';

/** As Go prints what it found in place of the sequence. */
function otherTag([tag = 0, length = 0]: Uint8Array): string {
  const found = `class:${tag >> 6} tag:${tag & 0x1f} length:${length} isCompound:${(tag & 0x20) !== 0}`;
  const wanted =
    'optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false';
  return `asn1: structure error: tags don't match (16 vs {${found}}) {${wanted}} certificateRequest @2`;
}

/**
 * `request` is the field of a CertificateSigningRequest: base64 of PEM. Undefined when there is no such request in it, or more than one block: who
 * signs might read another one.
 */
export function subjectOf(request: string): CertificateSubject | undefined {
  const der = hasOneBlock(request) ? derOf(request) : undefined;
  const info = der && read(read(der, tags.sequence)?.content, tags.sequence);
  const subject = read(read(info?.content, tags.integer)?.rest, tags.sequence);
  const names = subject && namesOf(subject.content);
  if (!names) return undefined;
  const all = (type: string): readonly string[] => names.flatMap(([of, text]) => (of === type ? [text] : []));
  return { commonName: all(commonName).at(-1) ?? '', organizations: all(organizationName) };
}

function hasOneBlock(request: string): boolean {
  try {
    return atob(request).split('-----BEGIN ').length === 2;
  } catch {
    return false;
  }
}

function derOf(request: string): Uint8Array | undefined {
  try {
    const match = /-----BEGIN CERTIFICATE REQUEST-----([^-]*)-----END CERTIFICATE REQUEST-----/.exec(atob(request));
    return match?.[1] === undefined ? undefined : Uint8Array.from(atob(match[1]), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Attributes by the hexadecimal form of their type; undefined when a name is not what it should be. */
function namesOf(subject: Uint8Array): readonly (readonly [type: string, text: string])[] | undefined {
  const names: [string, string][] = [];
  for (let left = subject; left.length > 0; ) {
    const attributes = read(left, tags.set);
    if (!attributes) return undefined;
    for (let inner = attributes.content; inner.length > 0; ) {
      const attribute = read(inner, tags.sequence);
      const type = read(attribute?.content, tags.oid);
      const value = type && read(type.rest);
      if (!attribute || !type || !value) return undefined;
      names.push([type.content.toHex(), textOf(value)]);
      inner = attribute.rest;
    }
    left = attributes.rest;
  }
  return names;
}
