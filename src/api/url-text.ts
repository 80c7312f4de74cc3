/** The parts of a URL and the words for what is wrong with it, as Go's net/url has them; validation messages quote those. */

export interface URLParts {
  readonly scheme: string;
  /** Absent without '@'. */
  readonly user?: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

export type ParsedURL = URLParts | { readonly fault: string };

export function parseURL(text: string): ParsedURL {
  const fault = (what: string): ParsedURL => ({ fault: `parse ${quoted(text)}: ${what}` });
  const [before, fragment] = cut(text, '#');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\u0000-\u001f\u007f]/.test(before)) return fault('net/url: invalid control character in URL');
  const badFragment = badEscape(fragment);
  if (badFragment !== undefined) return fault(`invalid URL escape ${quoted(badFragment)}`);
  const schemed = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(before);
  if (!schemed && before.startsWith(':')) return fault('missing protocol scheme');
  const scheme = schemed?.[1]?.toLowerCase() ?? '';
  const [rest, query] = cut(schemed?.[2] ?? before, '?');
  if (!rest.startsWith('/')) {
    // An opaque URL such as 'mailto:x' has neither host nor path.
    if (scheme !== '') return { scheme, host: '', path: '', query, fragment };
    if ((rest.split('/')[0] ?? '').includes(':')) return fault('first path segment in URL cannot contain colon');
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) {
    const bad = badEscape(rest);
    if (bad !== undefined) return fault(`invalid URL escape ${quoted(bad)}`);
    return { scheme, host: '', path: rest, query, fragment };
  }
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const path = slash < 0 ? '' : rest.slice(slash);
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const wrong = hostFault(host);
  if (wrong !== undefined) return fault(wrong);
  const bad = badEscape(path);
  if (bad !== undefined) return fault(`invalid URL escape ${quoted(bad)}`);
  const user = at < 0 ? {} : { user: authority.slice(0, at) };
  if (at >= 0 && !/^[A-Za-z0-9._:~!$&'()*+,;=%@-]*$/.test(authority.slice(0, at))) {
    return fault('net/url: invalid userinfo');
  }
  return { scheme, ...user, host, path, query, fragment };
}

function hostFault(host: string): string | undefined {
  const portAt = host.startsWith('[') ? host.lastIndexOf(']') + 1 : host.lastIndexOf(':');
  if (host.startsWith('[') && portAt === 0) return "missing ']' in host";
  const port = portAt < 0 ? '' : host.slice(portAt);
  if (port !== '' && !/^:\d*$/.test(port)) return `invalid port ${quoted(port)} after host`;
  const bad = badEscape(host);
  if (bad !== undefined) return `invalid URL escape ${quoted(bad)}`;
  const character = /[\s"\\^`{|}]/.exec(host)?.[0];
  return character === undefined ? undefined : `invalid character ${quoted(character)} in host name`;
}

/** The first '%' that no two hexadecimal digits follow, with what does. */
function badEscape(text: string): string | undefined {
  return /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(text)?.[0];
}

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
