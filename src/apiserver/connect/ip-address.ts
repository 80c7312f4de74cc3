/** Addresses that the API server may call for somebody else. */

/** Go's IP.IsGlobalUnicast: neither unspecified, loopback, multicast, link-local nor broadcast. False for what is no IP address. */
export function isGlobalUnicast(text: string): boolean {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const [a = 0, b = 0, ...rest] = text.split('.').map(Number);
    if ([a, b, ...rest].some((part) => part > 255)) return false;
    const all = [a, b, ...rest];
    if (all.every((part) => part === 0) || all.every((part) => part === 255)) return false;
    return a !== 127 && !(a >= 224 && a < 240) && !(a === 169 && b === 254);
  }
  if (!text.includes(':')) return false;
  let normal: string;
  try {
    normal = new URL(`http://[${text}]`).hostname.slice(1, -1);
  } catch {
    return false;
  }
  if (normal === '::' || normal === '::1') return false;
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(normal);
  if (mapped) {
    const [high = 0, low = 0] = [mapped[1], mapped[2]].map((part) => Number.parseInt(part ?? '', 16));
    return isGlobalUnicast(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`);
  }
  const first = Number.parseInt(normal.split(':')[0] || '0', 16);
  return (first & 0xff00) !== 0xff00 && (first & 0xffc0) !== 0xfe80;
}
