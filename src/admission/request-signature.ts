/** Whether a certification request was signed with the key that it names (WebCrypto, which browsers and Node have alike). */

import type { SignedRequest } from './certification-request.ts';
import { hex, read, tags } from './der.ts';

type Hash = 'SHA-256' | 'SHA-384' | 'SHA-512';

type Algorithm =
  | { readonly type: 'RSA' | 'ECDSA'; readonly hash: Hash }
  | { readonly type: 'Ed25519' }
  | { readonly type: 'insecure'; readonly name: string };

/** By the hexadecimal form of their identifiers (RFC 3279, 4055, 5758, 8410). */
const algorithms: Readonly<Record<string, Algorithm>> = {
  '2a864886f70d010104': { type: 'insecure', name: 'MD5-RSA' },
  '2a864886f70d010105': { type: 'insecure', name: 'SHA1-RSA' },
  '2a864886f70d01010b': { type: 'RSA', hash: 'SHA-256' },
  '2a864886f70d01010c': { type: 'RSA', hash: 'SHA-384' },
  '2a864886f70d01010d': { type: 'RSA', hash: 'SHA-512' },
  '2a8648ce3d0401': { type: 'insecure', name: 'ECDSA-SHA1' },
  '2a8648ce3d040302': { type: 'ECDSA', hash: 'SHA-256' },
  '2a8648ce3d040303': { type: 'ECDSA', hash: 'SHA-384' },
  '2a8648ce3d040304': { type: 'ECDSA', hash: 'SHA-512' },
  '2b6570': { type: 'Ed25519' },
};

/** By identifier: their name, and bytes of a coordinate. */
const curves: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  '2a8648ce3d030107': ['P-256', 32],
  '2b81040022': ['P-384', 48],
  '2b81040023': ['P-521', 66],
};

/** RSASSA-PSS, whose parameters are not read, and curves that WebCrypto has not: the signer looks at those. */
const rsaPss = '2a864886f70d01010a';

/** In Go's words; undefined when it was. */
export async function signatureFault(request: SignedRequest): Promise<string | undefined> {
  const algorithm = Object.hasOwn(algorithms, request.algorithm) ? algorithms[request.algorithm] : undefined;
  if (request.algorithm === rsaPss) return undefined;
  if (!algorithm) return 'x509: cannot verify signature: algorithm unimplemented';
  switch (algorithm.type) {
    case 'insecure':
      return `x509: cannot verify signature: insecure algorithm ${algorithm.name}`;
    case 'RSA': {
      const scheme = { name: 'RSASSA-PKCS1-v1_5', hash: algorithm.hash };
      return (await verifies(request, scheme, scheme, request.signature))
        ? undefined
        : 'crypto/rsa: verification error';
    }
    case 'Ed25519':
      return (await verifies(request, algorithm.type, algorithm.type, request.signature))
        ? undefined
        : 'x509: Ed25519 verification failure';
    case 'ECDSA': {
      const curve = curveOf(request.publicKey);
      if (!curve) return undefined;
      const [namedCurve, bytes] = curve;
      const signature = pairOf(request.signature, bytes);
      const key = { name: 'ECDSA', namedCurve };
      const isRight = signature && (await verifies(request, key, { name: 'ECDSA', hash: algorithm.hash }, signature));
      return isRight ? undefined : 'x509: ECDSA verification failure';
    }
  }
}

type ImportScheme = Parameters<SubtleCrypto['importKey']>[2];
type VerifyScheme = Parameters<SubtleCrypto['verify']>[0];

async function verifies(
  { publicKey, info }: SignedRequest,
  keyScheme: ImportScheme,
  scheme: VerifyScheme,
  signature: Uint8Array,
): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('spki', Uint8Array.from(publicKey), keyScheme, false, ['verify']);
    return await crypto.subtle.verify(scheme, key, Uint8Array.from(signature), Uint8Array.from(info));
  } catch {
    // A key of another kind than the algorithm's, or none.
    return false;
  }
}

/** SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { algorithm, curve }, key } */
function curveOf(publicKey: Uint8Array): readonly [name: string, bytes: number] | undefined {
  const kind = read(read(publicKey, tags.sequence)?.content, tags.sequence);
  const curve = read(read(kind?.content, tags.oid)?.rest, tags.oid);
  const id = curve ? hex(curve.content) : '';
  return Object.hasOwn(curves, id) ? curves[id] : undefined;
}

/** SEQUENCE { r INTEGER, s INTEGER } as WebCrypto wants it: both one after the other, each of the curve's length. */
function pairOf(signature: Uint8Array, bytes: number): Uint8Array | undefined {
  const r = read(read(signature, tags.sequence)?.content, tags.integer);
  const s = read(r?.rest, tags.integer);
  if (!r || !s) return undefined;
  const pair = new Uint8Array(2 * bytes);
  for (const [index, { content }] of [r, s].entries()) {
    const digits = content.subarray(content.findIndex((byte) => byte !== 0));
    if (digits.length > bytes) return undefined;
    pair.set(digits, (index + 1) * bytes - digits.length);
  }
  return pair;
}
