/** From a body's bytes to its text, as Go's decoders take it. */

import { DecodeError } from './decode-error.ts';

// A byte order mark is no white space of JSON: whoever sends one is told.
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { fatal: true });

/** JSON: what is no UTF-8 becomes U+FFFD, as encoding/json has it. */
export function jsonText(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** YAML: UTF-8, or UTF-16 if its byte order mark says so. Throws DecodeError. */
export function yamlText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return strict.decode(bytes);
  } catch (cause) {
    throw new DecodeError('yaml: invalid leading UTF-8 octet', { cause });
  }
}
