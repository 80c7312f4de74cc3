/**
 * The subject in a PKCS #10 certification request (RFC 2986): a user's name and, as organizations, groups. As much DER as that needs.
 *
 *     CertificationRequest     ::= SEQUENCE { CertificationRequestInfo, ... }
 *     CertificationRequestInfo ::= SEQUENCE { version INTEGER, subject Name, ... }
 *     Name                     ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value }
 */

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** After the element. */
  readonly rest: Uint8Array;
}

const sequence = 0x30;
const set = 0x31;
const integer = 0x02;
const bmpString = 0x1e;
/** id-at-organizationName, 2.5.4.10. */
const organizationName = '55040a';
/** id-at-commonName, 2.5.4.3. */
const commonName = '550403';

export interface CertificateSubject {
  /** The last one counts, as in Go. '' for none. */
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** `request` is the field of a CertificateSigningRequest: base64 of PEM. Undefined when there is no such request in it. */
export function subjectOf(request: string): CertificateSubject | undefined {
  const der = derOf(request);
  const info = der && read(read(der, sequence)?.content, sequence);
  const subject = read(read(info?.content, integer)?.rest, sequence);
  const names = subject && namesOf(subject.content);
  if (!names) return undefined;
  const all = (type: string): readonly string[] => names.flatMap(([of, text]) => (of === type ? [text] : []));
  return { commonName: all(commonName).at(-1) ?? '', organizations: all(organizationName) };
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
    const attributes = read(left, set);
    if (!attributes) return undefined;
    for (let inner = attributes.content; inner.length > 0; ) {
      const attribute = read(inner, sequence);
      const type = read(attribute?.content, 0x06);
      const value = type && read(type.rest);
      if (!attribute || !type || !value) return undefined;
      names.push([hex(type.content), textOf(value)]);
      inner = attribute.rest;
    }
    left = attributes.rest;
  }
  return names;
}

function textOf({ tag, content }: Element): string {
  return new TextDecoder(tag === bmpString ? 'utf-16be' : 'utf-8').decode(content);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The element at the start, of this tag when one is given. */
function read(bytes: Uint8Array | undefined, tag?: number): Element | undefined {
  if (!bytes) return undefined;
  const [found, first] = bytes;
  if (found === undefined || first === undefined || (tag !== undefined && found !== tag)) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  // Longer lengths than four bytes are of no request that fits into an object; 0x80, the indefinite one, is not DER.
  if (first === 0x80 || lengthBytes > 4 || bytes.length < 2 + lengthBytes) return undefined;
  const length = lengthBytes === 0 ? first : bytes.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + lengthBytes;
  if (bytes.length < start + length) return undefined;
  return { tag: found, content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}
