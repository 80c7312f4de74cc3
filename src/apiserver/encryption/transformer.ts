/** ValueTransformer: one key of one provider: what it does to the bytes of an object on their way to the store and back. */

export interface ValueTransformer {
  /** What stored values of this key begin with, in ASCII: 'k8s:enc:secretbox:v1:key1:'; '' for plain bytes. */
  readonly prefix: string;
  /** What its provider's values begin with, whatever the key: 'k8s:enc:secretbox:v1:'. */
  readonly family: string;
  /** Why a value of the family that no key takes cannot be read. */
  readonly noKey: string;
  /** Says which key values are written with now. Values with another mark are stale: the next update writes them again. */
  mark(): string;
  /** `context` is the object's key in the store: a value cannot be moved to another. Answers what follows the prefix. */
  encrypt(value: Uint8Array, context: string): Uint8Array | Promise<Uint8Array>;
  /** `stored` is what follows the prefix. Throws an Error that says why it cannot be read. */
  decrypt(stored: Uint8Array, context: string): Decrypted | Promise<Decrypted>;
}

export interface Decrypted {
  readonly value: Uint8Array;
  readonly mark: string;
}

/** What every encrypted value begins with. */
const encryptedPrefix = 'k8s:enc:';

/** Bytes as they are. */
export const identity: ValueTransformer = {
  prefix: '',
  family: '',
  noKey: '',
  mark: () => '',
  encrypt: (value) => value,
  decrypt: (stored) => {
    if (startsWith(stored, encryptedPrefix)) throw new Error('identity transformer tried to read encrypted data');
    return { value: stored, mark: '' };
  },
};

export function startsWith(bytes: Uint8Array, ascii: string): boolean {
  if (bytes.length < ascii.length) return false;
  for (let i = 0; i < ascii.length; i++) if (bytes[i] !== ascii.charCodeAt(i)) return false;
  return true;
}
