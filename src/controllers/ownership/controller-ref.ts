/** The controller of an object: the one ownerReference with `controller: true` (meta/v1 GetControllerOf, NewControllerRef). */

import { apiVersionOf, type ResourceDefinition } from '#api/definition.ts';
import type { OwnerReference } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import type { Informer } from '#runtime/informer.ts';

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((reference) => reference.controller);
}

/** By uid: an owner that was deleted and created again under its name does not inherit. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && controller.uid === owner.metadata?.uid;
}

export function newControllerRef<T extends KubeObject>(definition: ResourceDefinition<T>, owner: T): OwnerReference {
  return {
    apiVersion: apiVersionOf(definition as unknown as ResourceDefinition),
    kind: definition.kind,
    name: owner.metadata?.name ?? '',
    uid: owner.metadata?.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

const index = 'controller';

/** Prepares an informer for `dependentsOf`. */
export function indexByController<T extends KubeObject>(informer: Informer<T>): Informer<T> {
  informer.addIndex(index, (object) => [controllerOf(object)?.uid ?? orphansOf(object.metadata?.namespace)]);
  return informer;
}

/** Objects in the cache whose controller is the owner (in no particular order). */
export function dependentsOf<T extends KubeObject>(informer: Informer<T>, owner: KubeObject): T[] {
  return informer.byIndex(index, owner.metadata?.uid ?? '');
}

/** Objects of a namespace that have no controller: candidates for adoption. */
export function orphansIn<T extends KubeObject>(informer: Informer<T>, namespace: string | undefined): T[] {
  return informer.byIndex(index, orphansOf(namespace));
}

/** Uids have no slash, so the two kinds of keys cannot meet. */
function orphansOf(namespace: string | undefined): string {
  return `orphans/${namespace ?? ''}`;
}
