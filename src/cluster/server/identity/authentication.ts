/** Authentication of the cluster's API server, put together from its options. */

import { ConfigurationError } from '#api/configuration.ts';
import { fieldErrorText, forbidden } from '#api/field-error.ts';
import {
  type AuthenticationConfiguration,
  decodeAuthenticationConfiguration,
  type JwtAuthenticator,
} from '#apiserver/authentication/authentication-configuration.ts';
import { validateAuthenticationConfiguration } from '#apiserver/authentication/authentication-validation.ts';
import { type AnonymousRule, createAuthenticator, healthChecksOnly } from '#apiserver/authentication/chain.ts';
import { createClaimResolver } from '#apiserver/authentication/distributed-claims.ts';
import type { ExpressionCompiler } from '#apiserver/authentication/expressions.ts';
import { createJwtAuthenticator, signingAlgorithms } from '#apiserver/authentication/jwt.ts';
import { certificateExpiration, TokenCacheMetrics } from '#apiserver/authentication/metrics.ts';
import { createOidcProvider } from '#apiserver/authentication/oidc-provider.ts';
import type { RequestHeaderConfig } from '#apiserver/authentication/request-header.ts';
import { parseTokenFile } from '#apiserver/authentication/token-file.ts';
import { audienceAgnostic, firstOf, remembered, type TokenAuthenticator } from '#apiserver/authentication/tokens.ts';
import { createWebhookTokenAuthenticator } from '#apiserver/authentication/webhook-token.ts';
import type { Authenticator } from '#apiserver/authenticator.ts';
import type { WebhookClient } from '#apiserver/webhook/webhook-client.ts';
import type { Env } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import { nodeHttpsGet } from '#platform/node/https-get.ts';
import type { FileWatch } from '#platform/node/watch-file.ts';
import { Failure } from '../../failure.ts';
import { durationFlag, flagList, flagText, type ServerFlags } from '../../server-options.ts';
import { createReloadMetrics } from '../reload-metrics.ts';
import { reloadOnChange, webhookTargetFrom, withFile } from './files.ts';

export interface AuthenticationParts {
  readonly env: Env;
  readonly flags: ServerFlags;
  readonly apiAudiences: readonly string[];
  /** Issuers that no file may name: the server's own. */
  readonly ownIssuers: readonly string[];
  readonly serviceAccounts: TokenAuthenticator;
  readonly bootstrapTokens: TokenAuthenticator;
  readonly webhooks: WebhookClient;
  readonly metrics: MetricsRegistry;
  readonly compile: ExpressionCompiler;
}

interface PartsWithCache extends AuthenticationParts {
  readonly tokenCache: TokenCacheMetrics;
}

export interface Authentication {
  readonly authenticate: Authenticator;
  readonly token: TokenAuthenticator;
  /** PEM: whom front proxies must be signed by. */
  readonly requestHeaderCa: string | undefined;
  /** What those front proxies say in which headers. */
  readonly requestHeader: RequestHeaderConfig | undefined;
  close(): void;
}

/** How long a verified JWT is not verified again (upstream: TokenSuccessCacheTTL). */
const verifiedMs = 10_000;
/** Of one question and its answer, and of all attempts to ask it (upstream: webhook's defaultRequestTimeout, token cache's sharedLookupTimeout). */
const webhookTimeoutMs = 30_000;

/** Throws Failure for options or files that are wrong. */
export function assembleAuthentication(given: AuthenticationParts): Authentication {
  const { flags, apiAudiences, env } = given;
  const parts = { ...given, tokenCache: new TokenCacheMetrics(given.metrics, env.clock) };
  checkFlags(flags);
  const issuers = assembleIssuers(parts);
  const authenticators: TokenAuthenticator[] = [];
  const tokenFile = flagText(flags, 'token-auth-file');
  if (tokenFile !== undefined) {
    const users = withFile('token-auth-file', tokenFile, (text) => parseTokenFile(text, tokenFile));
    authenticators.push(audienceAgnostic(apiAudiences, (token) => users.get(token)));
  }
  authenticators.push(parts.serviceAccounts, parts.bootstrapTokens);
  if (issuers) authenticators.push(issuers.authenticate);
  const webhook = assembleWebhook(parts);
  if (webhook) authenticators.push(webhook);
  const token = firstOf(authenticators);
  const requestHeader = requestHeaderConfig(flags);
  const requestHeaderFile = flagText(flags, 'requestheader-client-ca-file');
  env.log.info('authentication', { issuers: issuers?.count() ?? 0, webhook: webhook !== undefined });
  return {
    token,
    authenticate: createAuthenticator({
      token,
      apiAudiences,
      anonymous: issuers?.anonymous ?? anonymousFlag(flags),
      requestHeader,
      certificateUsed: certificateExpiration(parts.metrics, env.clock),
    }),
    requestHeader,
    requestHeaderCa:
      requestHeaderFile === undefined
        ? undefined
        : withFile('requestheader-client-ca-file', requestHeaderFile, requireCertificates),
    close: () => issuers?.close(),
  };
}

const oidcFlags = [
  'oidc-issuer-url',
  'oidc-client-id',
  'oidc-ca-file',
  'oidc-username-claim',
  'oidc-username-prefix',
  'oidc-groups-claim',
  'oidc-groups-prefix',
  'oidc-signing-algs',
  'oidc-required-claim',
] as const;

function checkFlags(flags: ServerFlags): void {
  const oidc = oidcFlags.some((flag) => flags[flag] !== undefined);
  if (flags['authentication-config'] !== undefined) {
    if (oidc) throw new Failure('authentication-config file and oidc-* flags are mutually exclusive');
    return;
  }
  if (oidc && !(flagText(flags, 'oidc-issuer-url') && flagText(flags, 'oidc-client-id'))) {
    throw new Failure('oidc-issuer-url and oidc-client-id must be specified together when any oidc-* flags are set');
  }
}

function anonymousFlag(flags: ServerFlags): AnonymousRule {
  const value = flagText(flags, 'anonymous-auth');
  if (value === undefined) return healthChecksOnly;
  if (value !== 'true' && value !== 'false') throw new Failure(`--anonymous-auth ${value}: true or false`);
  return value === 'true' ? () => true : () => false;
}

interface Issuers {
  readonly authenticate: TokenAuthenticator;
  readonly anonymous: AnonymousRule | undefined;
  count(): number;
  close(): void;
}

/** One configuration in use: its authenticators and what they learn from their issuers. */
interface Generation {
  readonly authenticate: TokenAuthenticator;
  /** Issuers and what else is to be closed. */
  readonly providers: readonly { close(): void }[];
  readonly issuers: number;
}

function assembleIssuers(parts: PartsWithCache): Issuers | undefined {
  const { flags, env, metrics } = parts;
  const path = flagText(flags, 'authentication-config');
  if (path === undefined) {
    if (flagText(flags, 'oidc-issuer-url') === undefined) return undefined;
    const algorithms = flagList(flags, 'oidc-signing-algs');
    const unknown = algorithms.find((name) => !signingAlgorithms.some((known) => known === name));
    if (unknown !== undefined) throw new Failure(`oidc: unsupported signing alg: ${JSON.stringify(unknown)}`);
    const used = algorithms.length > 0 ? algorithms : ['RS256'];
    const made = madeOfFlags(parts, used);
    return {
      authenticate: made.authenticate,
      anonymous: undefined,
      count: () => 1,
      close: () => closeAll(made),
    };
  }
  const reloads = createReloadMetrics(metrics, 'authentication_config_controller', env);
  const { content, configuration } = withFile('authentication-config', path, (text) => ({
    content: text,
    configuration: decodeAuthenticationConfiguration(text),
  }));
  if (configuration.anonymous && flags['anonymous-auth'] !== undefined) {
    const detail =
      '--anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file';
    throw new Failure(fieldErrorText(forbidden('anonymous', detail)));
  }
  let current = withFile('authentication-config', path, () => generation(parts, configuration, signingAlgorithms));
  const first = JSON.stringify(configuration.anonymous ?? null);
  const watch: FileWatch = reloadOnChange({ path, content, env, metrics: reloads }, (text) => {
    const next = decodeAuthenticationConfiguration(text);
    if (JSON.stringify(next.anonymous ?? null) !== first) {
      throw new ConfigurationError(fieldErrorText(forbidden('anonymous', 'changed from initial configuration file')));
    }
    const former = current;
    current = generation(parts, next, signingAlgorithms);
    closeAll(former);
  });
  return {
    authenticate: (token, audiences) => current.authenticate(token, audiences),
    anonymous: configuration.anonymous && anonymousOf(configuration.anonymous),
    count: () => current.issuers,
    close() {
      watch.close();
      closeAll(current);
    },
  };
}

function madeOfFlags(parts: PartsWithCache, algorithms: readonly string[]): Generation {
  try {
    return generation(parts, { jwt: [authenticatorOfFlags(parts.flags)] }, algorithms);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new Failure(error.message, 'mend the --oidc-* options, then start the cluster again', { cause: error });
  }
}

function closeAll({ providers }: Generation): void {
  for (const provider of providers) provider.close();
}

function anonymousOf({
  enabled,
  conditions = [],
}: NonNullable<AuthenticationConfiguration['anonymous']>): AnonymousRule {
  if (!enabled) return () => false;
  if (conditions.length === 0) return () => true;
  const paths = new Set(conditions.map(({ path }) => path));
  return (path) => paths.has(path);
}

/** Throws ConfigurationError with all that is wrong. */
function generation(
  { env, apiAudiences, ownIssuers, compile, tokenCache }: PartsWithCache,
  configuration: AuthenticationConfiguration,
  algorithms: readonly string[],
): Generation {
  const { authenticators, errors } = validateAuthenticationConfiguration(configuration, ownIssuers, compile, isPem);
  if (errors.length > 0) {
    const texts = [...new Set(errors.map(fieldErrorText))];
    throw new ConfigurationError(
      `invalid authentication configuration: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    );
  }
  for (const { authenticator } of authenticators) {
    const { egressSelectorType } = authenticator.issuer ?? {};
    // There is no egress selector configuration here, as without --egress-selector-config-file there.
    if (egressSelectorType) {
      const type = JSON.stringify(egressSelectorType);
      throw new ConfigurationError(`oidc: egress lookup required with egress selector type ${type}`);
    }
  }
  const providers = authenticators.map(({ authenticator }) =>
    createOidcProvider(authenticator.issuer ?? {}, env, nodeHttpsGet),
  );
  const resolvers = authenticators.map(({ authenticator: { issuer = {}, claimMappings } }) => {
    const claim = claimMappings?.groups?.claim;
    return claim ? createClaimResolver({ claim, issuer, algorithms, env, get: nodeHttpsGet }) : undefined;
  });
  const verify = authenticators.flatMap((authenticator, position) => {
    const provider = providers[position];
    if (!provider) return [];
    const verifier = createJwtAuthenticator(authenticator, provider, algorithms, env, resolvers[position]);
    return [audienceAgnostic(apiAudiences, verifier)];
  });
  const cache = { clock: env.clock, successMs: verifiedMs, failureMs: 0, metrics: tokenCache };
  return {
    authenticate: remembered(firstOf(verify), cache),
    providers: [...providers, ...resolvers.filter((resolver) => resolver !== undefined)],
    issuers: providers.length,
  };
}

/** The flags as the structured form that came after them. */
function authenticatorOfFlags(flags: ServerFlags): JwtAuthenticator {
  const url = flagText(flags, 'oidc-issuer-url') ?? '';
  const claim = flagText(flags, 'oidc-username-claim') ?? 'sub';
  const prefix = flagText(flags, 'oidc-username-prefix') ?? '';
  const groups = flagText(flags, 'oidc-groups-claim');
  const ca = flagText(flags, 'oidc-ca-file');
  // Names of several issuers must not meet, save e-mail addresses, which are one's own everywhere.
  const implied = claim === 'email' ? '' : `${url}#`;
  return {
    issuer: {
      url,
      audiences: [flagText(flags, 'oidc-client-id') ?? ''],
      ...(ca === undefined ? {} : { certificateAuthority: withFile('oidc-ca-file', ca, requireCertificates) }),
    },
    claimMappings: {
      username: { claim, prefix: prefix === '-' ? '' : prefix || implied },
      ...(groups ? { groups: { claim: groups, prefix: flagText(flags, 'oidc-groups-prefix') ?? '' } } : {}),
    },
    claimValidationRules: flagList(flags, 'oidc-required-claim').map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new Failure(`--oidc-required-claim ${pair}: claim=value is expected`);
      return { claim: pair.slice(0, equals), requiredValue: pair.slice(equals + 1) };
    }),
  };
}

function assembleWebhook({
  flags,
  env,
  apiAudiences,
  webhooks,
  tokenCache,
}: PartsWithCache): TokenAuthenticator | undefined {
  const path = flagText(flags, 'authentication-token-webhook-config-file');
  if (path === undefined) return undefined;
  const target = webhookTargetFrom('authentication-token-webhook-config-file', path);
  const version = flagText(flags, 'authentication-token-webhook-version') ?? 'v1beta1';
  if (version !== 'v1' && version !== 'v1beta1') {
    throw new Failure(
      `unsupported authentication webhook version ${JSON.stringify(version)}, supported versions are "v1", "v1beta1"`,
    );
  }
  const ttlMs = durationFlag(flags, 'authentication-token-webhook-cache-ttl', 120_000);
  const caller = { client: webhooks, target, env, timeoutMs: webhookTimeoutMs, totalMs: webhookTimeoutMs };
  const cache = { clock: env.clock, successMs: ttlMs, failureMs: ttlMs, metrics: tokenCache };
  return remembered(createWebhookTokenAuthenticator(caller, version, apiAudiences), cache);
}

const requestHeaderFlags = [
  'requestheader-username-headers',
  'requestheader-uid-headers',
  'requestheader-group-headers',
  'requestheader-extra-headers-prefix',
  'requestheader-allowed-names',
] as const;

function requestHeaderConfig(flags: ServerFlags): RequestHeaderConfig | undefined {
  if (flags['requestheader-client-ca-file'] === undefined) return undefined;
  for (const flag of requestHeaderFlags) {
    if (flagList(flags, flag).some((value) => value.trim() === '')) throw new Failure(`empty value in "${flag}"`);
  }
  const uidHeaders = flagList(flags, 'requestheader-uid-headers');
  if (uidHeaders.length > 0 && !uidHeaders.some((name) => name.toLowerCase() === 'x-remote-uid')) {
    throw new Failure(
      '--requestheader-uid-headers is set without specifying the standard X-Remote-Uid header - API aggregation will not work',
    );
  }
  return {
    allowedNames: flagList(flags, 'requestheader-allowed-names'),
    usernameHeaders: flagList(flags, 'requestheader-username-headers'),
    uidHeaders,
    groupHeaders: flagList(flags, 'requestheader-group-headers'),
    extraHeaderPrefixes: flagList(flags, 'requestheader-extra-headers-prefix'),
  };
}

function isPem(text: string): boolean {
  return /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.test(text);
}

function requireCertificates(text: string): string {
  if (isPem(text)) return text;
  throw new ConfigurationError('data does not contain any valid RSA or ECDSA certificates');
}
