/**
 * The chain of authenticators, in upstream's order: in-process identity, front proxy, client certificate, bearer tokens, and at its
 * end the anonymous user for the paths that need no credential (KEP-4633). The first that knows the credential decides.
 */

import { newUnauthorized } from '#api/errors.ts';
import type { ApiRequest, UserInfo } from '#api/request.ts';
import { type Authenticator, anonymousUser } from '../authenticator.ts';
import { frontProxyUser, type RequestHeaderConfig } from './request-header.ts';
import type { TokenAuthenticator } from './tokens.ts';

/** Key of the extra by which audit logs tell credentials apart (KEP-4193). */
export const credentialId = 'authentication.kubernetes.io/credential-id';
export const authenticatedGroup = 'system:authenticated';
const unauthenticatedGroup = 'system:unauthenticated';

/** Which paths need no credential. */
export type AnonymousRule = (path: string) => boolean;

export interface AuthenticationConfig {
  readonly token: TokenAuthenticator;
  /** What the API server itself is called in tokens. */
  readonly apiAudiences: readonly string[];
  readonly anonymous: AnonymousRule;
  /** Absent: headers of front proxies mean nothing. */
  readonly requestHeader?: RequestHeaderConfig | undefined;
  /** Told until when the certificate of each request is good. */
  readonly certificateUsed?: (validUntilMs: number) => void;
}

const healthPaths = ['/healthz', '/livez', '/readyz'] as const;

/** Health checks, and what is below them: the rule where nothing else is configured. */
export const healthChecksOnly: AnonymousRule = (asked) =>
  healthPaths.some((path) => asked === path || asked.startsWith(`${path}/`));

export function createAuthenticator(config: AuthenticationConfig): Authenticator {
  const { requestHeader, anonymous, token: authenticateToken, apiAudiences, certificateUsed } = config;
  // The same of all requests of a connection.
  const users = new WeakMap<Certificate, UserInfo>();
  const userOf = (certificate: Certificate): UserInfo => {
    let user = users.get(certificate);
    if (!user) {
      user = withAuthenticatedGroup(certificateUser(certificate));
      users.set(certificate, user);
    }
    return user;
  };
  return (request) => {
    const { inProcess, certificate, frontProxy } = request.peer;
    if (inProcess) return withAuthenticatedGroup(inProcess);
    const proxied = frontProxy && requestHeader && frontProxyUser(request, frontProxy, requestHeader);
    if (proxied) return withAuthenticatedGroup(proxied);
    // A certificate that the transport verified comes before tokens, as upstream's union does.
    if (certificate) {
      if (certificate.validUntilMs !== undefined) certificateUsed?.(certificate.validUntilMs);
      return userOf(certificate);
    }
    const token = bearerToken(request);
    if (token !== undefined) return fromToken(authenticateToken, token, apiAudiences);
    return anonymous(request.path) ? anonymousUser : undefined;
  };
}

type Certificate = NonNullable<ApiRequest['peer']['certificate']>;

function certificateUser(certificate: Certificate): UserInfo {
  const { commonName, organizations, fingerprint, uid } = certificate;
  return {
    username: commonName,
    ...(uid === undefined ? {} : { uid }),
    groups: organizations,
    ...(fingerprint ? { extra: { [credentialId]: [`X509SHA256=${fingerprint}`] } } : {}),
  };
}

async function fromToken(
  authenticate: TokenAuthenticator,
  token: string,
  audiences: readonly string[],
): Promise<UserInfo> {
  let answer: Awaited<ReturnType<TokenAuthenticator>>;
  try {
    answer = await authenticate(token, audiences);
  } catch (cause) {
    // Whoever is not let in learns nothing more than that.
    const refused = newUnauthorized();
    refused.cause = cause;
    throw refused;
  }
  if (!answer) throw newUnauthorized();
  return withAuthenticatedGroup(answer.user);
}

/** The token of the Authorization header, or of the subprotocol that browsers' WebSockets can set. */
function bearerToken({ headers }: ApiRequest): string | undefined {
  const { authorization } = headers;
  if (authorization) {
    const [scheme = '', token = ''] = authorization.trim().split(/\s+/, 2);
    return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
  }
  for (const protocol of (headers['sec-websocket-protocol'] ?? '').split(',')) {
    const encoded = protocol.trim();
    if (!encoded.startsWith(tokenProtocol)) continue;
    try {
      const bytes = Uint8Array.fromBase64(encoded.slice(tokenProtocol.length), { alphabet: 'base64url' });
      return new TextDecoder().decode(bytes);
    } catch {
      throw newUnauthorized();
    }
  }
  return undefined;
}

const tokenProtocol = 'base64url.bearer.authorization.k8s.io.';

/** Everybody with a credential is in the group, save who a webhook or a proxy says is anonymous. */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  const { username, groups } = user;
  if (username === anonymousUser.username) return user;
  if (groups.includes(authenticatedGroup) || groups.includes(unauthenticatedGroup)) return user;
  return { ...user, groups: [...groups, authenticatedGroup] };
}
