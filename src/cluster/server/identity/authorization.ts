/** Authorization of the cluster's API server, put together from its options. */

import { readFileSync } from 'node:fs';
import { ConfigurationError, millisecondsOf } from '#api/configuration.ts';
import { type AbacPolicy, abacRules, createAbacAuthorizer, parseAbacPolicies } from '#apiserver/authorization/abac.ts';
import {
  type AuthorizationConfiguration,
  type AuthorizerConfiguration,
  type AuthorizerType,
  authorizerTypes,
  decodeAuthorizationConfiguration,
  validateAuthorizationConfiguration,
  type WebhookConfiguration,
} from '#apiserver/authorization/authorization-configuration.ts';
import { authorizerChain, type RulesResolver, rulesChain } from '#apiserver/authorization/chain.ts';
import { type AuthorizationMetrics, createAuthorizationMetrics } from '#apiserver/authorization/metrics.ts';
import { createNodeAuthorizer } from '#apiserver/authorization/node.ts';
import type { RbacAuthorizer } from '#apiserver/authorization/rbac.ts';
import {
  createWebhookAuthorizer,
  type MatchCondition,
  type MatchConditionCompiler,
} from '#apiserver/authorization/webhook.ts';
import { type Authorizer, allowed } from '#apiserver/authorizer.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import { requestTimeoutMs } from '#apiserver/request/deadline.ts';
import type { WebhookClient, WebhookTarget } from '#apiserver/webhook/webhook-client.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import { Failure } from '../../failure.ts';
import { durationFlag, flagList, flagText, type ServerFlags } from '../../server-options.ts';
import { createReloadMetrics } from '../reload-metrics.ts';
import { checkFile, reloadOnChange, webhookTargetFrom, withFile } from './files.ts';

export interface AuthorizationParts {
  readonly env: Env;
  readonly flags: ServerFlags;
  readonly objects: LiveObjects;
  readonly rbac: RbacAuthorizer;
  readonly webhooks: WebhookClient;
  readonly metrics: MetricsRegistry;
  readonly compile: MatchConditionCompiler;
}

export interface Authorization {
  readonly authorize: Authorizer;
  readonly rules: RulesResolver;
  close(): void;
}

/** What an authorizer of a configuration is made of. */
interface Member {
  readonly authorize: Authorizer;
  readonly rules: RulesResolver;
}

type Generation = Omit<Authorization, 'close'>;

const defaultModes = ['Node', 'RBAC'];
const legacyFlags = [
  'authorization-mode',
  'authorization-webhook-config-file',
  'authorization-webhook-version',
  'authorization-webhook-cache-authorized-ttl',
  'authorization-webhook-cache-unauthorized-ttl',
] as const;

/** Throws Failure for options or files that are wrong. */
export function assembleAuthorization(parts: AuthorizationParts): Authorization {
  const { flags, env } = parts;
  const metrics = createAuthorizationMetrics(parts.metrics);
  const path = flagText(flags, 'authorization-config');
  const policies = readPolicies(flags);
  if (path === undefined) {
    const made = generation(parts, configurationOfFlags(flags), metrics, policies);
    return { ...made, close: () => {} };
  }
  if (legacyFlags.some((flag) => flags[flag] !== undefined)) {
    throw new Failure(
      '--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined',
    );
  }
  const load = (text: string): Generation => {
    const configuration = decodeAuthorizationConfiguration(text);
    const faults = validateAuthorizationConfiguration(configuration, parts.compile, checkFile);
    if (faults.length > 0) throw new ConfigurationError(faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`);
    return generation(parts, configuration, metrics, policies);
  };
  const start = withFile('authorization-config', path, (content) => ({ content, made: load(content) }));
  let current = start.made;
  const reloads = createReloadMetrics(parts.metrics, 'authorization_config_controller', env);
  const watch = reloadOnChange({ path, content: start.content, env, metrics: reloads }, (text) => {
    current = load(text);
  });
  return {
    authorize: (attributes) => current.authorize(attributes),
    rules: (user, namespace) => current.rules(user, namespace),
    close: () => watch.close(),
  };
}

function readPolicies(flags: ServerFlags): readonly AbacPolicy[] | undefined {
  const path = flagText(flags, 'authorization-policy-file');
  if (path === undefined) return undefined;
  return withFile('authorization-policy-file', path, (text) => parseAbacPolicies(text, path));
}

function configurationOfFlags(flags: ServerFlags): AuthorizationConfiguration {
  const given = flagList(flags, 'authorization-mode');
  const modes = given.length > 0 ? given : defaultModes;
  const kubeConfigFile = flagText(flags, 'authorization-webhook-config-file');
  const faults: string[] = [];
  for (const mode of modes) {
    if (!authorizerTypes.some((known) => known === mode)) {
      faults.push(`authorization-mode ${JSON.stringify(mode)} is not a valid mode`);
    }
    if (mode === 'ABAC' && flags['authorization-policy-file'] === undefined) {
      faults.push("authorization-mode ABAC's authorization policy file not passed");
    }
    if (mode === 'Webhook' && kubeConfigFile === undefined) {
      faults.push("authorization-mode Webhook's authorization config file not passed");
    }
  }
  if (flags['authorization-policy-file'] !== undefined && !modes.includes('ABAC')) {
    faults.push('cannot specify --authorization-policy-file without mode ABAC');
  }
  if (kubeConfigFile !== undefined && !modes.includes('Webhook')) {
    faults.push('cannot specify --authorization-webhook-config-file without mode Webhook');
  }
  if (new Set(modes).size !== modes.length) {
    const list = modes.map((mode) => JSON.stringify(mode)).join(' ');
    faults.push(`authorization-mode [${list}] has mode specified more than once`);
  }
  if (faults.length > 0) throw new Failure(faults.join('\n       '));
  return {
    authorizers: modes.map((type) => ({ type, name: type.toLowerCase(), webhook: webhookOfFlags(flags, type) })),
  };
}

function webhookOfFlags(flags: ServerFlags, type: string): WebhookConfiguration | undefined {
  const kubeConfigFile = flagText(flags, 'authorization-webhook-config-file');
  if (type !== 'Webhook' || kubeConfigFile === undefined) return undefined;
  const nanos = (ms: number) => BigInt(Math.round(ms)) * 1_000_000n;
  return {
    authorizedTTL: nanos(durationFlag(flags, 'authorization-webhook-cache-authorized-ttl', 300_000)),
    cacheAuthorizedRequests: true,
    unauthorizedTTL: nanos(durationFlag(flags, 'authorization-webhook-cache-unauthorized-ttl', 30_000)),
    cacheUnauthorizedRequests: true,
    timeout: nanos(30_000),
    subjectAccessReviewVersion: flagText(flags, 'authorization-webhook-version') ?? 'v1beta1',
    matchConditionSubjectAccessReviewVersion: 'v1',
    failurePolicy: 'NoOpinion',
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
    matchConditions: [],
  };
}

function generation(
  parts: AuthorizationParts,
  { authorizers }: AuthorizationConfiguration,
  metrics: AuthorizationMetrics,
  policies: readonly AbacPolicy[] | undefined,
): Generation {
  const members = authorizers.map((authorizer) => {
    const { authorize, rules } = member(parts, authorizer, metrics, policies);
    return { authorize: metrics.instrumented(authorizer.type as AuthorizerType, authorizer.name, authorize), rules };
  });
  return {
    authorize: authorizerChain(...members.map(({ authorize }) => authorize)),
    rules: rulesChain(...members.map(({ rules }) => rules)),
  };
}

const everything = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function member(
  parts: AuthorizationParts,
  { type, name, webhook }: AuthorizerConfiguration,
  metrics: AuthorizationMetrics,
  policies: readonly AbacPolicy[] | undefined,
): Member {
  const none = async () => ({ rules: [], incomplete: false, error: '' });
  switch (type) {
    case 'Node':
      return { authorize: createNodeAuthorizer(parts.objects), rules: none };
    case 'RBAC': {
      const { authorize, rulesFor } = parts.rbac;
      const rules: RulesResolver = async (user, namespace) => ({
        rules: await rulesFor(user, namespace),
        incomplete: false,
        error: '',
      });
      return { authorize, rules };
    }
    case 'AlwaysAllow':
      return { authorize: () => allowed, rules: async () => ({ rules: everything, incomplete: false, error: '' }) };
    case 'AlwaysDeny':
      return { authorize: () => ({ decision: 'no-opinion', reason: 'Everything is forbidden.' }), rules: none };
    case 'ABAC':
      if (!policies) {
        throw new ConfigurationError(
          'authorizer type ABAC is not allowed if it was not enabled at initial server startup',
        );
      }
      return {
        authorize: createAbacAuthorizer(policies),
        rules: async (user, namespace) => abacRules(policies, user, namespace),
      };
    default:
      if (!webhook) throw new ConfigurationError(`unknown authorization mode ${type} specified`);
      return webhookMember(parts, name, webhook, metrics);
  }
}

function webhookMember(
  { env, webhooks, compile }: AuthorizationParts,
  name: string,
  webhook: WebhookConfiguration,
  metrics: AuthorizationMetrics,
): Member {
  const { subjectAccessReviewVersion: version, failurePolicy } = webhook;
  if (version !== 'v1' && version !== 'v1beta1') {
    throw new Failure(
      `unsupported webhook authorizer version ${JSON.stringify(version)}, supported versions are "v1", "v1beta1"`,
    );
  }
  const matchConditions: MatchCondition[] = [];
  for (const { expression = '' } of webhook.matchConditions) {
    const compiled = compile(expression);
    if ('fault' in compiled) throw new ConfigurationError(compiled.fault);
    matchConditions.push(compiled);
  }
  const authorize = createWebhookAuthorizer({
    name,
    version,
    failurePolicy: failurePolicy === 'Deny' ? 'Deny' : 'NoOpinion',
    caller: {
      client: webhooks,
      target: targetOf(webhook),
      env,
      timeoutMs: millisecondsOf(webhook.timeout),
      totalMs: requestTimeoutMs,
    },
    authorizedMs: webhook.cacheAuthorizedRequests ? millisecondsOf(webhook.authorizedTTL) : 0,
    unauthorizedMs: webhook.cacheUnauthorizedRequests ? millisecondsOf(webhook.unauthorizedTTL) : 0,
    matchConditions,
    metrics,
  });
  const error = 'webhook authorizer does not support user rule resolution';
  return { authorize, rules: async () => ({ rules: [], incomplete: true, error }) };
}

function targetOf({ connectionInfo: { type, kubeConfigFile } }: WebhookConfiguration): WebhookTarget {
  if (type === 'InClusterConfig' || kubeConfigFile === undefined) return inClusterTarget();
  return webhookTargetFrom('authorization-config', kubeConfigFile);
}

const podFiles = '/var/run/secrets/kubernetes.io/serviceaccount';

/** For a server that runs in a pod of another cluster: that cluster's API server, as the pod's service account (client-go rest.InClusterConfig). */
function inClusterTarget(): WebhookTarget {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = process.env;
  if (host === '' || port === '') {
    throw new ConfigurationError(
      'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    );
  }
  return {
    url: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    authorityPem: podFile('ca.crt'),
    authorization: `Bearer ${podFile('token').trim()}`,
  };
}

function podFile(name: string): string {
  try {
    return readFileSync(`${podFiles}/${name}`, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(messageOf(cause), { cause });
  }
}
