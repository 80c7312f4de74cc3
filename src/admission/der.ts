/** Reading DER (X.690), an element at a time. */

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** After the element. */
  readonly rest: Uint8Array;
}

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  teletexString: 0x14,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Of an element in a constructed one that stands in it by number: [0], [1] and so on. */
export const numbered = (number: number): number => 0xa0 + number;

/** The element at the start, of this tag when one is given; undefined when there is none. */
export function read(bytes: Uint8Array | undefined, tag?: number): Element | undefined {
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

/** Elements one after the other; undefined when something is left that is none. */
export function readAll(bytes: Uint8Array): readonly Element[] | undefined {
  const elements: Element[] = [];
  for (let left = bytes; left.length > 0; ) {
    const element = read(left);
    if (!element) return undefined;
    elements.push(element);
    left = element.rest;
  }
  return elements;
}

/** As OpenSSL reads names, which tells who has a certificate. */
export function textOf({ tag, content }: Element): string {
  switch (tag) {
    case tags.bmpString:
      return new TextDecoder('utf-16be', { ignoreBOM: true }).decode(content);
    case tags.universalString:
      return utf32Text(content);
    case tags.teletexString:
      return Array.from(content, (byte) => String.fromCharCode(byte)).join('');
    default:
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
  }
}

function utf32Text(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = view.getUint32(at);
    text += code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  }
  return text;
}
