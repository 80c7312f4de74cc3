/** Base64 (RFC 4648, standard alphabet, padded). Our own: neither Buffer nor atob belongs in isomorphic code. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Uint8Array(128);
for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const rest = bytes.length - i;
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    text += rest > 1 ? alphabet.charAt((group >> 6) & 63) : '=';
    text += rest > 2 ? alphabet.charAt(group & 63) : '=';
  }
  return text;
}

/** `text` is well-formed (decoding has checked it): padded, without line breaks. */
export function fromBase64(text: string): Uint8Array {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const value = (position: number): number => values[text.charCodeAt(position)] ?? 0;
  for (let i = 0, position = 0; i < bytes.length; i += 3, position += 4) {
    const group =
      (value(position) << 18) | (value(position + 1) << 12) | (value(position + 2) << 6) | value(position + 3);
    bytes[i] = group >> 16;
    if (i + 1 < bytes.length) bytes[i + 1] = group >> 8;
    if (i + 2 < bytes.length) bytes[i + 2] = group;
  }
  return bytes;
}
