/** Defaults of namespaces: the label that lets selectors name them. */

import type { Draft } from '#base/edit.ts';
import type { Namespace } from '#kinds/generated/core-v1.ts';

export const namespaceNameLabel = 'kubernetes.io/metadata.name';

export function defaultNamespace(namespace: Draft<Namespace>): void {
  const name = namespace.metadata?.name;
  if (name)
    namespace.metadata = {
      ...namespace.metadata,
      labels: { ...namespace.metadata?.labels, [namespaceNameLabel]: name },
    };
  namespace.status ??= {};
  namespace.status.phase ||= 'Active';
}
