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
    const text = total + warning.length > warningsBound ? warning.slice(0, warningBound) : warning;
    total += text.length;
    if (total > 2 * warningsBound) break;
    values.push(`299 - ${quoted(text)}`);
  }
  return values.join(', ');
}

/** A quoted-string of RFC 9110: control and non-ASCII characters would break the header. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;
}
