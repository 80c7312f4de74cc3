/**
 * AdmissionConfiguration (apiserver.config.k8s.io): what --admission-control-config-file says of single plugins, inline or in files of
 * their own. Plugins that are not there, or that take no configuration, are passed over, as upstream does with those that are off.
 */

import { ConfigurationError, type ConfigurationKind, decodeConfiguration, type Tree } from '#api/configuration.ts';
import { child, duplicate, type FieldError, fieldErrorText, index, invalid } from '#api/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';
import type { ScopedResourceSelectorRequirement } from '#kinds/generated/core-v1.ts';
import type { EventLimit } from './event-rate-limit.ts';
import {
  eventLimitsOf,
  type ImagePolicySettings,
  imagePolicyOf,
  podNodeSelectorOf,
  podTolerationsOf,
} from './optional-configuration.ts';
import { isEnabled, type PluginChoice } from './plugin-choice.ts';
import type { PodNodeSelectorConfiguration } from './pod-node-selector.ts';
import { type Exemptions, type Policy, parsedLevel, parsedVersion, policyFault } from './pod-security/policy.ts';
import type { PodTolerationConfiguration } from './pod-toleration-restriction.ts';

export interface PodSecurityConfiguration {
  readonly defaults: Policy;
  readonly exemptions: Exemptions;
}

/** Consumption that is only allowed under a quota that covers it. */
export interface LimitedResource {
  readonly apiGroup: string;
  readonly resource: string;
  readonly matchContains: readonly string[];
  readonly matchScopes: readonly ScopedResourceSelectorRequirement[];
}

export interface AdmissionConfiguration {
  readonly podSecurity?: PodSecurityConfiguration;
  readonly limitedResources: readonly LimitedResource[];
  readonly eventLimits?: readonly EventLimit[];
  readonly podNodeSelector?: PodNodeSelectorConfiguration;
  readonly podTolerations?: PodTolerationConfiguration;
  readonly imagePolicy?: ImagePolicySettings;
  /** Paths of kubeconfigs that say who the API server is to webhooks. */
  readonly mutatingWebhookKubeconfig?: string;
  readonly validatingWebhookKubeconfig?: string;
}

const versions = ['v1', 'v1beta1', 'v1alpha1'] as const;
const configGroup = 'apiserver.config.k8s.io';

const admissionKind: ConfigurationKind = {
  group: configGroup,
  versions,
  kind: 'AdmissionConfiguration',
  fields: { plugins: { list: { fields: { name: 'string', path: 'string', configuration: 'any' } } } },
};

/** Its first group, which files still name. */
const firstAdmissionKind: ConfigurationKind = { ...admissionKind, group: 'apiserver.k8s.io', versions: ['v1alpha1'] };

const podSecurityKind: ConfigurationKind = {
  group: 'pod-security.admission.config.k8s.io',
  versions,
  kind: 'PodSecurityConfiguration',
  fields: {
    defaults: {
      fields: {
        enforce: 'string',
        'enforce-version': 'string',
        audit: 'string',
        'audit-version': 'string',
        warn: 'string',
        'warn-version': 'string',
      },
    },
    exemptions: {
      fields: { usernames: { list: 'string' }, namespaces: { list: 'string' }, runtimeClasses: { list: 'string' } },
    },
  },
};

const quotaFields: ConfigurationKind['fields'] = {
  limitedResources: {
    list: {
      fields: {
        apiGroup: 'string',
        resource: 'string',
        matchContains: { list: 'string' },
        matchScopes: { list: { fields: { scopeName: 'string', operator: 'string', values: { list: 'string' } } } },
      },
    },
  },
};

const quotaKinds: readonly ConfigurationKind[] = [
  { group: configGroup, versions: ['v1'], kind: 'ResourceQuotaConfiguration', fields: quotaFields },
  {
    group: 'resourcequota.admission.k8s.io',
    versions: ['v1beta1', 'v1alpha1'],
    kind: 'Configuration',
    fields: quotaFields,
  },
];

const webhookKinds: readonly ConfigurationKind[] = [
  {
    group: configGroup,
    versions: ['v1'],
    kind: 'WebhookAdmissionConfiguration',
    fields: { kubeConfigFile: 'string' },
  },
  { group: configGroup, versions: ['v1alpha1'], kind: 'WebhookAdmission', fields: { kubeConfigFile: 'string' } },
];

interface PluginEntry {
  readonly name?: string;
  readonly path?: string;
  readonly configuration?: unknown;
}

/** `read` gives the content of a file that the configuration names. Throws ConfigurationError. */
export function decodeAdmissionConfiguration(
  text: string,
  read: (path: string) => string,
  choice?: PluginChoice,
): AdmissionConfiguration {
  const { plugins = [] } = decodeConfiguration(text, [admissionKind, firstAdmissionKind]) as {
    readonly plugins?: readonly PluginEntry[];
  };
  /** The first entry of a name counts. */
  const contentOf = (name: string): string | undefined => {
    const found = plugins.find((plugin) => plugin.name === name);
    if (!found) return undefined;
    if (found.configuration !== undefined) return JSON.stringify(found.configuration);
    return found.path ? read(found.path) : undefined;
  };
  const decoded = <T>(name: string, decode: (content: string) => T): T | undefined => {
    const content = isEnabled(name, choice) ? contentOf(name) : undefined;
    if (content === undefined) return undefined;
    try {
      return decode(content);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      throw new ConfigurationError(`couldn't init admission plugin "${name}": ${error.message}`, { cause: error });
    }
  };
  const podSecurity = decoded('PodSecurity', podSecurityOf);
  const mutating = decoded('MutatingAdmissionWebhook', kubeconfigOf);
  const validating = decoded('ValidatingAdmissionWebhook', kubeconfigOf);
  const eventLimits = decoded('EventRateLimit', eventLimitsOf);
  const podNodeSelector = decoded('PodNodeSelector', podNodeSelectorOf);
  const podTolerations = decoded('PodTolerationRestriction', podTolerationsOf);
  const imagePolicy = decoded('ImagePolicyWebhook', imagePolicyOf);
  return {
    ...(podSecurity ? { podSecurity } : {}),
    ...(eventLimits ? { eventLimits } : {}),
    ...(podNodeSelector ? { podNodeSelector } : {}),
    ...(podTolerations ? { podTolerations } : {}),
    ...(imagePolicy ? { imagePolicy } : {}),
    limitedResources: decoded('ResourceQuota', limitedResourcesOf) ?? [],
    ...(mutating ? { mutatingWebhookKubeconfig: mutating } : {}),
    ...(validating ? { validatingWebhookKubeconfig: validating } : {}),
  };
}

function kubeconfigOf(content: string): string {
  const { kubeConfigFile = '' } = decodeConfiguration(content, webhookKinds) as { readonly kubeConfigFile?: string };
  if (kubeConfigFile !== '' && !kubeConfigFile.startsWith('/')) {
    throw new ConfigurationError(`kubeConfigFile must be an absolute path, got ${JSON.stringify(kubeConfigFile)}`);
  }
  return kubeConfigFile;
}

function limitedResourcesOf(content: string): readonly LimitedResource[] {
  const { limitedResources = [] } = decodeConfiguration(content, quotaKinds) as {
    readonly limitedResources?: readonly Partial<LimitedResource>[];
  };
  return limitedResources.map(({ apiGroup = '', resource = '', matchContains = [], matchScopes = [] }) => ({
    apiGroup,
    resource,
    matchContains,
    matchScopes,
  }));
}

const modes = ['enforce', 'warn', 'audit'] as const;

function podSecurityOf(content: string): PodSecurityConfiguration {
  const { defaults = {}, exemptions = {} } = decodeConfiguration(content, podSecurityKind) as {
    readonly defaults?: Tree & Readonly<Record<string, string>>;
    readonly exemptions?: Partial<Exemptions>;
  };
  const errors: FieldError[] = [];
  const levelOf = (mode: (typeof modes)[number]) => {
    const level = defaults[mode] || 'privileged';
    const version = defaults[`${mode}-version`] || 'latest';
    const parsed = { level: parsedLevel(level), minor: parsedVersion(version) };
    if (parsed.level === undefined) errors.push(invalid(child('defaults', mode), level, policyFault.level));
    if (parsed.minor === undefined) {
      errors.push(invalid(child('defaults', `${mode}-version`), version, policyFault.version));
    }
    return { level: parsed.level ?? 'privileged', minor: parsed.minor ?? Number.POSITIVE_INFINITY };
  };
  const [enforce, warn, audit] = [levelOf('enforce'), levelOf('warn'), levelOf('audit')];
  const { namespaces = [], runtimeClasses = [], usernames = [] } = exemptions;
  const check = (
    field: keyof Exemptions,
    names: readonly string[],
    faults: (name: string) => readonly string[],
  ): void =>
    names.forEach((name, position) => {
      const place = index(child('exemptions', field), position);
      const found = faults(name);
      if (found.length > 0) errors.push(invalid(place, name, found.join(', ')));
      else if (names.indexOf(name) < position) errors.push(duplicate(place, name));
    });
  check('namespaces', namespaces, isDNS1123Label);
  check('runtimeClasses', runtimeClasses, isDNS1123Subdomain);
  check('usernames', usernames, (name) => (name === '' ? ['username must not be empty'] : []));
  if (errors.length > 0) {
    const texts = errors.map(fieldErrorText);
    throw new ConfigurationError(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
  }
  return { defaults: { enforce, audit, warn }, exemptions: { namespaces, runtimeClasses, usernames } };
}
