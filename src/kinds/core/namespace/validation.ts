/** Rules of namespaces: their finalizers, and the phase that goes with being deleted. */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, index, invalid } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isQualifiedName } from '#api/name-format.ts';
import type { Namespace } from '#kinds/generated/core-v1.ts';

const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const path = 'spec.finalizers';

/** Finalizers are looked at where they are written: on create, and by /finalize. */
export function validateNamespace({ spec }: Namespace, { subresource }: HookContext, old?: Namespace): FieldError[] {
  const errors: FieldError[] = [];
  if (old && subresource !== 'finalize') return errors;
  spec?.finalizers?.forEach((finalizer, position) => {
    const at = old ? index(path, position) : path;
    checkFormat(isQualifiedName, finalizer, at, errors);
    if (!finalizer.includes('/') && !standardFinalizers.has(finalizer)) {
      const detail = 'name is neither a standard finalizer name nor is it fully qualified';
      errors.push(invalid(at, finalizer, detail));
    }
  });
  return errors;
}

export function validateNamespaceStatusUpdate({ metadata, status }: Namespace): FieldError[] {
  const phase = status?.phase ?? '';
  if (!metadata?.deletionTimestamp) {
    if (phase === 'Active') return [];
    return [invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")];
  }
  if (phase === 'Terminating') return [];
  return [invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")];
}
