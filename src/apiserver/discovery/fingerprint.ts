/** A short hash of a document for ETags: FNV-1a over two lanes; 64 bits are plenty to tell two documents of one server apart. */

export function fingerprint(bytes: Uint8Array): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < bytes.length; at++) {
    low = Math.imul(low ^ (bytes[at] as number), 0x01000193);
    high = Math.imul(high ^ ((bytes[at] as number) + at), 0x85ebca6b);
  }
  const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
  return (hex(low) + hex(high)).toUpperCase();
}
