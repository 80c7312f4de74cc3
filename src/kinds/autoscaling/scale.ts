/** Scale: the view of autoscaling/v1 on whatever counts replicas (subresource `scale`). */

import type { Subresource } from '#api/definition.ts';
import { invalid } from '#api/field-error.ts';
import type { LabelSelector } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { validateObjectMeta } from '#api/object-meta-rules.ts';
import type { Scale } from '#kinds/generated/autoscaling-v1.ts';

/** What Scale needs of a kind. */
interface Scalable extends KubeObject {
  readonly spec?: { readonly replicas?: number | undefined } | undefined;
  readonly status?: { readonly replicas?: number | undefined } | undefined;
}

/** `selectorOf` gives the label selector of the object's pods in its text form. */
export function scaleSubresource<T extends Scalable>(selectorOf: (object: T) => string): Subresource<T> {
  return {
    name: 'scale',
    type: 'view',
    kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
    verbs: ['get', 'patch', 'update'],
    replicasPath: ['spec', 'replicas'],
    read: (object): Scale => {
      const { metadata } = object;
      return {
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        metadata: {
          name: metadata?.name,
          namespace: metadata?.namespace,
          uid: metadata?.uid,
          resourceVersion: metadata?.resourceVersion,
          creationTimestamp: metadata?.creationTimestamp,
        },
        spec: { replicas: object.spec?.replicas ?? 0 },
        status: { replicas: object.status?.replicas ?? 0, selector: selectorOf(object) },
      };
    },
    validate: (view) => {
      const { replicas = 0 } = (view as Scale).spec ?? {};
      // What a client says of managers was taken out before (it may be that there shall be none).
      const { managedFields: _, ...metadata } = view.metadata ?? {};
      const errors = validateObjectMeta(metadata, true, undefined);
      if (replicas < 0) errors.push(invalid('spec.replicas', replicas, 'must be greater than or equal to 0'));
      return errors;
    },
    write: (draft, view) => {
      // Draft<T> of an open T shows no fields; Scalable is what T has at least.
      const { spec } = draft as { spec?: { replicas?: number | undefined } };
      if (spec) spec.replicas = (view as Scale).spec?.replicas ?? 0;
    },
  };
}

/** 'app=web,tier in (a,b)' as upstream prints selectors: requirements sorted by key. */
export function selectorToString(selector: LabelSelector | undefined): string {
  if (!selector) return '';
  const requirements: [string, string][] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => [
    key,
    `${key}=${value}`,
  ]);
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const list = `(${[...(values ?? [])].sort().join(',')})`;
    if (operator === 'In') requirements.push([key, `${key} in ${list}`]);
    else if (operator === 'NotIn') requirements.push([key, `${key} notin ${list}`]);
    else requirements.push([key, operator === 'Exists' ? key : `!${key}`]);
  }
  return requirements
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([, text]) => text)
    .join(',');
}

/** 'app=web,tier=front': a plain map of labels as a selector. */
export function labelsToString(labels: Readonly<Record<string, string>>): string {
  return selectorToString({ matchLabels: labels });
}
