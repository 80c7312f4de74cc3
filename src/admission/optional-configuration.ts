/** What --admission-control-config-file says of plugins that are off by default. Each throws ConfigurationError in upstream's words. */

import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { ConfigurationError, type ConfigurationKind, decodeConfiguration } from '#api/configuration.ts';
import { formatDuration } from '#api/duration.ts';
import { child, type FieldError, fieldErrorText, index, invalid, notSupported } from '#api/field-error.ts';
import { checkTolerations } from '#kinds/core/pod/validation/tolerations.ts';
import type { Toleration } from '#kinds/generated/core-v1.ts';
import { type EventLimit, limitTypes } from './event-rate-limit.ts';
import type { PodNodeSelectorConfiguration } from './pod-node-selector.ts';
import type { PodTolerationConfiguration } from './pod-toleration-restriction.ts';

const eventRateLimitKind: ConfigurationKind = {
  group: 'eventratelimit.admission.k8s.io',
  versions: ['v1alpha1'],
  kind: 'Configuration',
  fields: {
    limits: { list: { fields: { type: 'string', qps: 'integer', burst: 'integer', cacheSize: 'integer' } } },
  },
};

const tolerationFields = {
  fields: {
    key: 'string',
    operator: 'string',
    value: 'string',
    effect: 'string',
    tolerationSeconds: 'integer',
  },
} as const;

const tolerationRestrictionKind: ConfigurationKind = {
  group: 'podtolerationrestriction.admission.k8s.io',
  versions: ['v1alpha1'],
  kind: 'Configuration',
  fields: { default: { list: tolerationFields }, whitelist: { list: tolerationFields } },
};

/** Buckets where nothing is said. */
const defaultCacheSize = 4096;

export function eventLimitsOf(content: string): readonly EventLimit[] {
  const { limits = [] } = decodeConfiguration(content, eventRateLimitKind) as {
    readonly limits?: readonly Partial<EventLimit>[];
  };
  const errors: FieldError[] = [];
  if (limits.length === 0) errors.push(invalid('limits', [], 'must not be empty'));
  const made = limits.map((limit, position): EventLimit => {
    const path = index('limits', position);
    const { burst = 0, qps = 0, cacheSize = 0 } = limit;
    const type = limitTypes.find((known) => known === limit.type);
    if (!type) errors.push(notSupported(child(path, 'type'), limit.type ?? '', limitTypes));
    if (burst <= 0) errors.push(invalid(child(path, 'burst'), burst, 'must be positive'));
    if (qps <= 0) errors.push(invalid(child(path, 'qps'), qps, 'must be positive'));
    if (cacheSize < 0 && type !== 'Server') {
      errors.push(invalid(child(path, 'cacheSize'), cacheSize, 'must not be negative'));
    }
    return { type: type ?? 'Server', burst, qps, cacheSize: cacheSize || defaultCacheSize };
  });
  refuse(errors);
  return made;
}

/** `podNodeSelectorPluginConfig: {NAMESPACE: SELECTOR}`; without kind and version, as upstream has it. */
export function podNodeSelectorOf(content: string): PodNodeSelectorConfiguration {
  const selectors = membersOf(membersOf(decodeYaml(content).value)['podNodeSelectorPluginConfig']);
  return Object.fromEntries(
    Object.entries(selectors).map(([namespace, selector]) => {
      if (typeof selector === 'string') return [namespace, selector];
      throw new ConfigurationError(`podNodeSelectorPluginConfig.${namespace}: a string is expected`);
    }),
  );
}

export function podTolerationsOf(content: string): PodTolerationConfiguration {
  const found = decodeConfiguration(content, tolerationRestrictionKind) as {
    readonly default?: readonly Toleration[];
    readonly whitelist?: readonly Toleration[];
  };
  const { default: defaults = [], whitelist = [] } = found;
  const errors: FieldError[] = [];
  checkTolerations(defaults, 'podtolerationrestriction.default', errors);
  checkTolerations(whitelist, 'podtolerationrestriction.whitelist', errors);
  if (errors.length > 0) {
    throw new ConfigurationError(`invalid config: [${errors.map(fieldErrorText).join(' ')}]`);
  }
  return { default: defaults, whitelist };
}

export interface ImagePolicySettings {
  /** Who is asked, and as whom. */
  readonly kubeConfigFile: string;
  readonly allowedMs: number;
  readonly deniedMs: number;
  readonly initialBackoffMs: number;
  readonly defaultAllow: boolean;
}

/** `imagePolicy: {kubeConfigFile, allowTTL, denyTTL, retryBackoff, defaultAllow}`; without kind and version, as upstream has it. */
export function imagePolicyOf(content: string): ImagePolicySettings {
  const { kubeConfigFile, allowTTL, denyTTL, retryBackoff, defaultAllow } = membersOf(
    membersOf(decodeYaml(content).value)['imagePolicy'],
  );
  return {
    kubeConfigFile: typeof kubeConfigFile === 'string' ? kubeConfigFile : '',
    initialBackoffMs: timeOf(retryBackoff, { unitMs: 1, leastMs: 1e-6, mostMs: 300_000, usualMs: 500 }),
    allowedMs: timeOf(allowTTL, { unitMs: 1000, leastMs: 1000, mostMs: 1_800_000, usualMs: 300_000 }),
    deniedMs: timeOf(denyTTL, { unitMs: 1000, leastMs: 1000, mostMs: 1_800_000, usualMs: 30_000 }),
    defaultAllow: defaultAllow === true,
  };
}

interface TimeRule {
  readonly unitMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  readonly usualMs: number;
}

/** Milliseconds; 0 and absent are the usual time, -1 is none. */
function timeOf(value: unknown, { unitMs, leastMs, mostMs, usualMs }: TimeRule): number {
  if (value === undefined || value === 0) return usualMs;
  if (value === -1) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new ConfigurationError(
      'json: cannot unmarshal into Go struct field of type time.Duration: a whole number is expected',
    );
  }
  const ms = value * unitMs;
  if (ms >= leastMs && ms <= mostMs) return ms;
  const [least, most, got] = [leastMs, mostMs, ms].map((time) => formatDuration(BigInt(Math.round(time * 1e6))));
  throw new ConfigurationError(`valid value is between ${least} and ${most}, got ${got}`);
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const texts = errors.map(fieldErrorText);
  throw new ConfigurationError(texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
