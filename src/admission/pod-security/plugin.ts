/**
 * PodSecurity: pods keep to the Pod Security Standard that labels of their namespace name (KEP-2579). Pods are refused; what makes
 * pods from a template is only warned about, as is a namespace whose pods violate the level that it is given; audit records say what
 * violates the level to audit.
 */

import { newForbidden, newInternalError, newInvalid } from '#api/errors.ts';
import { type FieldError, fieldErrorText } from '#api/field-error.ts';
import type { AdmissionMetrics, SecurityRequest } from '#apiserver/admission-metrics.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { CronJob } from '#kinds/generated/batch-v1.ts';
import type { Namespace, Pod, PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import type { PodSecurityConfiguration } from '../configuration.ts';
import { namespaceOf } from '../request-match.ts';
import type { CheckedPod } from './check.ts';
import { violationsOf, violationsText } from './evaluate.ts';
import {
  askedText,
  type Exemptions,
  isSamePolicy,
  isStricter,
  type LevelVersion,
  levelText,
  noDefaults,
  type ParsedPolicy,
  type Policy,
  policyOf,
  policyPrefix,
} from './policy.ts';

const pods: CollectionName = '/pods';

/** Pods of a namespace that a change of its level looks at. */
const maxCheckedPods = 3000;

const ignoredSubresources: ReadonlySet<string> = new Set([
  'exec',
  'attach',
  'binding',
  'eviction',
  'log',
  'portforward',
  'proxy',
  'status',
]);

const templates: ReadonlySet<string> = new Set([
  '/replicationcontrollers',
  '/podtemplates',
  'apps/replicasets',
  'apps/deployments',
  'apps/daemonsets',
  'apps/statefulsets',
  'batch/jobs',
  'batch/cronjobs',
]);

/** The newest minor version whose checks there are. */
const newestMinor = 36;

const defaultConfiguration: PodSecurityConfiguration = {
  defaults: noDefaults,
  exemptions: { usernames: [], namespaces: [], runtimeClasses: [] },
};

export function podSecurity(
  objects: LiveObjects,
  metrics: AdmissionMetrics,
  configuration: PodSecurityConfiguration = defaultConfiguration,
): AdmissionPlugin {
  const security = new PodSecurity(objects, metrics, configuration);
  return {
    name: 'PodSecurity',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    validate: (context) => {
      const { resource, subresource } = context;
      const name = `${resource.group}/${resource.resource}`;
      if (name === '/pods') return ignoredSubresources.has(subresource) ? undefined : security.validatePod(context);
      if (subresource !== '') return undefined;
      if (name === '/namespaces') return security.validateNamespace(context);
      return templates.has(name) ? security.validateTemplate(context) : undefined;
    },
  };
}

class PodSecurity {
  private readonly objects: LiveObjects;
  private readonly metrics: AdmissionMetrics;
  private readonly defaults: Policy;
  private readonly exemptions: Exemptions;

  constructor(objects: LiveObjects, metrics: AdmissionMetrics, { defaults, exemptions }: PodSecurityConfiguration) {
    this.objects = objects;
    this.metrics = metrics;
    this.defaults = defaults;
    this.exemptions = exemptions;
  }

  async validatePod(context: AdmissionContext): Promise<void> {
    if (this.isExempt(context, 'pod')) return;
    const { policy, errors } = await this.policyOfNamespace(context);
    const pod = context.object as unknown as Pod;
    if (errors.length === 0 && !demands(policy)) {
      context.annotate(`${policyPrefix}enforce-policy`, levelText(policy.enforce));
      this.evaluated(context, 'pod', 'enforce', policy.enforce, true);
      return;
    }
    if (context.oldObject && !runsOtherImages(pod, context.oldObject as Pod)) return;
    if (this.isExemptClass(context, 'pod', pod.spec)) return;
    tellErrors(context, errors);
    context.annotate(`${policyPrefix}enforce-policy`, levelText(policy.enforce));
    const checked = checkedPod(pod);
    const violations = violationsOf(checked, policy.enforce);
    this.evaluated(context, 'pod', 'enforce', policy.enforce, violations.length === 0);
    this.audit(context, 'pod', checked, policy.audit);
    if (violations.length > 0) {
      const reason = `violates PodSecurity "${levelText(policy.enforce)}": ${violationsText(violations)}`;
      throw newForbidden({ group: '', resource: 'pods' }, context.name, reason);
    }
    this.warn(context, 'pod', checked, policy.warn);
  }

  async validateTemplate(context: AdmissionContext): Promise<void> {
    if (this.isExempt(context, 'controller')) return;
    const { policy, errors } = await this.policyOfNamespace(context);
    const template = templateOf(context);
    if (!template) return;
    if (errors.length === 0 && policy.audit.level === 'privileged' && policy.warn.level === 'privileged') return;
    if (this.isExemptClass(context, 'controller', template.spec)) return;
    tellErrors(context, errors);
    this.audit(context, 'controller', checkedPod(template), policy.audit);
    this.warn(context, 'controller', checkedPod(template), policy.warn);
  }

  async validateNamespace(context: AdmissionContext): Promise<void> {
    const { metadata } = context.object as unknown as Namespace;
    const now = policyOf(metadata?.labels, this.defaults);
    const old = context.oldObject && policyOf(context.oldObject.metadata?.labels, this.defaults);
    const isNewFault = JSON.stringify(now.errors) !== JSON.stringify(old?.errors ?? []);
    if (now.errors.length > 0 && isNewFault) {
      throw newInvalid({ group: '', kind: 'Namespace' }, context.name, [...now.errors]);
    }
    const isExempt = this.exemptions.namespaces.includes(metadata?.name ?? '');
    if (!old) {
      if (isExempt) this.warnExempt(context, now.policy);
      return;
    }
    const { enforce } = now.policy;
    const before = old.policy.enforce;
    if (enforce.level === 'privileged') return;
    if (enforce.minor === before.minor && !isStricter(enforce.level, before.level)) return;
    if (isExempt) {
      this.warnExempt(context, now.policy);
      return;
    }
    await this.objects.load(pods);
    const found = ([...this.objects.list(pods, context.name)] as Pod[]).filter(
      ({ spec }) => !this.exemptions.runtimeClasses.includes(spec?.runtimeClassName ?? ''),
    );
    if (found.length > maxCheckedPods) {
      context.warn(
        `new PodSecurity enforce level only checked against the first ${maxCheckedPods} of ${found.length} existing pods`,
      );
    }
    for (const text of warningsOf(found.slice(0, maxCheckedPods), context.name, enforce)) context.warn(text);
  }

  /** Rejects where there is no such namespace: without its labels nothing would be demanded. */
  private async policyOfNamespace({ namespace }: AdmissionContext): Promise<ParsedPolicy> {
    const found = await namespaceOf(namespace, this.objects).catch((cause: unknown) => {
      throw newInternalError(`failed to lookup namespace ${JSON.stringify(namespace)}`, cause);
    });
    return policyOf(found.metadata?.labels, this.defaults);
  }

  private isExempt(context: AdmissionContext, resource: SecurityRequest['resource']): boolean {
    const { namespaces: exempt, usernames } = this.exemptions;
    if (exempt.includes(context.namespace)) return this.exempted(context, resource, 'namespace');
    return usernames.includes(context.user.username) && this.exempted(context, resource, 'user');
  }

  private isExemptClass(
    context: AdmissionContext,
    resource: SecurityRequest['resource'],
    spec: Pod['spec'] | PodTemplateSpec['spec'],
  ): boolean {
    const name = spec?.runtimeClassName ?? '';
    return this.exemptions.runtimeClasses.includes(name) && this.exempted(context, resource, 'runtimeClass');
  }

  private exempted(context: AdmissionContext, resource: SecurityRequest['resource'], reason: string): true {
    const { operation, subresource } = context;
    this.metrics.securityExempted({ operation, resource, subresource });
    context.annotate(`${policyPrefix}exempt`, reason);
    return true;
  }

  private warnExempt(context: AdmissionContext, policy: Policy): void {
    if (!demands(policy) || isSamePolicy(policy, this.defaults)) return;
    const { metadata } = context.object as unknown as Namespace;
    context.warn(
      `namespace "${metadata?.name}" is exempt from Pod Security, and the policy (${askedText(metadata?.labels, policy)}) will be ignored`,
    );
  }

  private audit(
    context: AdmissionContext,
    resource: SecurityRequest['resource'],
    pod: CheckedPod,
    level: LevelVersion,
  ): void {
    const violations = violationsOf(pod, level);
    if (violations.length === 0) return;
    const text = `would violate PodSecurity "${levelText(level)}": ${violationsText(violations)}`;
    context.annotate(`${policyPrefix}audit-violations`, text);
    this.evaluated(context, resource, 'audit', level, false);
  }

  private warn(
    context: AdmissionContext,
    resource: SecurityRequest['resource'],
    pod: CheckedPod,
    level: LevelVersion,
  ): void {
    const violations = violationsOf(pod, level);
    if (violations.length === 0) return;
    context.warn(`would violate PodSecurity "${levelText(level)}": ${violationsText(violations)}`);
    this.evaluated(context, resource, 'warn', level, false);
  }

  /** Upstream counts what passes only where it is enforced. */
  private evaluated(
    { operation, subresource }: AdmissionContext,
    resource: SecurityRequest['resource'],
    mode: 'enforce' | 'audit' | 'warn',
    { level, minor }: LevelVersion,
    allowed: boolean,
  ): void {
    const isLatest = level === 'privileged' || !Number.isFinite(minor);
    const version = isLatest ? 'latest' : minor > newestMinor ? 'future' : `v1.${minor}`;
    const decision = allowed ? 'allow' : 'deny';
    this.metrics.securityEvaluated({ decision, mode, level, version, operation, resource, subresource });
  }
}

function demands({ enforce, audit, warn }: Policy): boolean {
  return [enforce, audit, warn].some(({ level }) => level !== 'privileged');
}

function tellErrors(context: AdmissionContext, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const texts = errors.map(fieldErrorText);
  context.annotate(
    `${policyPrefix}error`,
    `Failed to parse policy: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
  );
}

/** One warning for all pods that violate the same checks. */
function warningsOf(found: readonly Pod[], namespace: string, level: LevelVersion): string[] {
  const byReason = new Map<string, string[]>();
  for (const pod of found) {
    const reason = violationsOf(checkedPod(pod), level)
      .map((violation) => violation.reason)
      .join(', ');
    if (reason === '') continue;
    byReason.set(reason, [...(byReason.get(reason) ?? []), pod.metadata?.name ?? '']);
  }
  if (byReason.size === 0) return [];
  const lines = [...byReason].map(([reason, names]) => {
    const [first = ''] = names.sort();
    const others = names.length - 1;
    if (others === 0) return `${first}: ${reason}`;
    return `${first} (and ${others} other ${others === 1 ? 'pod' : 'pods'}): ${reason}`;
  });
  const title = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${levelText(level)}"`;
  return [title, ...lines.sort()];
}

function templateOf({ object, resource }: AdmissionContext): PodTemplateSpec | undefined {
  if (resource.resource === 'cronjobs') return (object as unknown as CronJob).spec?.jobTemplate?.spec?.template;
  const holder = object as unknown as { template?: PodTemplateSpec; spec?: { template?: PodTemplateSpec } };
  return resource.resource === 'podtemplates' ? holder.template : holder.spec?.template;
}

function checkedPod({ metadata, spec }: Pod | PodTemplateSpec): CheckedPod {
  return { annotations: metadata?.annotations ?? {}, spec: spec ?? { containers: [] } };
}

/** Of what may change in a pod only its images and its ephemeral containers matter here. */
function runsOtherImages({ spec }: Pod, { spec: old }: Pod): boolean {
  const isOther = (list: 'containers' | 'initContainers'): boolean => {
    const [now, before] = [spec?.[list] ?? [], old?.[list] ?? []];
    return now.length !== before.length || now.some(({ image }, position) => image !== before[position]?.image);
  };
  const isOtherDebugger = ({ name, image }: { readonly name: string; readonly image?: string | undefined }): boolean =>
    old?.ephemeralContainers?.find((container) => container.name === name)?.image !== image;
  return isOther('containers') || isOther('initContainers') || (spec?.ephemeralContainers ?? []).some(isOtherDebugger);
}
