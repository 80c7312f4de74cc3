/**
 * The chain of authenticators, in upstream's order: in-process identity, front proxy, client certificate, bearer tokens, and at its
 * end the anonymous user for the paths that need no credential (KEP-4633). The first that knows the credential decides.
 */

import { newUnauthorized } from '#api/errors.ts';
import type { ApiRequest, UserInfo } from '#api/request.ts';
import {
  bearerProtocolPrefix,
  isWebSocketRequest,
  offeredProtocols,
  withoutBearerProtocol,
} from '#api/streaming/web-socket.ts';
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

/** The token of the Authorization header, or of the subprotocol that browsers' WebSockets can set. Throws Unauthorized for a wrong one. */
function bearerToken({ headers }: ApiRequest): string | undefined {
  const [scheme = '', token = ''] = (headers.authorization ?? '').trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer' && token !== '') return token;
  return isWebSocketRequest(headers) ? protocolToken(headers) : undefined;
}

/** As upstream's (apiserver authentication/request/websocket): one at most, and beside it a protocol that can be answered with. */
function protocolToken(headers: ApiRequest['headers']): string | undefined {
  const [encoded, ...more] = offeredProtocols(headers).filter((protocol) => protocol.startsWith(bearerProtocolPrefix));
  if (encoded === undefined) return undefined;
  if (more.length > 0) throw newUnauthorized();
  let token: string;
  try {
    const bytes = Uint8Array.fromBase64(encoded.slice(bearerProtocolPrefix.length), { alphabet: 'base64url' });
    token = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw newUnauthorized();
  }
  if (token === '') return undefined;
  if (withoutBearerProtocol(headers).length === 0) throw newUnauthorized();
  return token;
}

/** Everybody with a credential is in the group, save who a webhook or a proxy says is anonymous. */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  const { username, groups } = user;
  if (username === anonymousUser.username) return user;
  if (groups.includes(authenticatedGroup) || groups.includes(unauthenticatedGroup)) return user;
  return { ...user, groups: [...groups, authenticatedGroup] };
}
