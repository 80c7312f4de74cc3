/** Whether a certification request was signed with the key that it names (WebCrypto, which browsers and Node have alike). */

import type { SignedRequest } from './certification-request.ts';
import { numbered, read, tags } from './der.ts';

type Hash = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

type Algorithm =
  | { readonly type: 'RSA' | 'RSASSA-PSS' | 'ECDSA'; readonly hash: Hash }
  | { readonly type: 'Ed25519' }
  | { readonly type: 'insecure'; readonly name: string };

/** By the hexadecimal form of their identifiers (RFC 3279, 4055, 5758, 8410). SHA-1 is good enough for a request, as in Go: nobody trusts one. */
const algorithms: Readonly<Record<string, Algorithm>> = {
  '2a864886f70d010104': { type: 'insecure', name: 'MD5-RSA' },
  '2a864886f70d010105': { type: 'RSA', hash: 'SHA-1' },
  '2a864886f70d01010b': { type: 'RSA', hash: 'SHA-256' },
  '2a864886f70d01010c': { type: 'RSA', hash: 'SHA-384' },
  '2a864886f70d01010d': { type: 'RSA', hash: 'SHA-512' },
  '2a8648ce3d0401': { type: 'ECDSA', hash: 'SHA-1' },
  '2a8648ce3d040302': { type: 'ECDSA', hash: 'SHA-256' },
  '2a8648ce3d040303': { type: 'ECDSA', hash: 'SHA-384' },
  '2a8648ce3d040304': { type: 'ECDSA', hash: 'SHA-512' },
  '2b6570': { type: 'Ed25519' },
};

const rsaPss = '2a864886f70d01010a';
const maskGeneration1 = '2a864886f70d010108';
const noParameters = ['', '0500'];

const hashes: Readonly<Record<string, Hash>> = {
  '608648016503040201': 'SHA-256',
  '608648016503040202': 'SHA-384',
  '608648016503040203': 'SHA-512',
};

/** As many as the hash has. */
const saltBytes: Readonly<Record<Hash, number>> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 };

/** By identifier: their name, and bytes of a coordinate. */
const curves: Readonly<Record<string, readonly [name: string, bytes: number]>> = {
  '2a8648ce3d030107': ['P-256', 32],
  '2b81040022': ['P-384', 48],
  '2b81040023': ['P-521', 66],
};

/** In Go's words; undefined when it was, or when its curve is one that WebCrypto has not: the signer looks at those. */
export async function signatureFault(request: SignedRequest): Promise<string | undefined> {
  const algorithm = algorithmOf(request);
  // Upstream's words for algorithms that it does not know (x509.ErrUnsupportedAlgorithm); those that it knows are all here.
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
    case 'RSASSA-PSS': {
      const key = { name: 'RSA-PSS', hash: algorithm.hash };
      const saltLength = saltBytes[algorithm.hash];
      return (await verifies(request, key, { name: 'RSA-PSS', saltLength }, request.signature))
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

function algorithmOf({ algorithm, parameters }: SignedRequest): Algorithm | undefined {
  if (algorithm === rsaPss) return pssOf(parameters);
  const found = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
  // RFC 8410, 3: it has none.
  return found?.type === 'Ed25519' && parameters.length > 0 ? undefined : found;
}

/**
 * RSASSA-PSS-params ::= SEQUENCE { [0] hash, [1] mask generation, [2] salt length, [3] trailer }: three of the many that there may be, as in Go
 * (one hash for both, a salt of its length, the usual trailer).
 */
function pssOf(parameters: Uint8Array): Algorithm | undefined {
  const hash = read(read(parameters, tags.sequence)?.content, numbered(0));
  const mask = read(hash?.rest, numbered(1));
  const salt = read(mask?.rest, numbered(2));
  if (!hash || !mask || !salt) return undefined;
  const maskGeneration = read(mask.content, tags.sequence);
  const maskOid = read(maskGeneration?.content, tags.oid);
  const found = hashOf(hash.content);
  const length = read(salt.content, tags.integer)?.content;
  const isUsual =
    found !== undefined &&
    maskOid !== undefined &&
    maskOid.content.toHex() === maskGeneration1 &&
    hashOf(maskOid.rest) === found &&
    length?.length === 1 &&
    length[0] === saltBytes[found] &&
    ['', 'a303020101'].includes(salt.rest.toHex());
  return isUsual ? { type: 'RSASSA-PSS', hash: found } : undefined;
}

/** AlgorithmIdentifier of a hash. */
function hashOf(identifier: Uint8Array): Hash | undefined {
  const oid = read(read(identifier, tags.sequence)?.content, tags.oid);
  if (!oid || !noParameters.includes(oid.rest.toHex())) return undefined;
  const id = oid.content.toHex();
  return Object.hasOwn(hashes, id) ? hashes[id] : undefined;
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
  const id = curve ? curve.content.toHex() : '';
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
