/** PodTopologyLabels: a pod carries zone and region of the node that it is bound to (KEP-4742). */

import type { KubeObject } from '#api/object.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { Binding, Pod } from '#kinds/generated/core-v1.ts';

const nodes: CollectionName = '/nodes';
const copied = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

export function podTopologyLabels(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'PodTopologyLabels',
    handles: (operation) => operation === 'CREATE',
    // The labels of a binding become those of its pod.
    admit: ({ kind, resource, subresource, object }) => {
      if (resource.group !== '' || !object) return undefined;
      const isBinding = kind.kind === 'Binding';
      if (!isBinding && (resource.resource !== 'pods' || subresource !== '')) return undefined;
      const node = isBinding ? targetNode(object as Binding) : (object as Pod).spec?.nodeName;
      return node ? copyLabels(objects, object, node) : undefined;
    },
  };
}

async function copyLabels(objects: LiveObjects, object: Draft<KubeObject>, node: string): Promise<void> {
  await objects.load(nodes);
  const labels = objects.get(nodes, '', node)?.metadata?.labels ?? {};
  const found = copied.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]]));
  if (found.length === 0) return;
  object.metadata = {
    ...object.metadata,
    labels: { ...object.metadata?.labels, ...(Object.fromEntries(found) as Record<string, string>) },
  };
}

function targetNode({ target }: Binding): string | undefined {
  return target.kind === 'Node' ? target.name : undefined;
}
