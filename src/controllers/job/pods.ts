/** The pods of a job: how they are made, and what they tell (upstream's pkg/controller/job). */

import { Jobs } from '#kinds/batch/job/definition.ts';
import type { Job } from '#kinds/generated/batch-v1.ts';
import type { Container, Pod } from '#kinds/generated/core-v1.ts';
import { newControllerRef } from '../ownership/controller-ref.ts';
import { podFromTemplate } from '../pods/pod-control.ts';
import { podCondition } from '../pods/state.ts';

/** Keeps a finished pod until the job has counted it. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
const indexKey = 'batch.kubernetes.io/job-completion-index';
const failureCountKey = 'batch.kubernetes.io/job-index-failure-count';
const ignoredFailureCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count';
/** Generated names have 63 characters at most, five of which are the suffix. */
const longestPrefix = 58;

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed';
}

export function hasTrackingFinalizer(pod: Pod): boolean {
  return pod.metadata?.finalizers?.includes(trackingFinalizer) ?? false;
}

/** The completion index; undefined for pods without a valid one. */
export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata?.annotations?.[indexKey];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Failures of the index before this pod that counted. */
export function failureCountOf(pod: Pod): number {
  return Number(pod.metadata?.annotations?.[failureCountKey] ?? 0) || 0;
}

/** All failures of the index before this pod. */
export function absoluteFailureCountOf(pod: Pod): number {
  return failureCountOf(pod) + (Number(pod.metadata?.annotations?.[ignoredFailureCountKey] ?? 0) || 0);
}

/** Failed pods are replaced only when they have really ended, not while they terminate. */
export function replacesOnlyFailed(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed' || job.spec?.podFailurePolicy !== undefined;
}

export function isPodFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Failed') return true;
  if (replacesOnlyFailed(job)) return false;
  return pod.metadata?.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

/** A pod of the job, not created yet; with `index` for Indexed jobs. `replaces` is the failed pod of that index. */
export function newJobPod(job: Job, index: number | undefined, replaces: Pod | undefined, failureCounts: boolean): Pod {
  const base = podFromTemplate(job.spec?.template, job, newControllerRef(Jobs, job));
  const finalizers = [...new Set([...(base.metadata?.finalizers ?? []), trackingFinalizer])];
  if (index === undefined) return { ...base, metadata: { ...base.metadata, finalizers } };
  const name = job.metadata?.name ?? '';
  const suffix = `-${index}-`;
  const generateName = `${name.slice(0, longestPrefix - suffix.length)}${suffix}`;
  const counts = job.spec?.backoffLimitPerIndex === undefined ? {} : failureCountAnnotations(replaces, failureCounts);
  return {
    metadata: {
      ...base.metadata,
      generateName,
      finalizers,
      labels: { ...base.metadata?.labels, [indexKey]: String(index) },
      annotations: { ...base.metadata?.annotations, [indexKey]: String(index), ...counts },
    },
    spec: {
      ...base.spec,
      hostname: `${name}-${index}`,
      containers: (base.spec?.containers ?? []).map(withIndexVariable),
      ...(base.spec?.initContainers ? { initContainers: base.spec.initContainers.map(withIndexVariable) } : {}),
    },
  };
}

function failureCountAnnotations(replaces: Pod | undefined, counts: boolean): Readonly<Record<string, string>> {
  if (!replaces) return { [failureCountKey]: '0' };
  const counted = failureCountOf(replaces) + Number(counts);
  const ignored = absoluteFailureCountOf(replaces) - failureCountOf(replaces) + Number(!counts);
  return { [failureCountKey]: String(counted), ...(ignored > 0 ? { [ignoredFailureCountKey]: String(ignored) } : {}) };
}

function withIndexVariable(container: Container): Container {
  if (container.env?.some(({ name }) => name === 'JOB_COMPLETION_INDEX')) return container;
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` };
  return { ...container, env: [...(container.env ?? []), { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }] };
}

/** When the pod ended, in milliseconds, as well as its status tells. */
export function finishedAtMs(pod: Pod): number {
  const sidecars = new Set(
    pod.spec?.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const ends = statuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  if (ends.length > 0 && !ends.some(Number.isNaN)) return Math.max(...ends);
  const ready = podCondition(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata ?? {};
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp ?? '') || 0;
}
