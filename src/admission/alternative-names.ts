/**
 * The extension subjectAltName that a certification request asks for, among its attributes (RFC 2985 5.4.2, RFC 5280 4.2.1.6): names that no
 * certificate can carry make the request none, as in Go.
 */

import { type Element, read, readAll, tags } from './der.ts';

/** pkcs-9-at-extensionRequest, 1.2.840.113549.1.9.14. */
const extensionRequest = '2a864886f70d01090e';
/** id-ce-subjectAltName, 2.5.29.17. */
const subjectAltName = '551d11';

/** Context tags of GeneralName. */
const email = 0x81;
const dnsName = 0x82;
const uri = 0x86;
const address = 0x87;

/** `attributes` begins with the request's [0] attributes, or is empty. Undefined when nothing is wrong. */
export function alternativeNamesFault(attributes: Uint8Array): string | undefined {
  for (const attribute of readAll(read(attributes, 0xa0)?.content ?? new Uint8Array()) ?? []) {
    const type = read(attribute.content, tags.oid);
    if (!type || type.content.toHex() !== extensionRequest) continue;
    const extensions = read(read(type.rest, tags.set)?.content, tags.sequence);
    for (const extension of readAll(extensions?.content ?? new Uint8Array()) ?? []) {
      const fault = extensionFault(extension);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function extensionFault({ content }: Element): string | undefined {
  const parts = readAll(content) ?? [];
  const [type] = parts;
  const value = parts.find(({ tag }) => tag === tags.octetString);
  if (!type || !value || type.content.toHex() !== subjectAltName) return undefined;
  const names = readAll(read(value.content, tags.sequence)?.content ?? new Uint8Array());
  if (!names) return 'x509: invalid subject alternative names';
  for (const { tag, content: name } of names) {
    const isAscii = name.every((byte) => byte < 0x80);
    if (tag === email && !isAscii) return 'x509: SAN rfc822Name is malformed';
    if (tag === dnsName && !isAscii) return 'x509: SAN dNSName is malformed';
    if (tag === uri && !isAscii) return 'x509: SAN uniformResourceIdentifier is malformed';
    if (tag === uri && !isUri(new TextDecoder().decode(name)))
      return `x509: cannot parse URI ${JSON.stringify(new TextDecoder().decode(name))}`;
    if (tag === address && name.length !== 4 && name.length !== 16) {
      return `x509: cannot parse IP address of length ${name.length}`;
    }
  }
  return undefined;
}

/** Also relative references are. */
function isUri(text: string): boolean {
  return (
    URL.canParse(text, 'https://base') &&
    !Array.from(text).some((character) => character < ' ' || character === '\u007f')
  );
}
