/**
 * What an OpenID provider says of itself: its keys, by discovery, asked until it answers (every 10 s, as upstream), and asked again when
 * a token names a key that is not known: keys are rotated. One question is under way at a time, however many tokens wait.
 */

import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { Env, Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Issuer } from './authentication-configuration.ts';
import type { HttpsGet } from './https-get.ts';

export interface OidcProvider {
  /** Public keys that may have signed: those of that id, or all for a token that names none. Rejects when they cannot be had. */
  keys(keyID: string | undefined, algorithm: string, again: boolean): Promise<readonly CryptoKey[]>;
  /** Resolves when the issuer was asked once, whether or not it answered. */
  readonly asked: Promise<void>;
  /** Why no token can be verified yet; undefined when all is well. */
  readonly problem: string | undefined;
  close(): void;
}

const retryMs = 10_000;
const requestTimeoutMs = 30_000;
/** Unknown keys make the key set be asked for again at most this often: tokens of strangers must not become requests to the issuer. */
const refreshPauseMs = 1_000;

export function createOidcProvider(issuer: Issuer, env: Env, get: HttpsGet): OidcProvider {
  const { url = '', discoveryURL, certificateAuthority } = issuer;
  const ending = new AbortController();
  const imported = new Map<JWK, Map<string, Promise<CryptoKey | undefined>>>();
  let problem: string | undefined = `oidc: authenticator for issuer ${JSON.stringify(url)} is not initialized`;
  let jwksUri: string | undefined;
  let keySet: readonly JWK[] | undefined;
  let refreshing: Promise<void> | undefined;
  let refreshedMs = -Infinity;
  let retry: Timer | undefined;

  const document = async (address: string): Promise<Readonly<Record<string, unknown>>> => {
    const late = new AbortController();
    const timer = env.clock.after(requestTimeoutMs, () => late.abort(new Error(`Get "${address}": timeout`)));
    try {
      const signal = AbortSignal.any([ending.signal, late.signal]);
      const { status, body } = await get({ url: address, authorityPem: certificateAuthority, signal });
      if (status !== 200) throw new Error(`Get "${address}": status ${status}`);
      const value: unknown = JSON.parse(body);
      if (typeof value !== 'object' || value === null) throw new Error(`Get "${address}": not a JSON object`);
      return { ...value };
    } finally {
      timer.cancel();
    }
  };

  const discover = async (): Promise<void> => {
    retry = undefined;
    try {
      const found = await document(discoveryURL || `${url.replace(/\/$/, '')}/.well-known/openid-configuration`);
      if (found['issuer'] !== url) {
        throw new Error(
          `oidc: issuer did not match the issuer returned by provider, expected ${JSON.stringify(url)} got ${JSON.stringify(found['issuer'] ?? '')}`,
        );
      }
      const uri = found['jwks_uri'];
      if (typeof uri !== 'string' || uri === '') throw new Error('provider did not return JWKS URL');
      if (!uri.startsWith('https://')) throw new Error(`oidc: the key set is not at an https URL: ${uri}`);
      jwksUri = uri;
      problem = undefined;
    } catch (error) {
      if (ending.signal.aborted) return;
      problem = messageOf(error);
      env.log.warn('OpenID discovery failed', { issuer: url, error: problem });
      retry = env.clock.after(retryMs, () => void discover());
    }
  };

  const refresh = async (uri: string): Promise<void> => {
    const { keys } = await document(uri);
    if (!Array.isArray(keys)) throw new Error('oidc: the key set has no keys');
    keySet = keys.filter((key: unknown) => typeof key === 'object' && key !== null) as JWK[];
    imported.clear();
  };

  const importKey = (key: JWK, algorithm: string): Promise<CryptoKey | undefined> => {
    const byAlgorithm = imported.get(key) ?? new Map<string, Promise<CryptoKey | undefined>>();
    imported.set(key, byAlgorithm);
    let made = byAlgorithm.get(algorithm);
    if (!made) {
      // A key of another type than the algorithm's is no candidate.
      made = importJWK(key, algorithm).then(
        (value) => (value instanceof Uint8Array ? undefined : value),
        () => undefined,
      );
      byAlgorithm.set(algorithm, made);
    }
    return made;
  };

  const asked = discover();
  return {
    asked,
    get problem() {
      return problem;
    },
    async keys(keyID, algorithm, again) {
      if (jwksUri === undefined) throw new Error('oidc: authenticator not initialized');
      const now = env.clock.monotonic();
      if (!keySet || (again && now - refreshedMs >= refreshPauseMs)) {
        refreshing ??= refresh(jwksUri).finally(() => {
          refreshedMs = env.clock.monotonic();
          refreshing = undefined;
        });
      }
      await refreshing;
      // Symmetric keys verify nothing here: whoever could read one could sign.
      const candidates = (keySet ?? []).filter(
        ({ kid, kty, use }) => kty !== 'oct' && (use === undefined || use === 'sig') && (!keyID || kid === keyID),
      );
      const usable = await Promise.all(candidates.map((key) => importKey(key, algorithm)));
      return usable.filter((key) => key !== undefined);
    },
    close() {
      retry?.cancel();
      ending.abort();
    },
  };
}
