/** RuntimeClass: overhead and scheduling constraints of a pod come from its runtime class (KEP-688). */

import { newForbidden } from '#api/errors.ts';
import { jsonEqual } from '#api/patch/json-tree.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';

const classes: CollectionName = 'node.k8s.io/runtimeclasses';

export function runtimeClass(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (operation) => operation === 'CREATE',
    admit: ({ resource, subresource, object }) =>
      resource.group === '' && resource.resource === 'pods' && subresource === ''
        ? admitPod(objects, object as Draft<Pod>)
        : undefined,
  };
}

async function admitPod(objects: LiveObjects, pod: Draft<Pod>): Promise<void> {
  const { spec } = pod;
  if (!spec) return;
  const refused = (reason: string) => newForbidden({ group: '', resource: 'pods' }, pod.metadata?.name ?? '', reason);
  const name = spec.runtimeClassName;
  if (!name) {
    if (spec.overhead && Object.keys(spec.overhead).length > 0) {
      throw refused('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    }
    return;
  }
  await objects.load(classes);
  const found = (objects.get(classes, '', name) ?? (await objects.getFresh(classes, '', name))) as
    | RuntimeClass
    | undefined;
  if (!found) throw refused(`pod rejected: RuntimeClass "${name}" not found`);
  const overhead = found.overhead?.podFixed;
  if (overhead) {
    if (spec.overhead && Object.keys(spec.overhead).length > 0 && !jsonEqual(spec.overhead, overhead)) {
      throw refused("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    }
    spec.overhead = { ...overhead };
  }
  for (const [key, value] of Object.entries(found.scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value) {
      throw refused(
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
    }
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
  }
  for (const toleration of found.scheduling?.tolerations ?? []) {
    if (spec.tolerations?.some((own) => jsonEqual(own, toleration))) continue;
    spec.tolerations = [...(spec.tolerations ?? []), { ...toleration }];
  }
}
