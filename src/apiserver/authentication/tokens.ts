/**
 * Bearer tokens: what an authenticator of one kind of token is, several as one, and answers that are remembered.
 */

import type { UserInfo } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { ExpiringCache } from '#base/expiring-cache.ts';
import type { TokenCacheMetrics } from './metrics.ts';

export interface TokenAnswer {
  readonly user: UserInfo;
  /** Those of the wanted audiences that the token is for. */
  readonly audiences: readonly string[];
}

/**
 * Verifies one kind of bearer token for any of the audiences: undefined for a token that is none of its own. Rejects for one that is
 * its own and wrong, and when it cannot tell; the message is for logs and TokenReviews.
 */
export type TokenAuthenticator = (token: string, audiences: readonly string[]) => Promise<TokenAnswer | undefined>;

/** For tokens that know no audience: they are for the API server. */
export function audienceAgnostic(
  apiAudiences: readonly string[],
  authenticate: (token: string) => UserInfo | undefined | Promise<UserInfo | undefined>,
): TokenAuthenticator {
  return async (token, wanted) => {
    const audiences = wanted.filter((audience) => apiAudiences.includes(audience));
    if (audiences.length === 0) return undefined;
    const user = await authenticate(token);
    return user && { user, audiences };
  };
}

/** The first that knows the token decides; one that refuses or fails does not keep the others from being asked. */
export function firstOf(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return async (token, audiences) => {
    const refusals: unknown[] = [];
    for (const authenticate of authenticators) {
      try {
        const answer = await authenticate(token, audiences);
        if (answer) return answer;
      } catch (error) {
        refusals.push(error);
      }
    }
    if (refusals.length === 1) throw refusals[0];
    if (refusals.length > 1) throw new Error(`[${refusals.map(messageOf).join(', ')}]`, { cause: refusals });
    return undefined;
  };
}

export interface TokenCacheConfig {
  readonly clock: Clock;
  readonly successMs: number;
  /** How long a token that nobody knows is remembered as such. */
  readonly failureMs: number;
  readonly metrics?: TokenCacheMetrics;
}

const capacity = 4096;

/** Remembers answers; questions about a token that is being asked about wait for that answer. Errors are not remembered. */
export function remembered(authenticate: TokenAuthenticator, config: TokenCacheConfig): TokenAuthenticator {
  const known = new ExpiringCache<{ readonly answer: TokenAnswer | undefined }>(config.clock, capacity);
  const asked = new Map<string, Promise<TokenAnswer | undefined>>();
  const { metrics } = config;
  return (token, audiences) => {
    const key = JSON.stringify([token, audiences]);
    const found = known.get(key);
    if (found) {
      metrics?.hit();
      return Promise.resolve(found.answer);
    }
    const running = asked.get(key);
    if (running) return metrics ? metrics.missed(running, true) : running;
    const answering = authenticate(token, audiences)
      .then((answer) => {
        known.set(key, { answer }, answer ? config.successMs : config.failureMs);
        return answer;
      })
      .finally(() => asked.delete(key));
    asked.set(key, answering);
    return metrics ? metrics.missed(answering, false) : answering;
  };
}
