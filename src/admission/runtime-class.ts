/** RuntimeClass: overhead and scheduling constraints of a pod come from its runtime class (KEP-688). */

import { newForbidden } from '#api/errors.ts';
import { jsonEqual } from '#api/patch/json-tree.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { Pod, PodSpec } from '#kinds/generated/core-v1.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';

const classes: CollectionName = 'node.k8s.io/runtimeclasses';

export function runtimeClass(objects: LiveObjects): AdmissionPlugin {
  const ofPods =
    (judge: (pod: Draft<Pod>) => Promise<void> | undefined) =>
    ({ resource, subresource, object }: AdmissionContext) =>
      resource.group === '' && resource.resource === 'pods' && subresource === ''
        ? judge(object as Draft<Pod>)
        : undefined;
  return {
    name: 'RuntimeClass',
    handles: (operation) => operation === 'CREATE',
    admit: ofPods((pod) => (pod.spec?.runtimeClassName ? admitPod(objects, pod) : undefined)),
    validate: ofPods((pod) =>
      pod.spec?.runtimeClassName || pod.spec?.overhead ? checkOverhead(objects, pod) : undefined,
    ),
  };
}

async function admitPod(objects: LiveObjects, pod: Draft<Pod>): Promise<void> {
  const spec = pod.spec as Draft<PodSpec>;
  const found = await classOf(objects, pod);
  const overhead = found?.overhead?.podFixed;
  if (overhead) {
    if (hasOverhead(spec) && !semanticallyEqual({ overhead: spec.overhead }, { overhead }))
      throw refused(pod, otherOverhead);
    spec.overhead = { ...overhead };
  }
  for (const [key, value] of Object.entries(found?.scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value) {
      throw refused(
        pod,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
    }
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
  }
  for (const toleration of found?.scheduling?.tolerations ?? []) {
    if (spec.tolerations?.some((own) => jsonEqual(own, toleration))) continue;
    spec.tolerations = [...(spec.tolerations ?? []), { ...toleration }];
  }
}

/** After all plugins, and after the rules of the overhead itself. */
async function checkOverhead(objects: LiveObjects, pod: Draft<Pod>): Promise<void> {
  const spec = pod.spec as Draft<PodSpec>;
  const overhead = (await classOf(objects, pod))?.overhead?.podFixed;
  if (overhead) {
    if (!semanticallyEqual({ overhead: spec.overhead }, { overhead })) throw refused(pod, otherOverhead);
  } else if (hasOverhead(spec)) {
    throw refused(pod, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  }
}

const otherOverhead = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function hasOverhead({ overhead }: Draft<PodSpec>): boolean {
  return overhead !== undefined && Object.keys(overhead).length > 0;
}

/** Throws Forbidden when there is no such class. */
async function classOf(objects: LiveObjects, pod: Draft<Pod>): Promise<RuntimeClass | undefined> {
  const name = pod.spec?.runtimeClassName;
  if (!name) return undefined;
  await objects.load(classes);
  const found = objects.get(classes, '', name) ?? (await objects.getFresh(classes, '', name));
  if (!found) throw refused(pod, `pod rejected: RuntimeClass "${name}" not found`);
  return found as RuntimeClass;
}

function refused({ metadata }: Draft<Pod>, reason: string): Error {
  return newForbidden({ group: '', resource: 'pods' }, metadata?.name ?? '', reason);
}
