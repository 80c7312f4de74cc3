/** Warnings about persistent volumes (pkg/api/persistentvolume). */

import { index } from '#api/field-error.ts';
import type { PersistentVolume, PersistentVolumeSource } from '#kinds/generated/core-v1.ts';
import { nodeTermWarnings } from '../node/label-warnings.ts';

const deprecatedAnnotations = [
  ['volume.beta.kubernetes.io/storage-class', 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const;

const deprecatedSources: readonly (readonly [keyof PersistentVolumeSource, string, string])[] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

export function persistentVolumeWarnings({ metadata, spec = {} }: PersistentVolume): string[] {
  const warnings: string[] = [];
  for (const [key, message] of deprecatedAnnotations) {
    if (metadata?.annotations?.[key] !== undefined) warnings.push(`metadata.annotations[${key}]: ${message}`);
  }
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  }
  spec.nodeAffinity?.required?.nodeSelectorTerms?.forEach((term, position) => {
    warnings.push(...nodeTermWarnings(term, false, index('spec.nodeAffinity.required.nodeSelectorTerms', position)));
  });
  for (const [source, name, message] of deprecatedSources) {
    if (spec[source] !== undefined) warnings.push(`spec.${name}: ${message}`);
  }
  return warnings;
}
