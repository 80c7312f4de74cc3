/** How plugins refuse, as upstream's admission.NewForbidden words it. */

import { newForbidden, type StatusError } from '#api/errors.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { Draft } from '#base/edit.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';

/** An object whose name is not made yet is called by what its name is made of. */
export function refused({ resource, name, object }: AdmissionContext, reason: string): StatusError {
  const { name: own, generateName } = object?.metadata ?? {};
  const called = name || own || generateName || 'Unknown';
  return newForbidden({ group: resource.group, resource: resource.resource }, called, reason);
}

/** The pod that is written, itself and none of its subresources. */
export function podOf({ resource, subresource, object }: AdmissionContext): Draft<Pod> | undefined {
  if (resource.group !== '' || resource.resource !== 'pods' || subresource !== '') return undefined;
  return object as Draft<Pod> | undefined;
}
