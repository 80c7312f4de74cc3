/** Warning headers (RFC 9110's predecessor, 299) within upstream's bounds (apiserver endpoints/filters/warning.go). */

/** Characters of all warnings of an answer above which each is cut, and where the rest is left out. */
const totalBound = 4096;
const cutAt = 256;

/** The value of the header, each character a byte of UTF-8; each text once. Undefined for none. */
export function warningHeader(warnings: readonly string[]): string | undefined {
  if (warnings.length === 0) return undefined;
  // What a header cannot hold is not told at all.
  const texts = [...new Set(warnings)].filter((text) => text !== '' && !/\p{Cc}/u.test(text));
  const values = withinBounds(texts).map((text) => `299 - "${text.replace(/[\\"]/g, '\\$&')}"`);
  return values.length > 0 ? bytesAsText(values.join(', ')) : undefined;
}

function withinBounds(texts: readonly string[]): readonly string[] {
  const characters = texts.map((text) => [...text]);
  const fitting = countWithin(characters, totalBound);
  if (fitting === texts.length) return texts;
  // The first that does not fit is told too, and so are those before it, all cut.
  const cut = characters.map((text) => text.slice(0, cutAt));
  const count = Math.max(fitting, countWithin(cut, totalBound - 1)) + 1;
  return cut.slice(0, count).map((text) => text.join(''));
}

/** How many of the first texts are together no longer than that. */
function countWithin(texts: readonly (readonly string[])[], most: number): number {
  let total = 0;
  const beyond = texts.findIndex((text) => {
    total += text.length;
    return total > most;
  });
  return beyond < 0 ? texts.length : beyond;
}

/** Headers are bytes; runtimes write one for each character. */
function bytesAsText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}
