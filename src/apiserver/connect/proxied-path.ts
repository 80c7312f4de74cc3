/**
 * The part of a proxied request's path that is the backend's: unescaped, cleaned of '//', '.' and '..', with the slash at its end kept, and
 * escaped anew (apimachinery util/net JoinPreservingTrailingSlash, net/url EscapedPath).
 */

import type { RequestInfo } from '../request/request-info.ts';

export interface ProxiedPath {
  /** The proxy's own part as it was sent: '/api/v1/namespaces/default/pods/web/proxy' */
  readonly prefix: string;
  /** Unescaped, as it was asked for: what admission sees. '' for none. */
  readonly asked: string;
  /** Escaped, for the request line. '' for none. */
  readonly path: string;
}

export function proxiedPath({ path, trailing }: Pick<RequestInfo, 'path' | 'trailing'>): ProxiedPath {
  const slash = path.endsWith('/') ? '/' : '';
  const tail = trailing === '' ? slash : `/${trailing}${slash}`;
  const asked = decodeURIComponent(tail);
  return { prefix: path.slice(0, path.length - tail.length), asked, path: escaped(cleaned(asked)) };
}

function cleaned(path: string): string {
  if (path === '') return '';
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return kept.length === 0 ? '/' : `/${kept.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** As Go escapes a path: other marks stay than with encodeURIComponent. */
function escaped(path: string): string {
  return encodeURIComponent(path)
    .replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent)
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
