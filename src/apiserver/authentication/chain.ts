/**
 * The chain of authenticators: in-process identity, client certificate, bearer tokens, and at its end the anonymous user for
 * health checks only (KEP-4633). The first that knows the credential decides.
 */

import { newUnauthorized } from '#api/errors.ts';
import type { ApiRequest, UserInfo } from '#api/request.ts';
import { type Authenticator, anonymousUser } from '../authenticator.ts';

/** Key of the extra by which audit logs tell credentials apart (KEP-4193). */
const credentialId = 'authentication.kubernetes.io/credential-id';
export const authenticatedGroup = 'system:authenticated';

/** Verifies one kind of bearer token: undefined for a token that is none of its own, UserInfo or 401 for one that is. */
export type TokenAuthenticator = (token: string) => Promise<UserInfo | undefined>;

export interface AuthenticationConfig {
  readonly tokens: readonly TokenAuthenticator[];
  /** Paths that need no credential: exactly these, and below them. */
  readonly anonymousPaths: readonly string[];
}

export const healthPaths = ['/healthz', '/livez', '/readyz'] as const;

export function createAuthenticator(config: AuthenticationConfig): Authenticator {
  return (request) => {
    const { inProcess, certificate } = request.peer;
    if (inProcess) return withAuthenticatedGroup(inProcess);
    const token = bearerToken(request);
    // A certificate that the transport verified comes first, as upstream's union does.
    if (certificate) {
      const { commonName, organizations, fingerprint } = certificate;
      const extra = fingerprint ? { extra: { [credentialId]: [`X509SHA256=${fingerprint}`] } } : {};
      return withAuthenticatedGroup({ username: commonName, groups: organizations, ...extra });
    }
    if (token !== undefined) return fromToken(config.tokens, token);
    const anonymous = config.anonymousPaths.some(
      (path) => request.path === path || request.path.startsWith(`${path}/`),
    );
    return anonymous ? anonymousUser : undefined;
  };
}

async function fromToken(authenticators: readonly TokenAuthenticator[], token: string): Promise<UserInfo> {
  for (const authenticate of authenticators) {
    const user = await authenticate(token);
    if (user) return withAuthenticatedGroup(user);
  }
  throw newUnauthorized();
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

function withAuthenticatedGroup(user: UserInfo): UserInfo {
  return user.groups.includes(authenticatedGroup) ? user : { ...user, groups: [...user.groups, authenticatedGroup] };
}
