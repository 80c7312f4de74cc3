/**
 * Who may use the kubelet's server, asked of the API server: client certificates are known here, bearer tokens by TokenReview,
 * permissions by SubjectAccessReview (upstream's authentication.webhook and authorization mode Webhook). Nobody is anonymous.
 *
 * Answers are remembered as long as upstream does, so that one `kubectl logs` after the other costs one review.
 */

import type { ApiRequest, UserInfo } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import type { Client } from '#client/client.ts';
import { TokenReviews } from '#kinds/authentication/token-review/definition.ts';
import { SubjectAccessReviews } from '#kinds/authorization/subject-access-review/definition.ts';
import type { NodeRequestAttributes } from './authorization.ts';
import type { KubeletAuth } from './server.ts';

export interface DelegatedAuthOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly nodeName: string;
}

/** Upstream's defaults (KubeletConfiguration authentication.webhook.cacheTTL, authorization.webhook.cache*TTL). */
const tokenTtlMs = 2 * 60_000;
const allowedTtlMs = 5 * 60_000;
const deniedTtlMs = 30_000;

/** Answers remembered of each kind. */
const maxRemembered = 1024;

export function createDelegatedAuth({ client, clock, nodeName }: DelegatedAuthOptions): KubeletAuth {
  const tokens = new ExpiringMap<UserInfo | undefined>(clock);
  const decisions = new ExpiringMap<boolean>(clock);

  const reviewToken = async (token: string): Promise<UserInfo | undefined> => {
    const known = tokens.get(token);
    if (known) return known.value;
    const { status } = await client.create(TokenReviews, { metadata: {}, spec: { token } });
    const { username = '', uid, groups = [], extra } = status?.user ?? {};
    const user = status?.authenticated
      ? { username, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) }
      : undefined;
    tokens.set(token, user, tokenTtlMs);
    return user;
  };

  return {
    authenticate: async (request) => {
      const { certificate, inProcess } = request.peer;
      if (inProcess) return inProcess;
      if (certificate) {
        return { username: certificate.commonName, groups: [...certificate.organizations, 'system:authenticated'] };
      }
      const token = bearerToken(request);
      return token === undefined ? undefined : reviewToken(token);
    },
    authorize: async (user, { verb, subresource }: NodeRequestAttributes) => {
      // The API server lets its own masters do everything; asking would only take time.
      if (user.groups.includes('system:masters')) return true;
      const key = JSON.stringify([user.username, user.groups, user.uid, user.extra, verb, subresource]);
      const known = decisions.get(key);
      if (known) return known.value;
      const { status } = await client.create(SubjectAccessReviews, {
        metadata: {},
        spec: {
          user: user.username,
          groups: user.groups,
          ...(user.uid === undefined ? {} : { uid: user.uid }),
          ...(user.extra === undefined ? {} : { extra: user.extra }),
          resourceAttributes: { verb, version: 'v1', resource: 'nodes', subresource, name: nodeName },
        },
      });
      const allowed = status?.allowed === true && status.denied !== true;
      decisions.set(key, allowed, allowed ? allowedTtlMs : deniedTtlMs);
      return allowed;
    },
  };
}

function bearerToken({ headers }: ApiRequest): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
}

/** Remembers a bounded number of answers for a time; the oldest goes first. */
class ExpiringMap<T> {
  private readonly entries = new Map<string, { readonly value: T; readonly endsMs: number }>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get(key: string): { readonly value: T } | undefined {
    const entry = this.entries.get(key);
    if (entry && entry.endsMs > this.clock.monotonic()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: T, ttlMs: number): void {
    this.entries.delete(key);
    this.entries.set(key, { value, endsMs: this.clock.monotonic() + ttlMs });
    if (this.entries.size <= maxRemembered) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}
