/** Objects of a request as one of their kinds shows them. */

import type { KubeObject } from '#api/object.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { EquivalentResource } from './served-resources.ts';

/** Objects say what they are, wherever they came from. */
export async function shown(
  object: KubeObject | undefined,
  { kind }: Pick<AdmissionContext, 'kind'>,
  as: EquivalentResource | undefined,
): Promise<KubeObject | null> {
  if (!object) return null;
  const typed: KubeObject = { ...object, kind: kind.kind, apiVersion: apiVersionOf(kind) };
  return as ? { ...(await as.from(typed)), kind: as.kind.kind, apiVersion: apiVersionOf(as.kind) } : typed;
}

export function apiVersionOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The request goes on with the draft that it has: its content is exchanged. */
export function replaceContent(draft: object, next: object): void {
  const target = draft as Record<string, unknown>;
  for (const key of Object.keys(target)) delete target[key];
  Object.assign(target, next);
}

/** How refusals name the object of a request whose name may not be made yet (apiserver pkg/admission/errors.go). */
export function nameInErrors({ name, object }: Pick<AdmissionContext, 'name' | 'object'>): string {
  return name || object?.metadata?.name || object?.metadata?.generateName || 'Unknown';
}
