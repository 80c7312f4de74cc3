/**
 * Tokens of OpenID issuers (JSON Web Tokens): signature, issuer, audience and times are verified as go-oidc does it, then claims become
 * a user.
 *
 * 1. Only asymmetric algorithms are taken, whatever a token's header says: neither "none" nor an HMAC under a public key gets in.
 * 2. Keys come from the issuer alone; what a header points to (jku, x5u, jwk) is not looked at.
 */

import { compactVerify, decodeProtectedHeader } from 'jose';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { ValidatedAuthenticator } from './authentication-validation.ts';
import { type Claims, userOfClaims } from './claims.ts';
import type { ClaimResolver } from './distributed-claims.ts';
import type { OidcProvider } from './oidc-provider.ts';
import type { TokenAnswer } from './tokens.ts';

export const signingAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
] as const;

/** How far the issuer's clock may be ahead for "not before"; expiry has no such grace (go-oidc's rule). */
const notBeforeLeewayMs = 5 * 60_000;

/** Verifies tokens of one issuer; undefined for those of others. The user's audiences are those of the API server. */
export function createJwtAuthenticator(
  { authenticator, expressions }: ValidatedAuthenticator,
  provider: Pick<OidcProvider, 'keys'>,
  algorithms: readonly string[],
  env: Env,
  resolver?: Pick<ClaimResolver, 'expand'>,
): (token: string) => Promise<TokenAnswer['user'] | undefined> {
  const { url = '', audiences = [] } = authenticator.issuer ?? {};
  return async (token) => {
    const untrusted = untrustedClaims(token);
    if (untrusted === undefined || issuerOf(untrusted) !== url) return undefined;
    const verified = await verifiedClaims(token, { url, audiences }, provider, algorithms, env.clock.now()).catch(
      prefixed('oidc: verify token'),
    );
    const claims = await (resolver?.expand(verified).catch(prefixed('oidc: could not expand distributed claims')) ??
      verified);
    return userOfClaims(claims, authenticator, expressions);
  };
}

function prefixed(what: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(`${what}: ${messageOf(cause)}`, { cause });
  };
}

/** What a token of that issuer says. Rejects with an Error that says why it is not to be believed. */
export async function verifiedClaims(
  token: string,
  { url, audiences }: { readonly url: string; readonly audiences: readonly string[] },
  provider: Pick<OidcProvider, 'keys'>,
  algorithms: readonly string[],
  nowMs: number,
): Promise<Claims> {
  const untrusted = untrustedClaims(token);
  if (untrusted === undefined || issuerOf(untrusted) !== url) throw new Error('oidc: malformed token');
  checkAudience(untrusted, audiences);
  checkTimes(untrusted, nowMs);
  return verify(token, provider, algorithms);
}

async function verify(
  token: string,
  provider: Pick<OidcProvider, 'keys'>,
  algorithms: readonly string[],
): Promise<Claims> {
  const { alg = '', kid } = decodeProtectedHeader(token);
  if (!algorithms.includes(alg)) {
    const expected = algorithms.map((name) => JSON.stringify(name)).join(' ');
    throw new Error(
      `oidc: id token signed with unsupported algorithm, expected [${expected}] got ${JSON.stringify(alg)}`,
    );
  }
  for (const again of [false, true]) {
    for (const key of await provider.keys(kid, alg, again)) {
      try {
        const { payload } = await compactVerify(token, key, { algorithms: [alg] });
        return JSON.parse(new TextDecoder().decode(payload)) as Claims;
      } catch {
        // Another key of that id may have signed it.
      }
    }
  }
  throw new Error('failed to verify signature: failed to verify id token signature');
}

/** What the token says of itself, before anything is verified; undefined for what is no JWT. */
export function untrustedClaims(token: string): Claims | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(parts[1] ?? '', { alphabet: 'base64url' });
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** Google's tokens name their issuer without the scheme. */
function issuerOf({ iss }: Claims): unknown {
  return iss === 'accounts.google.com' ? 'https://accounts.google.com' : iss;
}

function checkAudience({ aud }: Claims, wanted: readonly string[]): void {
  const got: readonly unknown[] = Array.isArray(aud) ? aud : aud === undefined ? [] : [aud];
  if (got.some((audience) => typeof audience === 'string' && wanted.includes(audience))) return;
  const [only] = wanted;
  const expected = wanted.length === 1 ? JSON.stringify(only) : `in [${quotedList([...wanted].sort())}]`;
  throw new Error(`oidc: expected audience ${expected} got [${quotedList(got)}]`);
}

function quotedList(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(' ');
}

function checkTimes({ exp, nbf }: Claims, nowMs: number): void {
  const expiryMs = typeof exp === 'number' ? exp * 1000 : 0;
  if (!(expiryMs >= nowMs)) {
    throw new Error(`oidc: token is expired (Token Expiry: ${timeText(expiryMs)})`);
  }
  if (typeof nbf === 'number' && nowMs + notBeforeLeewayMs < nbf * 1000) {
    throw new Error(`oidc: current time ${timeText(nowMs)} before the nbf (not before) time: ${timeText(nbf * 1000)}`);
  }
}

function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
