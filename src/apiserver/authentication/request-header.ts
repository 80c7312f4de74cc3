/**
 * Front proxies: whoever shows a certificate of the request-header authority (and one of the allowed names, where there are any) says
 * in headers who the user is (upstream: apiserver authentication/request/headerrequest).
 *
 * The headers of everybody else are looked at by nothing: they cannot be smuggled past a proxy that does not remove them, since a
 * certificate of another authority, or a token, never leads here.
 */

import { type ApiRequest, headerValues, type Peer, type UserInfo } from '#api/request.ts';

export interface RequestHeaderConfig {
  /** Common names of proxies; empty: any certificate of the authority. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

/** Undefined when the proxy is none of the allowed, or names no user. */
export function frontProxyUser(
  request: ApiRequest,
  proxy: NonNullable<Peer['frontProxy']>,
  config: RequestHeaderConfig,
): UserInfo | undefined {
  if (config.allowedNames.length > 0 && !config.allowedNames.includes(proxy.commonName)) return undefined;
  const first = (names: readonly string[]) => {
    for (const name of names) {
      const [value] = headerValues(request, name.toLowerCase());
      if (value) return value;
    }
    return undefined;
  };
  const username = first(config.usernameHeaders);
  if (username === undefined) return undefined;
  const uid = first(config.uidHeaders);
  const groups = config.groupHeaders.flatMap((name) => headerValues(request, name.toLowerCase())).filter(Boolean);
  const extra = extraOf(request, config.extraHeaderPrefixes);
  return {
    username,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}

/** Extra fields of a user by the headers with these prefixes. Keys are the client's choice: `__proto__` is one as others. */
export function extraOf(request: ApiRequest, prefixes: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const extra = new Map<string, readonly string[]>();
  for (const prefix of prefixes) {
    for (const name of Object.keys(request.headers)) {
      if (!name.startsWith(prefix.toLowerCase())) continue;
      const key = unescapeExtraKey(name.slice(prefix.length));
      extra.set(key, [...(extra.get(key) ?? []), ...headerValues(request, name)]);
    }
  }
  return Object.fromEntries(extra);
}

/** Keys of extra fields are percent-encoded in header names; one that is badly encoded is itself. */
function unescapeExtraKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
