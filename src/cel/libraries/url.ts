/** url("https://example.com:80/path?a=b"): absolute URLs and paths, and their parts. */

import type { Library } from '../environment.ts';
import { boolType, listType, mapType, opaqueType, stringType } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { ArrayList, CelError, OpaqueValue, ValueMap } from '../values.ts';
import { nominal, traversal } from './costs.ts';
import { global, member } from './declare.ts';
import type { ParsedURL } from './url-text.ts';
import { formatURL, hostnameOf, parseRequestURI, parseURL, portOf, queryOf } from './url-text.ts';

export const urlType = opaqueType('kubernetes.URL');

class URLValue extends OpaqueValue {
  readonly type = urlType;
  readonly url: ParsedURL;

  constructor(url: ParsedURL) {
    super();
    this.url = url;
  }

  equals(other: Value): boolean {
    return other instanceof URLValue && formatURL(other.url) === formatURL(this.url);
  }
}

/** Checked as a request's URI, which asks for more, and then read as a reference, which knows fragments. */
function toURL(text: string): Result {
  const checked = parseRequestURI(text);
  const url = typeof checked === 'string' ? checked : parseURL(text);
  if (typeof url !== 'string') return new URLValue(url);
  return new CelError(`URL parse error during conversion from string: ${url}`);
}

function part(name: string, id: string, read: (url: ParsedURL) => Value) {
  return { name, overloads: [member(id, [urlType], stringType, ({ url }: URLValue) => read(url), nominal)] };
}

function query({ url }: URLValue): Value {
  return ValueMap.of([...queryOf(url)].map(([key, values]) => [key, new ArrayList(values)] as const));
}

export const urlLibrary: Library = {
  types: [urlType],
  functions: [
    { name: 'url', overloads: [global('string_to_url', [stringType], urlType, toURL, traversal(1, true))] },
    {
      name: 'isURL',
      overloads: [
        global('is_url_string', [stringType], boolType, (text: string) => typeof parseRequestURI(text) !== 'string'),
      ],
    },
    part('getScheme', 'url_get_scheme', ({ scheme }) => scheme),
    part('getHost', 'url_get_host', ({ host }) => host),
    part('getHostname', 'url_get_hostname', hostnameOf),
    part('getPort', 'url_get_port', portOf),
    part('getEscapedPath', 'url_get_escaped_path', ({ escapedPath }) => escapedPath),
    {
      name: 'getQuery',
      overloads: [member('url_get_query', [urlType], mapType(stringType, listType(stringType)), query, nominal)],
    },
  ],
};
