/**
 * The ciphers of encryption at rest, in upstream's formats (apiserver pkg/storage/value/encrypt). After the prefix:
 *
 *     aesgcm       nonce (12), sealed bytes, tag (16); the object's key in the store is authenticated
 *     aescbc       IV (16), blocks with PKCS #7 padding; nothing is authenticated
 *     secretbox    nonce (24), tag (16), sealed bytes: XSalsa20 and Poly1305 as in NaCl
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import type { NamedKey } from '#apiserver/encryption/configuration.ts';
import type { ValueTransformer } from '#apiserver/encryption/transformer.ts';

export type CipherName = 'aesgcm' | 'aescbc' | 'secretbox';

interface Cipher {
  seal(secret: Uint8Array, value: Uint8Array, context: string): Uint8Array;
  open(secret: Uint8Array, stored: Uint8Array, context: string): Uint8Array;
}

const tooShort = 'the stored data was shorter than the required size';
const nonceLength = 12;
const tagLength = 16;
const blockLength = 16;
const boxNonceLength = 24;

export function sealGcm(secret: Uint8Array, value: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv(gcmOf(secret), secret, nonce);
  cipher.setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
}

export function openGcm(secret: Uint8Array, stored: Uint8Array, context: string): Uint8Array {
  if (stored.length < nonceLength + tagLength) throw new Error(tooShort);
  const end = stored.length - tagLength;
  const decipher = createDecipheriv(gcmOf(secret), secret, stored.subarray(0, nonceLength));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(stored.subarray(end));
  try {
    return Buffer.concat([decipher.update(stored.subarray(nonceLength, end)), decipher.final()]);
  } catch (error) {
    throw new Error('cipher: message authentication failed', { cause: error });
  }
}

function gcmOf(secret: Uint8Array): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  return secret.length === 16 ? 'aes-128-gcm' : secret.length === 24 ? 'aes-192-gcm' : 'aes-256-gcm';
}

const ciphers: Readonly<Record<CipherName, Cipher>> = {
  aesgcm: { seal: sealGcm, open: openGcm },
  aescbc: {
    seal: (secret, value) => {
      const iv = randomBytes(blockLength);
      const cipher = createCipheriv(`aes-${secret.length * 8}-cbc`, secret, iv);
      return Buffer.concat([iv, cipher.update(value), cipher.final()]);
    },
    open: (secret, stored) => {
      if (stored.length < blockLength) throw new Error(tooShort);
      if (stored.length % blockLength !== 0) throw new Error('the stored data is not a multiple of the block size');
      const decipher = createDecipheriv(`aes-${secret.length * 8}-cbc`, secret, stored.subarray(0, blockLength));
      try {
        return Buffer.concat([decipher.update(stored.subarray(blockLength)), decipher.final()]);
      } catch (error) {
        throw new Error('invalid padding on input', { cause: error });
      }
    },
  },
  secretbox: {
    seal: (secret, value) => {
      const nonce = randomBytes(boxNonceLength);
      return Buffer.concat([nonce, xsalsa20poly1305(secret, nonce).encrypt(value)]);
    },
    open: (secret, stored) => {
      if (stored.length < boxNonceLength + tagLength) throw new Error(tooShort);
      try {
        return xsalsa20poly1305(secret, stored.subarray(0, boxNonceLength)).decrypt(stored.subarray(boxNonceLength));
      } catch (error) {
        throw new Error('output array was not large enough for encryption', { cause: error });
      }
    },
  },
};

const shownNames: Readonly<Record<CipherName, string>> = { aesgcm: 'AES', aescbc: 'AES', secretbox: 'Secretbox' };

export function keyTransformer(cipher: CipherName, { name, secret }: NamedKey): ValueTransformer {
  const { seal, open } = ciphers[cipher];
  const family = `k8s:enc:${cipher}:v1:`;
  const prefix = `${family}${name}:`;
  // A key that keeps its name and changes its bytes cannot read what it wrote: the name is enough to tell keys apart.
  return {
    prefix,
    family,
    noKey: `no matching key was found for the provided ${shownNames[cipher]} transformer`,
    mark: () => prefix,
    encrypt: (value, context) => seal(secret, value, context),
    decrypt: (stored, context) => ({ value: open(secret, stored, context), mark: prefix }),
  };
}
