/** RuntimeClass: overhead and scheduling constraints of a pod come from its runtime class (KEP-688). */

import { jsonEqual } from '#api/patch/json-tree.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { PodSpec } from '#kinds/generated/core-v1.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';
import { podOf, refused } from './refusal.ts';

const classes: CollectionName = 'node.k8s.io/runtimeclasses';

export function runtimeClass(objects: LiveObjects): AdmissionPlugin {
  const ofPods =
    (judge: (spec: Draft<PodSpec>, context: AdmissionContext) => Promise<void> | undefined) =>
    (context: AdmissionContext) => {
      const spec = podOf(context)?.spec;
      return spec && judge(spec, context);
    };
  return {
    name: 'RuntimeClass',
    handles: (operation) => operation === 'CREATE',
    admit: ofPods((spec, context) => (spec.runtimeClassName ? admitPod(objects, spec, context) : undefined)),
    validate: ofPods((spec, context) =>
      spec.runtimeClassName || spec.overhead ? checkOverhead(objects, spec, context) : undefined,
    ),
  };
}

async function admitPod(objects: LiveObjects, spec: Draft<PodSpec>, context: AdmissionContext): Promise<void> {
  const found = await classOf(objects, spec, context);
  const overhead = found?.overhead?.podFixed;
  if (overhead) {
    if (hasOverhead(spec) && !semanticallyEqual({ overhead: spec.overhead }, { overhead }))
      throw refused(context, otherOverhead);
    spec.overhead = { ...overhead };
  }
  for (const [key, value] of Object.entries(found?.scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value) {
      throw refused(
        context,
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
async function checkOverhead(objects: LiveObjects, spec: Draft<PodSpec>, context: AdmissionContext): Promise<void> {
  const overhead = (await classOf(objects, spec, context))?.overhead?.podFixed;
  if (overhead) {
    if (!semanticallyEqual({ overhead: spec.overhead }, { overhead })) throw refused(context, otherOverhead);
  } else if (hasOverhead(spec)) {
    throw refused(context, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  }
}

const otherOverhead = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function hasOverhead({ overhead }: Draft<PodSpec>): boolean {
  return overhead !== undefined && Object.keys(overhead).length > 0;
}

/** Throws Forbidden when there is no such class. */
async function classOf(
  objects: LiveObjects,
  { runtimeClassName: name }: Draft<PodSpec>,
  context: AdmissionContext,
): Promise<RuntimeClass | undefined> {
  if (!name) return undefined;
  await objects.load(classes);
  const found = objects.get(classes, '', name) ?? (await objects.getFresh(classes, '', name));
  if (!found) throw refused(context, `pod rejected: RuntimeClass "${name}" not found`);
  return found as RuntimeClass;
}
