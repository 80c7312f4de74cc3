/** The scale subresource of a custom resource: an autoscaling/v1 Scale over the paths that the CRD names. */

import type { Subresource } from '#api/definition.ts';
import { newInternalError } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { Tree } from '#api/structural/schema.ts';
import { type JsonPath, parseJsonPath, setAt, valuesAt } from './json-path.ts';
import type { CustomVersion } from './json-schema.ts';

type ScalePaths = NonNullable<NonNullable<CustomVersion['subresources']>['scale']>;

interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: number };
}

export function scaleSubresource(paths: ScalePaths): Subresource<KubeObject> {
  const spec = pathOf(paths.specReplicasPath);
  const status = pathOf(paths.statusReplicasPath);
  const selector = pathOf(paths.labelSelectorPath ?? '');
  return {
    name: 'scale',
    type: 'view',
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    verbs: ['get', 'patch', 'update'],
    replicasPath: paths.specReplicasPath.replace(/^\./, '').split('.'),
    checkShown(object): void {
      if (numberAt(object, spec) === undefined)
        throw newInternalError(`the spec replicas field ${JSON.stringify(paths.specReplicasPath)} does not exist`);
    },
    read(object): KubeObject {
      const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
      const selected = paths.labelSelectorPath ? valuesAt(object, selector)[0] : undefined;
      const scale = {
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
        spec: { replicas: numberAt(object, spec) ?? 0 },
        status: {
          replicas: numberAt(object, status) ?? 0,
          ...(typeof selected === 'string' ? { selector: selected } : {}),
        },
      };
      return scale as KubeObject;
    },
    write(draft, view) {
      setAt(draft as Tree, spec, (view as Scale).spec?.replicas ?? 0);
    },
  };
}

function pathOf(text: string): JsonPath {
  return parseJsonPath(text) ?? [];
}

function numberAt(object: KubeObject, path: JsonPath): number | undefined {
  const [value] = valuesAt(object, path);
  return typeof value === 'number' ? value : undefined;
}
