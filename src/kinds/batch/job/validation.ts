/** Rules of Jobs; those of their status are in status-rules.ts. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, invalid, required } from '#api/field-error.ts';
import { checkImmutable, immutableMessage } from '#api/field-rules.ts';
import { checkLabelSelector, hasInvalidLabelValue } from '#api/label-rules.ts';
import { isDNS1123Label } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { checkSelectsTemplate, compiledSelector } from '#kinds/apps/workload-rules.ts';
import type { Job, JobSpec } from '#kinds/generated/batch-v1.ts';
import type { PodSpec, PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import { checkJobSpec } from './spec-rules.ts';

const legacyLabels = { uid: 'controller-uid', name: 'job-name' };
const labels = { uid: 'batch.kubernetes.io/controller-uid', name: 'batch.kubernetes.io/job-name' };

export function validateJob(job: Job, _context: HookContext, old?: Job): FieldError[] {
  const errors: FieldError[] = [];
  const spec = job.spec ?? ({} as JobSpec);
  checkGeneratedSelector(job, spec, errors, old);
  checkJobSpec(spec, 'spec', errors, old?.spec);
  if (!spec.selector) errors.push(required('spec.selector'));
  checkLabelSelector(spec.selector, 'spec.selector', errors, {
    allowInvalidValues: hasInvalidLabelValue(old?.spec?.selector),
  });
  const selector = compiledSelector(spec.selector);
  if (selector) checkSelectsTemplate(selector, spec.template, 'spec.template', errors);
  checkPodNames(job, errors);
  return errors;
}

/** Indexed pods are named after the job, and their names are host names. */
function checkPodNames({ metadata, spec }: Job, errors: FieldError[]): void {
  if (spec?.completionMode !== 'Indexed' || !spec.completions || spec.completions < 0) return;
  const name = metadata?.name ?? '';
  const longest = `${name}-${spec.completions - 1}`;
  if (isDNS1123Label(longest).length === 0) return;
  errors.push(invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${longest}`));
}

/** Jobs from before the prefixed labels may be without them. */
function checkGeneratedSelector(job: Job, spec: JobSpec, errors: FieldError[], old: Job | undefined): void {
  if (spec.manualSelector || !spec.selector) return;
  const { uid = '', name = '' } = job.metadata ?? {};
  if (uid === '') errors.push(required('metadata.uid'));
  const before = old?.spec?.template?.metadata?.labels;
  const prefixed = !old || (Object.hasOwn(before ?? {}, labels.uid) && Object.hasOwn(before ?? {}, labels.name));
  const expected: Record<string, string> = { [legacyLabels.uid]: uid, [legacyLabels.name]: name };
  if (prefixed) Object.assign(expected, { [labels.uid]: uid, [labels.name]: name });
  for (const key in expected) checkLabel(spec.template, key, expected[key] ?? '', errors);
  const selector = compiledSelector(spec.selector);
  if (selector && !selector.matches(expected)) {
    errors.push(invalid('spec.selector', spec.selector, '`selector` not auto-generated'));
  }
}

function checkLabel(template: PodTemplateSpec | undefined, key: string, expected: string, errors: FieldError[]): void {
  const path = 'spec.template.metadata.labels';
  const found = template?.metadata?.labels;
  const actual = found?.[key];
  if (actual === undefined) errors.push(required(`${path}[${key}]`, `must be '${expected}'`));
  else if (actual !== expected) errors.push(invalid(`${path}[${key}]`, found, `must be '${expected}'`));
}

const fixedFields = [
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const;

export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  const errors: FieldError[] = [];
  const spec = job.spec ?? ({} as JobSpec);
  const before = old.spec ?? ({} as JobSpec);
  checkCompletions(spec, before, errors);
  checkImmutable(spec.selector, before.selector, 'spec.selector', errors);
  checkTemplate(spec, before, old, errors);
  for (const field of fixedFields) checkImmutable(spec[field], before[field], child('spec', field), errors);
  return errors;
}

/** Indexed jobs grow and shrink, with completions and parallelism equal (KEP-3715). */
function checkCompletions(spec: JobSpec, old: JobSpec, errors: FieldError[]): void {
  const path = 'spec.completions';
  if (spec.completionMode !== 'Indexed') checkImmutable(spec.completions, old.completions, path, errors);
  else if (spec.completions === undefined || spec.completions === old.completions) return;
  else if (spec.completions !== spec.parallelism) {
    errors.push(invalid(path, spec.completions, 'can only be modified in tandem with spec.parallelism'));
  }
}

/**
 * While a job is suspended and none of its pods is left, where and with what resources its pods will run may change (KEP-2926
 * scheduling directives, KEP-5440 resources).
 */
function checkTemplate(spec: JobSpec, before: JobSpec, old: Job, errors: FieldError[]): void {
  const { template } = spec;
  const expected: PodTemplateSpec | undefined = before.template;
  if (before.suspend && mayChangeTemplate(old)) {
    const redirected = withDirectivesOf(expected, template);
    const resized = withResourcesOf(redirected?.spec, template?.spec);
    if (!semanticallyEqual(template?.spec, resized)) {
      errors.push(invalid('spec.template.spec', template?.spec, immutableMessage));
    }
    return;
  }
  if (!semanticallyEqual(template, expected)) errors.push(invalid('spec.template', template, immutableMessage));
}

function mayChangeTemplate({ status }: Job): boolean {
  const suspended = status?.conditions?.some(
    (condition) => condition.type === 'Suspended' && condition.status === 'True',
  );
  return (!status?.startTime || Boolean(suspended)) && (status?.active ?? 0) === 0;
}

function withDirectivesOf(
  old: PodTemplateSpec | undefined,
  template: PodTemplateSpec | undefined,
): PodTemplateSpec | undefined {
  if (!old?.spec) return old;
  const { nodeSelector, tolerations, schedulingGates, affinity } = template?.spec ?? {};
  const { labels: newLabels, annotations } = template?.metadata ?? {};
  const nodeAffinity = affinity?.nodeAffinity;
  const redirected = { ...old.spec.affinity, nodeAffinity };
  return {
    ...old,
    metadata: { ...old.metadata, labels: newLabels, annotations },
    spec: { ...old.spec, affinity: redirected, nodeSelector, tolerations, schedulingGates },
  };
}

function withResourcesOf(old: PodSpec | undefined, spec: PodSpec | undefined): PodSpec | undefined {
  if (!old || !spec) return old;
  const resized = <List extends 'containers' | 'initContainers'>(list: List) => {
    const [before, after] = [old[list] ?? [], spec[list] ?? []];
    if (before.length !== after.length) return before;
    return before.map((container, position) => {
      const other = after[position];
      return other?.name === container.name ? { ...container, resources: other.resources } : container;
    });
  };
  return { ...old, containers: resized('containers'), initContainers: resized('initContainers') };
}
