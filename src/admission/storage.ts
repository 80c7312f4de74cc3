/**
 * DefaultStorageClass and StorageObjectInUseProtection: what claims, volumes and their classes get when they are made. PersistentVolumeClaimResize: which
 * claims may ask for more.
 */

import { newForbidden } from '#api/errors.ts';
import { compareQuantities } from '#api/quantity.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';
import { newestDefault } from './newest-default.ts';

const storageClasses: CollectionName = 'storage.k8s.io/storageclasses';
const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** The newest class that is marked as default goes to claims that ask for none. */
export function defaultStorageClass(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    handles: (operation) => operation === 'CREATE',
    admit: (context) =>
      concernsClaim(context) ? setClass(objects, context.object as Draft<PersistentVolumeClaim>) : undefined,
  };
}

function concernsClaim({ resource, subresource }: AdmissionContext): boolean {
  return resource.group === '' && resource.resource === 'persistentvolumeclaims' && subresource === '';
}

async function setClass(objects: LiveObjects, claim: Draft<PersistentVolumeClaim>): Promise<void> {
  if (!claim.spec || claim.spec.storageClassName !== undefined || claim.metadata?.annotations?.[classAnnotation])
    return;
  await objects.load(storageClasses);
  const chosen = newestDefault(objects.list(storageClasses), defaultAnnotations);
  if (chosen?.metadata?.name) claim.spec.storageClassName = chosen.metadata.name;
}

const protection: Readonly<Record<string, string>> = {
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  '/persistentvolumes': 'kubernetes.io/pv-protection',
  'storage.k8s.io/volumeattributesclasses': 'kubernetes.io/vac-protection',
};

/** A finalizer that the protection controllers take off when nothing uses the object. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: (operation) => operation === 'CREATE',
  admit: ({ resource, subresource, object }) => {
    const finalizer = subresource === '' ? protection[`${resource.group}/${resource.resource}`] : undefined;
    if (!finalizer || !object || object.metadata?.finalizers?.includes(finalizer)) return;
    object.metadata = { ...object.metadata, finalizers: [...(object.metadata?.finalizers ?? []), finalizer] };
  },
};

/** Bound claims grow when their class lets them. */
export function persistentVolumeClaimResize(objects: LiveObjects): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    handles: (operation) => operation === 'UPDATE',
    validate: (context) => (concernsClaim(context) ? checkGrowth(objects, context) : undefined),
  };
}

async function checkGrowth(
  objects: LiveObjects,
  { resource, object, oldObject, name }: AdmissionContext,
): Promise<void> {
  const claim = object as PersistentVolumeClaim;
  const old = oldObject as PersistentVolumeClaim;
  if (compareQuantities(requestOf(claim), requestOf(old)) <= 0) return;
  const refuse = (reason: string): Error => newForbidden({ group: '', resource: resource.resource }, name, reason);
  if (old.status?.phase !== 'Bound') throw refuse('Only bound persistent volume claims can be expanded');
  const className = classOf(claim);
  await objects.load(storageClasses);
  const storageClass = objects.get(storageClasses, '', className) as StorageClass | undefined;
  if (className === '' || className !== classOf(old) || !storageClass?.allowVolumeExpansion) {
    throw refuse(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  }
}

function requestOf({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.['storage'] ?? '0';
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata?.annotations?.[classAnnotation] ?? spec?.storageClassName ?? '';
}
