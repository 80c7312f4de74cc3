/** How namespaces begin and end: the kubernetes finalizer holds one until its content is gone (pkg/registry/core/namespace). */

import type { Draft } from '#base/edit.ts';
import type { Namespace } from '#kinds/generated/core-v1.ts';

export const kubernetesFinalizer = 'kubernetes';

export function prepareNamespace(namespace: Draft<Namespace>): void {
  namespace.status = { phase: 'Active' };
  const finalizers = namespace.spec?.finalizers ?? [];
  if (!finalizers.includes(kubernetesFinalizer)) {
    namespace.spec = { ...namespace.spec, finalizers: [...finalizers, kubernetesFinalizer] };
  }
}

/** finalizers of the spec change only through /finalize. */
export function prepareNamespaceUpdate(
  namespace: Draft<Namespace>,
  old: Namespace,
  context: { readonly subresource: string },
): void {
  if (context.subresource === 'finalize') return;
  namespace.spec = { ...namespace.spec, finalizers: (old as Draft<Namespace>).spec?.finalizers };
}

export function terminateNamespace(namespace: Draft<Namespace>): void {
  namespace.status = { ...namespace.status, phase: 'Terminating' };
}

export function namespaceHasFinalizers(namespace: Namespace): boolean {
  return (namespace.spec?.finalizers ?? []).length > 0;
}
