/** Secrets that are searched for afterwards: in whatever they could have been written. */

import { randomBytes } from 'node:crypto';

/** So much of a secret in a row is no accident, by how it is written: V8 quotes ten characters of what is no JSON. */
const windowLengths = { text: 8, base64: 10, hexadecimal: 20 } as const;
const letters = 'abcdefghijklmnopqrstuvwxyz012345';

export class Markers {
  /** Names of secrets by a part of them, by the part's length. */
  readonly #windows = new Map<number, Map<string, string>>();
  readonly #made = new Map<string, string>();

  /** A new secret of 32 letters and digits. */
  make(name: string): string {
    const text = [...randomBytes(32)].map((byte) => letters[byte % letters.length]).join('');
    this.#made.set(name, text);
    this.watch(name, Buffer.from(text));
    return text;
  }

  /** The secret of that name, made before. */
  get(name: string): string {
    const text = this.#made.get(name);
    if (text === undefined) throw new Error(`there is no secret ${name}`);
    return text;
  }

  /** Watches for a secret that something else made, as it is, in hexadecimal and in base64 wherever it begins there. */
  watch(name: string, secret: Uint8Array): void {
    const bytes = Buffer.from(secret);
    this.#add(name, bytes.toString('hex'), windowLengths.hexadecimal);
    if (/^[\x20-\x7e]*$/.test(bytes.toString('latin1'))) this.#add(name, bytes.toString('latin1'), windowLengths.text);
    for (let skipped = 0; skipped < 3; skipped++) {
      // What shares a group of base64 with its neighbours is left out.
      const whole = bytes.subarray(skipped, bytes.length - ((bytes.length - skipped) % 3));
      for (const encoding of ['base64', 'base64url'] as const) {
        this.#add(name, whole.toString(encoding), windowLengths.base64);
      }
    }
  }

  #add(name: string, text: string, length: number): void {
    const windows = this.#windows.get(length) ?? new Map<string, string>();
    this.#windows.set(length, windows);
    for (let at = 0; at + length <= text.length; at++) windows.set(text.slice(at, at + length), name);
  }

  /** What of the secrets is in there, as 'name: what is around it'; at most one line for each secret. */
  search(content: Uint8Array | string): string[] {
    const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
    const found = new Map<string, string>();
    for (const [length, windows] of this.#windows) {
      for (let at = 0; at + length <= text.length; at++) {
        const name = windows.get(text.slice(at, at + length));
        if (name !== undefined && !found.has(name)) found.set(name, text.slice(Math.max(0, at - 150), at + 80));
      }
    }
    return [...found].map(([name, around]) => `${name}: ${JSON.stringify(around)}`);
  }
}
