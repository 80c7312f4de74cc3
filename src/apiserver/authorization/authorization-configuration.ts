/**
 * AuthorizationConfiguration (apiserver.config.k8s.io, KEP-3221): which authorizers are asked, in which order. Decoding, defaults and
 * validation with upstream's messages (apiserver apis/apiserver/validation, kubeapiserver/authorizer).
 */

import { ConfigurationError, type ConfigurationKind, decodeConfiguration } from '#api/configuration.ts';
import { formatDuration } from '#api/duration.ts';
import {
  child,
  duplicate,
  type FieldError,
  fieldErrorText,
  index,
  invalid,
  notSupported,
  required,
  tooMany,
} from '#api/field-error.ts';
import { isDNS1123Subdomain } from '#api/name-format.ts';
import { goQuote } from '#base/go-quote.ts';
import type { MatchConditionCompiler } from './webhook.ts';

export const authorizerTypes = ['AlwaysAllow', 'AlwaysDeny', 'ABAC', 'Webhook', 'RBAC', 'Node'] as const;
export type AuthorizerType = (typeof authorizerTypes)[number];

export interface AuthorizationConfiguration {
  readonly authorizers: readonly AuthorizerConfiguration[];
}

export interface AuthorizerConfiguration {
  readonly type: string;
  readonly name: string;
  readonly webhook?: WebhookConfiguration | undefined;
}

/** Durations are nanoseconds. */
export interface WebhookConfiguration {
  readonly authorizedTTL: bigint;
  readonly cacheAuthorizedRequests: boolean;
  readonly unauthorizedTTL: bigint;
  readonly cacheUnauthorizedRequests: boolean;
  readonly timeout: bigint;
  readonly subjectAccessReviewVersion: string;
  readonly matchConditionSubjectAccessReviewVersion: string;
  readonly failurePolicy: string;
  readonly connectionInfo: { readonly type?: string; readonly kubeConfigFile?: string };
  readonly matchConditions: readonly { readonly expression?: string }[];
}

const authorizationConfigurationKind: ConfigurationKind = {
  group: 'apiserver.config.k8s.io',
  versions: ['v1', 'v1beta1', 'v1alpha1'],
  kind: 'AuthorizationConfiguration',
  fields: {
    authorizers: {
      list: {
        fields: {
          type: 'string',
          name: 'string',
          webhook: {
            fields: {
              authorizedTTL: 'duration',
              cacheAuthorizedRequests: 'boolean',
              unauthorizedTTL: 'duration',
              cacheUnauthorizedRequests: 'boolean',
              timeout: 'duration',
              subjectAccessReviewVersion: 'string',
              matchConditionSubjectAccessReviewVersion: 'string',
              failurePolicy: 'string',
              connectionInfo: { fields: { type: 'string', kubeConfigFile: 'string' } },
              matchConditions: { list: { fields: { expression: 'string' } } },
            },
          },
        },
      },
    },
  },
};

type Given = { readonly authorizers?: readonly Partial<AuthorizerConfiguration>[] };

const second = 1_000_000_000n;

/** Throws ConfigurationError. Defaults are filled in; what it says is not validated yet. */
export function decodeAuthorizationConfiguration(text: string): AuthorizationConfiguration {
  let given: Given;
  try {
    given = decodeConfiguration(text, authorizationConfigurationKind);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(`failed to load AuthorizationConfiguration from file: ${error.message}`, {
      cause: error,
    });
  }
  const authorizers = (given.authorizers ?? []).map(({ type = '', name = '', webhook }) => ({
    type,
    name,
    ...(webhook === undefined ? {} : { webhook: withDefaults(webhook) }),
  }));
  return { authorizers };
}

function withDefaults(webhook: Partial<WebhookConfiguration>): WebhookConfiguration {
  return {
    cacheAuthorizedRequests: true,
    cacheUnauthorizedRequests: true,
    timeout: 0n,
    subjectAccessReviewVersion: '',
    matchConditionSubjectAccessReviewVersion: '',
    failurePolicy: '',
    connectionInfo: {},
    matchConditions: [],
    ...webhook,
    authorizedTTL: webhook.authorizedTTL || 300n * second,
    unauthorizedTTL: webhook.unauthorizedTTL || 30n * second,
  };
}

/** What a file is, for validation: absent, no regular file, or fine. */
export type FileCheck = (path: string) => 'regular' | 'irregular' | { readonly fault: string };

/** What is wrong with the configuration, in order; empty when nothing is. */
export function validateAuthorizationConfiguration(
  { authorizers }: AuthorizationConfiguration,
  compile: MatchConditionCompiler,
  checkFile: FileCheck,
): readonly string[] {
  const errors: FieldError[] = [];
  if (authorizers.length === 0) {
    errors.push(required('authorizers', 'at least one authorization mode must be defined'));
  }
  const types = new Set<string>();
  const names = new Set<string>();
  authorizers.forEach((authorizer, position) => {
    validateAuthorizer(authorizer, index('authorizers', position), { types, names, compile, checkFile }, errors);
  });
  if (errors.length > 0) return errors.map(fieldErrorText);
  return authorizers
    .filter(({ type, name }) => type !== 'Webhook' && name !== type.toLowerCase())
    .map(({ type, name }) => `expected name ${type.toLowerCase()} for authorizer ${type} instead of ${name}`);
}

interface Checks {
  /** Those of the authorizers before. */
  readonly types: Set<string>;
  readonly names: Set<string>;
  readonly compile: MatchConditionCompiler;
  readonly checkFile: FileCheck;
}

function validateAuthorizer(
  { type, name, webhook }: AuthorizerConfiguration,
  path: string,
  { types, names, compile, checkFile }: Checks,
  errors: FieldError[],
): void {
  const typePath = child(path, 'type');
  if (type === '') {
    errors.push(required(typePath));
    return;
  }
  if (!authorizerTypes.some((known) => known === type)) {
    errors.push(notSupported(typePath, type, [...authorizerTypes].sort(), goQuote));
    return;
  }
  if (types.has(type) && type !== 'Webhook') {
    errors.push(duplicate(typePath, type));
    return;
  }
  types.add(type);
  validateName(name, child(path, 'name'), names, errors);
  if (type !== 'Webhook') {
    if (webhook) errors.push(invalid(child(path, 'webhook'), 'non-null', 'may only be specified when type=Webhook'));
  } else if (webhook) validateWebhook(webhook, path, compile, checkFile, errors);
  else errors.push(required(child(path, 'webhook'), 'required when type=Webhook'));
}

function validateName(name: string, path: string, names: Set<string>, errors: FieldError[]): void {
  const faults = isDNS1123Subdomain(name);
  if (name === '') errors.push(required(path));
  else if (names.has(name)) errors.push(duplicate(path, name));
  else if (faults.length > 0) errors.push(invalid(path, name, `authorizer name is invalid: ${faults.join(', ')}`));
  names.add(name);
}

/** The fields are children of the authorizer in upstream's messages, not of its `webhook`. */
function validateWebhook(
  webhook: WebhookConfiguration,
  path: string,
  compile: MatchConditionCompiler,
  checkFile: FileCheck,
  errors: FieldError[],
): void {
  const { timeout, failurePolicy, subjectAccessReviewVersion: version } = webhook;
  if (timeout === 0n) errors.push(required(child(path, 'timeout')));
  else if (timeout > 30n * second || timeout < 0n) {
    errors.push(invalid(child(path, 'timeout'), formatDuration(timeout), 'must be > 0s and <= 30s'));
  }
  for (const name of ['authorizedTTL', 'unauthorizedTTL'] as const) {
    if (webhook[name] < 0n) errors.push(invalid(child(path, name), formatDuration(webhook[name]), 'must be > 0s'));
  }
  const versionPath = child(path, 'subjectAccessReviewVersion');
  if (version === '') errors.push(required(versionPath));
  else if (version !== 'v1' && version !== 'v1beta1')
    errors.push(notSupported(versionPath, version, ['v1', 'v1beta1'], goQuote));
  validateMatchVersion(webhook, child(path, 'matchConditionSubjectAccessReviewVersion'), errors);
  const policyPath = child(path, 'failurePolicy');
  if (failurePolicy === '') errors.push(required(policyPath));
  else if (failurePolicy !== 'NoOpinion' && failurePolicy !== 'Deny') {
    errors.push(notSupported(policyPath, failurePolicy, ['NoOpinion', 'Deny'], goQuote));
  }
  validateConnection(webhook.connectionInfo, child(path, 'connectionInfo'), checkFile, errors);
  validateMatchConditions(webhook, child(path, 'matchConditions'), compile, errors);
}

function validateMatchVersion(webhook: WebhookConfiguration, path: string, errors: FieldError[]): void {
  const version = webhook.matchConditionSubjectAccessReviewVersion;
  if (version === '') {
    if (webhook.matchConditions.length > 0) {
      errors.push(required(path, 'required if match conditions are specified'));
    }
  } else if (version !== 'v1') errors.push(notSupported(path, version, ['v1'], goQuote));
}

function validateConnection(
  connection: WebhookConfiguration['connectionInfo'],
  path: string,
  checkFile: FileCheck,
  errors: FieldError[],
): void {
  const { type = '', kubeConfigFile } = connection;
  const filePath = child(path, 'kubeConfigFile');
  switch (type) {
    case '':
      errors.push(required(child(path, 'type')));
      return;
    case 'InClusterConfig':
      if (kubeConfigFile !== undefined) {
        errors.push(invalid(filePath, kubeConfigFile, 'can only be set when type=KubeConfigFile'));
      }
      return;
    case 'KubeConfigFile': {
      if (!kubeConfigFile) {
        errors.push(required(filePath));
        return;
      }
      if (!kubeConfigFile.startsWith('/')) {
        errors.push(invalid(filePath, kubeConfigFile, 'must be an absolute path'));
        return;
      }
      const found = checkFile(kubeConfigFile);
      if (found === 'irregular') errors.push(invalid(filePath, kubeConfigFile, 'must be a regular file'));
      else if (found !== 'regular') {
        errors.push(invalid(filePath, kubeConfigFile, `error loading file: ${found.fault}`));
      }
      return;
    }
    default: {
      const value = { Type: type, KubeConfigFile: kubeConfigFile ?? null };
      errors.push(notSupported(child(path, 'type'), value, ['InClusterConfig', 'KubeConfigFile'], goQuote));
    }
  }
}

const maxMatchConditions = 64;

function validateMatchConditions(
  { matchConditions }: WebhookConfiguration,
  path: string,
  compile: MatchConditionCompiler,
  errors: FieldError[],
): void {
  if (matchConditions.length > maxMatchConditions) {
    errors.push(tooMany(path, matchConditions.length, maxMatchConditions));
    return;
  }
  const seen = new Set<string>();
  matchConditions.forEach(({ expression = '' }, position) => {
    const place = child(index(path, position), 'expression');
    if (expression.trim() === '') {
      errors.push(required(place));
      return;
    }
    if (seen.has(expression)) {
      errors.push(duplicate(place, expression));
      return;
    }
    seen.add(expression);
    const compiled = compile(expression);
    if ('fault' in compiled) errors.push(invalid(place, expression, compiled.fault));
  });
}
