/** AuthenticationConfiguration (apiserver.config.k8s.io, KEP-3331): who else may say who somebody is. */

import { type ConfigurationKind, decodeConfiguration } from '#api/configuration.ts';

export interface AuthenticationConfiguration {
  readonly jwt?: readonly JwtAuthenticator[];
  readonly anonymous?: AnonymousAuthConfig;
}

export interface AnonymousAuthConfig {
  readonly enabled?: boolean;
  readonly conditions?: readonly { readonly path: string }[];
}

export interface JwtAuthenticator {
  readonly issuer?: Issuer;
  readonly claimValidationRules?: readonly ClaimValidationRule[];
  readonly claimMappings?: ClaimMappings;
  readonly userValidationRules?: readonly UserValidationRule[];
}

export interface Issuer {
  readonly url?: string;
  readonly discoveryURL?: string;
  /** PEM. */
  readonly certificateAuthority?: string;
  readonly audiences?: readonly string[];
  readonly audienceMatchPolicy?: string;
  readonly egressSelectorType?: string;
}

export interface ClaimValidationRule {
  readonly claim?: string;
  readonly requiredValue?: string;
  readonly expression?: string;
  readonly message?: string;
}

export interface ClaimMappings {
  readonly username?: PrefixedClaimOrExpression;
  readonly groups?: PrefixedClaimOrExpression;
  readonly uid?: ClaimOrExpression;
  readonly extra?: readonly ExtraMapping[];
}

export interface ClaimOrExpression {
  readonly claim?: string;
  readonly expression?: string;
}

export interface PrefixedClaimOrExpression extends ClaimOrExpression {
  readonly prefix?: string;
}

export interface ExtraMapping {
  readonly key?: string;
  readonly valueExpression?: string;
}

export interface UserValidationRule {
  readonly expression?: string;
  readonly message?: string;
}

const claimOrExpression = { claim: 'string', expression: 'string' } as const;
const prefixed = { fields: { ...claimOrExpression, prefix: 'string' } } as const;

const authenticationConfigurationKind: ConfigurationKind = {
  group: 'apiserver.config.k8s.io',
  versions: ['v1', 'v1beta1', 'v1alpha1'],
  kind: 'AuthenticationConfiguration',
  fields: {
    jwt: {
      list: {
        fields: {
          issuer: {
            fields: {
              url: 'string',
              discoveryURL: 'string',
              certificateAuthority: 'string',
              audiences: { list: 'string' },
              audienceMatchPolicy: 'string',
              egressSelectorType: 'string',
            },
          },
          claimValidationRules: {
            list: { fields: { claim: 'string', requiredValue: 'string', expression: 'string', message: 'string' } },
          },
          claimMappings: {
            fields: {
              username: prefixed,
              groups: prefixed,
              uid: { fields: claimOrExpression },
              extra: { list: { fields: { key: 'string', valueExpression: 'string' } } },
            },
          },
          userValidationRules: { list: { fields: { expression: 'string', message: 'string' } } },
        },
      },
    },
    anonymous: { fields: { enabled: 'boolean', conditions: { list: { fields: { path: 'string' } } } } },
  },
};

/** Throws ConfigurationError. What it says is not validated yet. */
export function decodeAuthenticationConfiguration(text: string): AuthenticationConfiguration {
  return decodeConfiguration(text, authenticationConfigurationKind);
}
