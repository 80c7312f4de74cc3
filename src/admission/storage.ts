/** DefaultStorageClass and StorageObjectInUseProtection: what claims and volumes get when they are made. */

import type { KubeObject } from '#api/object.ts';
import type { AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Draft } from '#base/edit.ts';
import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';

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
    admit: async ({ resource, subresource, object }) => {
      if (resource.group !== '' || resource.resource !== 'persistentvolumeclaims' || subresource !== '') return;
      const claim = object as Draft<PersistentVolumeClaim>;
      if (!claim.spec || claim.spec.storageClassName !== undefined || claim.metadata?.annotations?.[classAnnotation])
        return;
      await objects.load(storageClasses);
      const defaults = [...objects.list(storageClasses)].filter(({ metadata }) =>
        defaultAnnotations.some((name) => metadata?.annotations?.[name] === 'true'),
      );
      const newestFirst = (a: KubeObject, b: KubeObject) =>
        (b.metadata?.creationTimestamp ?? '').localeCompare(a.metadata?.creationTimestamp ?? '') ||
        (a.metadata?.name ?? '').localeCompare(b.metadata?.name ?? '');
      const [chosen] = defaults.sort(newestFirst);
      if (chosen?.metadata?.name) claim.spec.storageClassName = chosen.metadata.name;
    },
  };
}

const protection: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
};

/** A finalizer that the protection controllers take off when nothing uses the object. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: (operation) => operation === 'CREATE',
  admit: ({ resource, subresource, object }) => {
    const finalizer = resource.group === '' && subresource === '' ? protection[resource.resource] : undefined;
    if (!finalizer || !object || object.metadata?.finalizers?.includes(finalizer)) return;
    object.metadata = { ...object.metadata, finalizers: [...(object.metadata?.finalizers ?? []), finalizer] };
  },
};
