/** Text in quotes as Go prints it: messages of upstream have it so. */

const goEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const unprintable = /["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;

/** Go's strconv.Quote for valid text. Fast for long text: whole values end up in messages. */
export function goQuote(text: string): string {
  return plain.test(text) ? `"${text}"` : `"${text.replace(unprintable, escaped)}"`;
}

function escaped(character: string): string {
  const known = goEscapes[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, '0')}`;
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
