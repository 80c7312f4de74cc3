/** Warning headers (RFC 9110's predecessor, 299) within upstream's bounds. */

/** Total length of warnings in one answer (upstream's limit, so that headers stay small). */
const warningsBound = 4096;
const warningBound = 256;

/** The value of the header; each text once. Undefined for none. */
export function warningHeader(warnings: readonly string[]): string | undefined {
  if (warnings.length === 0) return undefined;
  let total = 0;
  const values: string[] = [];
  for (const warning of new Set(warnings)) {
    // Upstream has no header for a text with control characters.
    if (/\p{Cc}/u.test(warning)) continue;
    const text = total + warning.length > warningsBound ? warning.slice(0, warningBound) : warning;
    total += text.length;
    if (total > 2 * warningsBound) break;
    values.push(`299 - ${quoted(text)}`);
  }
  return values.length === 0 ? undefined : values.join(', ');
}

/** A quoted-string of RFC 9110. Beyond ASCII it has the bytes of UTF-8, each as the character that HTTP writes as that byte. */
function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&');
  if (!/[^\x20-\x7e]/.test(escaped)) return `"${escaped}"`;
  let bytes = '';
  for (const byte of encoder.encode(escaped)) bytes += String.fromCharCode(byte);
  return `"${bytes}"`;
}

const encoder = new TextEncoder();
