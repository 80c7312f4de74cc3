/**
 * NodeDeclaredFeatureValidator: what an update asks of the node that the pod is on must be among the features that the node declares
 * (KEP-5328; component-helpers nodedeclaredfeatures).
 */

import { newForbidden } from '#api/errors.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Node, Pod, PodSpec } from '#kinds/generated/core-v1.ts';

const nodes: CollectionName = '/nodes';

export function nodeDeclaredFeatures(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'NodeDeclaredFeatureValidator',
    handles: (operation) => operation === 'UPDATE',
    validate: ({ resource, subresource, object, oldObject, name }) => {
      if (resource.group !== '' || resource.resource !== 'pods') return undefined;
      if (subresource !== '' && subresource !== 'resize') return undefined;
      const { spec, metadata } = object as Pod;
      const old = oldObject as Pod | undefined;
      // The generation moves with the spec.
      if (!spec?.nodeName || !old?.spec || old.metadata?.generation === metadata?.generation) return undefined;
      const needed = neededFeatures(old.spec, spec);
      return needed.length === 0 ? undefined : checkNode(objects, spec.nodeName, name, needed);
    },
  };
}

/** Sorted. Of the features that upstream knows, the others concern no update. */
function neededFeatures(old: PodSpec, spec: PodSpec): readonly string[] {
  const needed: string[] = [];
  if (!semanticallyEqual(old.resources ?? null, spec.resources ?? null)) {
    needed.push('InPlacePodLevelResourcesVerticalScaling');
  }
  const resizesInit = (old.initContainers ?? []).some(
    ({ restartPolicy, resources }, position) =>
      restartPolicy !== 'Always' && !semanticallyEqual(resources, spec.initContainers?.[position]?.resources),
  );
  if (resizesInit) needed.push('InPlacePodVerticalScalingInitContainers');
  return needed;
}

async function checkNode(
  objects: LiveObjects,
  nodeName: string,
  pod: string,
  needed: readonly string[],
): Promise<void> {
  await objects.load(nodes);
  const node = objects.get(nodes, '', nodeName) as Node | undefined;
  const resource = { group: '', resource: 'pods' };
  if (!node) throw newForbidden(resource, pod, `node ${JSON.stringify(nodeName)} not found`);
  const missing = needed.filter((feature) => !node.status?.declaredFeatures?.includes(feature));
  if (missing.length === 0) return;
  const text = `pod update requires features ${missing.join(', ')} which are not available on node ${JSON.stringify(nodeName)}`;
  throw newForbidden(resource, pod, text);
}
