/**
 * Bound service-account tokens (KEP-1205, KEP-4193): JWTs signed by the cluster's key that are good for an audience, until an
 * expiry, and only while the account and the pod (node, secret) they are bound to exist.
 *
 * A verified signature is remembered; that what it is bound to exists is looked up at every use.
 */

import { type CryptoKey, decodeJwt, exportJWK, type JWK, errors as joseErrors, jwtVerify, SignJWT } from 'jose';
import type { UserInfo } from '#api/request.ts';
import { type Env, uuid } from '#base/env.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import type { TokenAnswer, TokenAuthenticator } from './tokens.ts';

export interface ServiceAccountKeys {
  readonly issuer: string;
  readonly keyID: string;
  readonly algorithm: 'RS256' | 'ES256';
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export interface BoundObject {
  readonly kind: 'Pod' | 'Node' | 'Secret';
  readonly name: string;
  readonly uid: string;
}

export interface TokenClaims {
  readonly namespace: string;
  readonly account: { readonly name: string; readonly uid: string };
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** After this many seconds the use of the token is worth a warning: it lives longer than was asked for. */
  readonly warnAfterSeconds?: number;
  readonly bound?: BoundObject | undefined;
  /** Node of the pod that the token is bound to. */
  readonly node?: { readonly name: string; readonly uid?: string | undefined } | undefined;
}

interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: { readonly name: string; readonly uid: string };
  readonly pod?: { readonly name: string; readonly uid: string };
  readonly node?: { readonly name: string; readonly uid?: string };
  readonly secret?: { readonly name: string; readonly uid: string };
  readonly warnafter?: number;
}

export interface IssuedToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresMs: number;
}

export async function issueToken(keys: ServiceAccountKeys, env: Env, claims: TokenClaims): Promise<IssuedToken> {
  const now = Math.floor(env.clock.now() / 1000);
  const expires = now + claims.expirationSeconds;
  const { bound, node } = claims;
  const kubernetes: KubernetesClaims = {
    namespace: claims.namespace,
    ...(bound?.kind === 'Node' ? { node: { name: bound.name, uid: bound.uid } } : {}),
    ...(bound?.kind !== 'Node' && node ? { node: { name: node.name, ...(node.uid ? { uid: node.uid } : {}) } } : {}),
    ...(bound?.kind === 'Pod' ? { pod: { name: bound.name, uid: bound.uid } } : {}),
    ...(bound?.kind === 'Secret' ? { secret: { name: bound.name, uid: bound.uid } } : {}),
    serviceaccount: claims.account,
    ...(claims.warnAfterSeconds === undefined ? {} : { warnafter: now + claims.warnAfterSeconds }),
  };
  const token = await new SignJWT({ 'kubernetes.io': kubernetes })
    .setProtectedHeader({ alg: keys.algorithm, kid: keys.keyID })
    .setIssuer(keys.issuer)
    .setSubject(`system:serviceaccount:${claims.namespace}:${claims.account.name}`)
    .setAudience([...claims.audiences])
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(expires)
    .setJti(uuid(env.random))
    .sign(keys.privateKey);
  return { token, expiresMs: expires * 1000 };
}

const accounts: CollectionName = '/serviceaccounts';
const boundCollections = { pod: '/pods', node: '/nodes', secret: '/secrets' } as const;
/** Verified tokens that are remembered; about 2 KB each. */
const rememberedTokens = 2048;

interface Verified {
  readonly kubernetes: KubernetesClaims;
  readonly audiences: readonly string[];
  readonly expiresMs: number;
  readonly jti: string;
}

export function createServiceAccountTokens(
  keys: ServiceAccountKeys,
  objects: LiveObjects,
  env: Env,
): TokenAuthenticator {
  const remembered = new Map<string, Verified>();
  const verify = async (token: string): Promise<Verified | undefined> => {
    const known = remembered.get(token);
    if (known) return known;
    if (!isOurs(token, keys.issuer)) return undefined;
    try {
      const { payload } = await jwtVerify(token, keys.publicKey, {
        issuer: keys.issuer,
        algorithms: [keys.algorithm],
        currentDate: new Date(env.clock.now()),
      });
      const verified: Verified = {
        kubernetes: payload['kubernetes.io'] as KubernetesClaims,
        audiences: typeof payload.aud === 'string' ? [payload.aud] : (payload.aud ?? []),
        expiresMs: (payload.exp ?? 0) * 1000,
        jti: payload.jti ?? '',
      };
      remembered.set(token, verified);
      if (remembered.size > rememberedTokens) remembered.delete(remembered.keys().next().value ?? '');
      return verified;
    } catch (error) {
      if (error instanceof joseErrors.JWTExpired) throw new Error(expired, { cause: error });
      if (!(error instanceof joseErrors.JWSSignatureVerificationFailed)) throw error;
      throw new Error(wrongSignature, { cause: error });
    }
  };
  return async (token, audiences): Promise<TokenAnswer | undefined> => {
    const verified = await verify(token);
    if (!verified) return undefined;
    if (env.clock.now() >= verified.expiresMs) {
      remembered.delete(token);
      throw new Error(expired);
    }
    const shared = verified.audiences.filter((audience) => audiences.includes(audience));
    if (shared.length === 0) {
      throw new Error(
        `token audiences ${goStrings(verified.audiences)} is invalid for the target audiences ${goStrings(audiences)}`,
      );
    }
    const missing = await missingObject(objects, verified.kubernetes);
    if (missing) {
      remembered.delete(token);
      throw new Error(missing);
    }
    return { user: userOf(verified), audiences: shared };
  };
}

/** In the words of upstream's library, which TokenReviews repeat. */
const wrongSignature = 'go-jose/go-jose: error in cryptographic primitive';
const expired = 'service account token has expired';

/** As Go prints them with %q. */
function goStrings(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}

function isOurs(token: string, issuer: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    return false;
  }
}

/** What the token needs and no longer exists, or undefined when all is there. */
async function missingObject(objects: LiveObjects, claims: KubernetesClaims): Promise<string | undefined> {
  await objects.load(accounts, ...Object.values(boundCollections));
  const { namespace, serviceaccount } = claims;
  const exists = async (collection: CollectionName, scope: string, name: string, uid: string | undefined) => {
    // A pod's first request may be earlier than the cache's news of the pod: absence is asked again, from the store.
    const found = objects.get(collection, scope, name) ?? (await objects.getFresh(collection, scope, name));
    return found !== undefined && (uid === undefined || found.metadata?.uid === uid);
  };
  if (!(await exists(accounts, namespace, serviceaccount.name, serviceaccount.uid)))
    return 'service account does not exist';
  if (claims.pod && !(await exists(boundCollections.pod, namespace, claims.pod.name, claims.pod.uid)))
    return 'pod does not exist';
  if (claims.secret && !(await exists(boundCollections.secret, namespace, claims.secret.name, claims.secret.uid))) {
    return 'secret does not exist';
  }
  const nodeOnly = claims.node && !claims.pod;
  if (nodeOnly && !(await exists(boundCollections.node, '', claims.node.name, claims.node.uid)))
    return 'node does not exist';
  return undefined;
}

function userOf({ kubernetes, jti }: Verified): UserInfo {
  const { namespace, serviceaccount, pod, node } = kubernetes;
  return {
    username: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra: {
      ...(jti ? { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] } : {}),
      ...(node ? { 'authentication.kubernetes.io/node-name': [node.name] } : {}),
      ...(node?.uid ? { 'authentication.kubernetes.io/node-uid': [node.uid] } : {}),
      ...(pod
        ? { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] }
        : {}),
    },
  };
}

/** Documents by which others verify our tokens: OpenID discovery and the key set (RFC 7517). */
export async function discoveryDocuments(
  keys: ServiceAccountKeys,
  jwksUri: string,
): Promise<{ readonly configuration: object; readonly jwks: object }> {
  const jwk: JWK = { ...(await exportJWK(keys.publicKey)), use: 'sig', kid: keys.keyID, alg: keys.algorithm };
  return {
    configuration: {
      issuer: keys.issuer,
      jwks_uri: jwksUri,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [keys.algorithm],
    },
    jwks: { keys: [jwk] },
  };
}
