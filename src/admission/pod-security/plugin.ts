/**
 * PodSecurity: pods keep to the Pod Security Standard that labels of their namespace name (KEP-2579). Pods are refused; what makes
 * pods from a template is only warned about, as is a namespace whose pods violate the level that it is given; audit records say what
 * violates the level to audit.
 */

import { newForbidden, newInvalid } from '#api/errors.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { CronJob } from '#kinds/generated/batch-v1.ts';
import type { Namespace, Pod, PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import type { CheckedPod } from './check.ts';
import { violationsOf, violationsText } from './evaluate.ts';
import { isStricter, type LevelVersion, levelText, type Policy, policyOf, policyPrefix } from './policy.ts';

const namespaces: CollectionName = '/namespaces';
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

export function podSecurity(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'PodSecurity',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    validate: (context) => {
      const { resource, subresource } = context;
      const name = `${resource.group}/${resource.resource}`;
      if (name === '/pods') return ignoredSubresources.has(subresource) ? undefined : validatePod(objects, context);
      if (subresource !== '') return undefined;
      if (name === '/namespaces') return validateNamespace(objects, context);
      return templates.has(name) ? validateTemplate(objects, context) : undefined;
    },
  };
}

async function validatePod(objects: LiveObjects, context: AdmissionContext): Promise<void> {
  const policy = await policyOfNamespace(objects, context);
  const pod = context.object as unknown as Pod;
  if (demands(policy) && context.oldObject && !runsOtherImages(pod, context.oldObject as Pod)) return;
  context.annotate(`${policyPrefix}enforce-policy`, levelText(policy.enforce));
  if (!demands(policy)) return;
  const checked = checkedPod(pod);
  const violations = violationsOf(checked, policy.enforce);
  audit(context, checked, policy.audit);
  if (violations.length > 0) {
    const reason = `violates PodSecurity "${levelText(policy.enforce)}": ${violationsText(violations)}`;
    throw newForbidden({ group: '', resource: 'pods' }, context.name, reason);
  }
  warn(context, checked, policy.warn);
}

async function validateTemplate(objects: LiveObjects, context: AdmissionContext): Promise<void> {
  const policy = await policyOfNamespace(objects, context);
  const template = templateOf(context);
  if (!template || !demands(policy)) return;
  audit(context, checkedPod(template), policy.audit);
  warn(context, checkedPod(template), policy.warn);
}

async function policyOfNamespace(objects: LiveObjects, { namespace }: AdmissionContext): Promise<Policy> {
  await objects.load(namespaces);
  return policyOf(objects.get(namespaces, '', namespace)?.metadata?.labels).policy;
}

function demands({ enforce, audit, warn }: Policy): boolean {
  return [enforce, audit, warn].some(({ level }) => level !== 'privileged');
}

function audit(context: AdmissionContext, pod: CheckedPod, level: LevelVersion): void {
  const violations = violationsOf(pod, level);
  if (violations.length === 0) return;
  const text = `would violate PodSecurity "${levelText(level)}": ${violationsText(violations)}`;
  context.annotate(`${policyPrefix}audit-violations`, text);
}

function warn(context: AdmissionContext, pod: CheckedPod, level: LevelVersion): void {
  const violations = violationsOf(pod, level);
  if (violations.length === 0) return;
  context.warn(`would violate PodSecurity "${levelText(level)}": ${violationsText(violations)}`);
}

async function validateNamespace(objects: LiveObjects, context: AdmissionContext): Promise<void> {
  const namespace = context.object as unknown as Namespace;
  const now = policyOf(namespace.metadata?.labels);
  const old = context.oldObject && policyOf(context.oldObject.metadata?.labels);
  const isNewFault = JSON.stringify(now.errors) !== JSON.stringify(old?.errors ?? []);
  if (now.errors.length > 0 && isNewFault) {
    throw newInvalid({ group: '', kind: 'Namespace' }, context.name, [...now.errors]);
  }
  if (!old) return;
  const { enforce } = now.policy;
  const before = old.policy.enforce;
  if (enforce.level === 'privileged') return;
  if (enforce.minor === before.minor && !isStricter(enforce.level, before.level)) return;
  await objects.load(pods);
  const found = [...objects.list(pods, context.name)] as Pod[];
  if (found.length > maxCheckedPods) {
    context.warn(
      `new PodSecurity enforce level only checked against the first ${maxCheckedPods} of ${found.length} existing pods`,
    );
  }
  for (const text of warningsOf(found.slice(0, maxCheckedPods), context.name, enforce)) context.warn(text);
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
