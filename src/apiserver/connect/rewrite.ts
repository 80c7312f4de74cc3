/**
 * Links of proxied pages: what is absolute on the backend gets the proxy's path before it (apimachinery util/proxy Transport).
 *
 * Only the values of attributes that hold links are touched; every other byte of a page stays as it was. HTML is read as far as
 * that needs: tags, quotes, comments, and elements whose text is no markup.
 */

export type LinkRewriter = (link: string) => string;

/** Attributes that hold a link, by element (HTML standard, index of attributes). */
const linkAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** `prefix` is the proxy's path without a slash at its end; `hosts` are names under which the backend may speak of itself. */
export function createLinkRewriter(prefix: string, hosts: readonly (string | readonly string[])[]): LinkRewriter {
  const own = new Set(hosts.flat());
  return (link) => {
    const absolute = /^(?:(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*))?(\/[^?#]*)(.*)$/is.exec(link);
    if (!absolute) return link;
    const [, host, path = '', rest = ''] = absolute;
    if (host !== undefined && !own.has(host)) return link;
    return path.startsWith(`${prefix}/`) || path === prefix ? `${path}${rest}` : `${prefix}${path}${rest}`;
  };
}

/** Pages are taken for bytes of Latin-1: links are ASCII, and everything else comes out as it went in. */
export function rewriteHtml(page: Uint8Array, rewrite: LinkRewriter): Uint8Array {
  let text = '';
  for (let at = 0; at < page.length; at += 8192) text += String.fromCharCode(...page.subarray(at, at + 8192));
  const rewritten = rewriteTags(text, rewrite);
  const bytes = new Uint8Array(rewritten.length);
  for (let i = 0; i < rewritten.length; i++) bytes[i] = rewritten.charCodeAt(i);
  return bytes;
}

function rewriteTags(text: string, rewrite: LinkRewriter): string {
  const lowerCase = text.toLowerCase();
  let out = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('<', at);
    if (open < 0) return out + text.slice(at);
    out += text.slice(at, open);
    at = open;
    if (text.startsWith('<!--', open)) {
      const end = text.indexOf('-->', open + 4);
      if (end < 0) return out + text.slice(open);
      out += text.slice(open, end + 3);
      at = end + 3;
      continue;
    }
    const name = /^[a-zA-Z][a-zA-Z0-9-]*/.exec(text.slice(open + 1, open + 64))?.[0]?.toLowerCase();
    const end = name === undefined ? open + 1 : tagEnd(text, open + 1);
    // A tag that never ends is the end of the page.
    if (end < 0) return out + text.slice(open);
    if (name === undefined) {
      out += text.slice(open, open + 1);
      at = open + 1;
      continue;
    }
    const tag = text.slice(open, end);
    out += Object.hasOwn(linkAttributes, name) ? rewriteAttributes(tag, name, rewrite) : tag;
    at = end;
    if (name === 'script' || name === 'style' || name === 'textarea' || name === 'title') {
      const close = lowerCase.indexOf(`</${name}`, at);
      const stop = close < 0 ? text.length : close;
      out += text.slice(at, stop);
      at = stop;
    }
  }
}

/** Position behind the '>' that ends the tag; -1 when it never ends. */
function tagEnd(text: string, from: number): number {
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const character = text[i] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if ((character === '"' || character === "'") && /=\s*$/.test(text.slice(Math.max(from, i - 32), i)))
      quote = character;
    else if (character === '>') return i + 1;
  }
  return -1;
}

function rewriteAttributes(tag: string, name: string, rewrite: LinkRewriter): string {
  const wanted = linkAttributes[name] ?? [];
  return tag.replace(
    /(\s)([a-zA-Z-]+)(\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g,
    (whole, before: string, attribute: string, equals: string, double?: string, single?: string, bare?: string) => {
      if (!wanted.includes(attribute.toLowerCase())) return whole;
      const quote = double !== undefined ? '"' : single !== undefined ? "'" : '';
      const value = double ?? single ?? bare ?? '';
      return `${before}${attribute}${equals}${quote}${rewrite(value)}${quote}`;
    },
  );
}
