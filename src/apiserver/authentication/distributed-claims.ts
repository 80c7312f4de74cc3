/**
 * Distributed claims (OpenID Connect Core 5.6.2; upstream: plugin/pkg/authenticator/token/oidc): a token may say of its groups only who knows
 * them: an endpoint, which answers with another token. That one is verified like the first, by the keys of the issuer that it names.
 *
 *     {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://...", "access_token": "..."}}}
 */

import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Issuer } from './authentication-configuration.ts';
import type { Claims } from './claims.ts';
import type { HttpsGet } from './https-get.ts';
import { untrustedClaims, verifiedClaims } from './jwt.ts';
import { createOidcProvider, type OidcProvider } from './oidc-provider.ts';

export interface ClaimResolverConfig {
  /** The claim that may be somewhere else: that of the groups. */
  readonly claim: string;
  /** By whose authority endpoints and other issuers are reached, and for whom tokens must be. */
  readonly issuer: Issuer;
  readonly algorithms: readonly string[];
  readonly env: Env;
  readonly get: HttpsGet;
}

export interface ClaimResolver {
  /** The claims with what was somewhere else; as they are where nothing was. Rejects with an Error that says why it cannot be had. */
  expand(claims: Claims): Promise<Claims>;
  close(): void;
}

const requestTimeoutMs = 30_000;
/** Issuers of claims that are known at a time: tokens name them. */
const maxIssuers = 16;

export function createClaimResolver({ claim, issuer, algorithms, env, get }: ClaimResolverConfig): ClaimResolver {
  const { certificateAuthority, audiences = [] } = issuer;
  const providers = new Map<string, OidcProvider>();
  const ending = new AbortController();

  const providerOf = async (url: string): Promise<OidcProvider> => {
    let provider = providers.get(url);
    if (!provider) {
      provider = createOidcProvider({ ...issuer, url, discoveryURL: '' }, env, get);
      providers.set(url, provider);
      const [oldest] = providers;
      if (oldest && providers.size > maxIssuers) {
        providers.delete(oldest[0]);
        oldest[1].close();
      }
    }
    await provider.asked;
    if (provider.problem !== undefined) throw new Error(`verifier not initialized for issuer: ${JSON.stringify(url)}`);
    return provider;
  };

  const tokenOf = async ({ endpoint, accessToken }: ClaimSource): Promise<string> => {
    const late = new AbortController();
    const timer = env.clock.after(requestTimeoutMs, () => late.abort(new Error(`Get "${endpoint}": timeout`)));
    try {
      const { status, body } = await get({
        url: endpoint,
        authorityPem: certificateAuthority,
        ...(accessToken === '' ? {} : { authorization: `Bearer ${accessToken}` }),
        signal: AbortSignal.any([ending.signal, late.signal]),
      });
      if (status < 200 || status > 226) throw new Error(`error while getting distributed claim JWT: ${status}`);
      return body;
    } catch (cause) {
      throw new Error(`while getting distributed claim ${JSON.stringify(claim)}: ${messageOf(cause)}`, { cause });
    } finally {
      timer.cancel();
    }
  };

  const resolve = async (source: ClaimSource): Promise<unknown> => {
    const token = await tokenOf(source);
    const { iss } = untrustedClaims(token) ?? {};
    if (typeof iss !== 'string') {
      throw new Error(
        `getting untrusted issuer from endpoint ${source.endpoint} failed for claim ${JSON.stringify(claim)}: malformed token`,
      );
    }
    const provider = await providerOf(iss).catch((cause: unknown) => {
      throw new Error(`verifying untrusted issuer ${iss} failed: ${messageOf(cause)}`, { cause });
    });
    const expected = { url: iss, audiences };
    const claims = await verifiedClaims(token, expected, provider, algorithms, env.clock.now()).catch(
      (cause: unknown) => {
        throw new Error(`verify distributed claim token: ${messageOf(cause)}`, { cause });
      },
    );
    if (Object.hasOwn(claims, claim)) return claims[claim];
    throw new Error(
      `jwt returned by distributed claim endpoint ${JSON.stringify(source.endpoint)} did not contain claim: ${claim}`,
    );
  };

  return {
    async expand(claims) {
      const source = sourceOf(claims, claim);
      return source ? { ...claims, [claim]: await resolve(source) } : claims;
    },
    close() {
      ending.abort();
      for (const provider of providers.values()) provider.close();
    },
  };
}

interface ClaimSource {
  readonly endpoint: string;
  /** '' for none. */
  readonly accessToken: string;
}

/** Where the claim is, if it is not here. Throws an Error for claims that say so wrongly. */
function sourceOf(claims: Claims, claim: string): ClaimSource | undefined {
  if (Object.hasOwn(claims, claim) || !Object.hasOwn(claims, '_claim_names')) return undefined;
  const names = membersOf(claims['_claim_names']);
  if (!names || Object.values(names).some((name) => typeof name !== 'string')) {
    throw new Error('oidc: error parsing distributed claim names: not a map of strings');
  }
  if (!Object.hasOwn(claims, '_claim_sources')) throw new Error('oidc: no claim sources');
  const sources = membersOf(claims['_claim_sources']);
  if (!sources) throw new Error('oidc: could not parse claim sources: not an object');
  if (!Object.hasOwn(names, claim)) return undefined;
  const name = String(names[claim]);
  if (!Object.hasOwn(sources, name)) {
    throw new Error(`id token _claim_names contained a source ${name} missing in _claims_sources`);
  }
  const { endpoint = '', access_token: accessToken = '' } = membersOf(sources[name]) ?? {};
  if (typeof endpoint !== 'string' || typeof accessToken !== 'string') {
    throw new Error('oidc: could not parse claim sources: endpoint and access_token are not strings');
  }
  // Without an endpoint it is an aggregated claim, which upstream passes over too.
  return endpoint === '' ? undefined : { endpoint, accessToken };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
