/** What a pod refers to in its namespace: a node may read it for the pods that it runs (upstream: pkg/api/v1/pod VisitPodSecretNames and others). */

import type { Container, PersistentVolume, Pod, Volume } from '#kinds/generated/core-v1.ts';

/** Marks what a kubelet shows of pods that it runs by itself. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

export function isMirrorPod({ metadata }: Pod): boolean {
  return metadata?.annotations?.[mirrorAnnotation] !== undefined;
}

export function secretNames({ spec }: Pod): readonly string[] {
  if (!spec) return [];
  return present([
    ...(spec.imagePullSecrets ?? []).map(({ name }) => name),
    ...containersOf(spec).flatMap(({ env = [], envFrom = [] }) => [
      ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
      ...envFrom.map(({ secretRef }) => secretRef?.name),
    ]),
    ...(spec.volumes ?? []).flatMap(volumeSecrets),
  ]);
}

export function configMapNames({ spec }: Pod): readonly string[] {
  if (!spec) return [];
  return present([
    ...containersOf(spec).flatMap(({ env = [], envFrom = [] }) => [
      ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
      ...envFrom.map(({ configMapRef }) => configMapRef?.name),
    ]),
    ...(spec.volumes ?? []).flatMap(({ configMap, projected }) => [
      configMap?.name,
      ...(projected?.sources ?? []).map((source) => source.configMap?.name),
    ]),
  ]);
}

export function claimNames({ spec, metadata }: Pod): readonly string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata?.name}-${name}`] : [];
  });
}

/** Claims of devices: those that the pod names, and what was made for it from templates and for resources that devices stand for. */
export function deviceClaimNames({ spec, status }: Pod): readonly string[] {
  const made = new Map(status?.resourceClaimStatuses?.map(({ name, resourceClaimName }) => [name, resourceClaimName]));
  return present([
    ...(spec?.resourceClaims ?? []).map(({ name, resourceClaimName }) => resourceClaimName ?? made.get(name)),
    status?.extendedResourceClaimStatus?.resourceClaimName,
  ]);
}

/** Secrets that a kubelet needs to mount the volume, with their namespaces. */
export function volumeSecretsOf({ spec }: PersistentVolume): readonly { namespace: string; name: string }[] {
  if (!spec) return [];
  const claimed = spec.claimRef?.namespace ?? '';
  const { azureFile, csi } = spec;
  const plain = [spec.cephfs?.secretRef, spec.cinder?.secretRef, spec.flexVolume?.secretRef];
  const more = [spec.rbd?.secretRef, spec.scaleIO?.secretRef, spec.iscsi?.secretRef, spec.storageos?.secretRef];
  const ofCsi = [csi?.nodePublishSecretRef, csi?.nodeStageSecretRef, csi?.nodeExpandSecretRef];
  const found = [...plain, ...more, ...ofCsi].flatMap((reference) =>
    reference?.name ? [{ namespace: reference.namespace || claimed, name: reference.name }] : [],
  );
  const ofAzure = azureFile?.secretName
    ? [{ namespace: azureFile.secretNamespace || claimed, name: azureFile.secretName }]
    : [];
  return [...found, ...ofAzure];
}

/** What of the API a pod refers to, in the words of upstream (pkg/api/pod HasAPIObjectReference); undefined for nothing. */
export function referredTo(pod: Pod): string | undefined {
  const { spec } = pod;
  if (!spec) return undefined;
  if (spec.serviceAccountName) return 'serviceaccounts';
  if (secretNames(pod).length > 0) return 'secrets';
  if (configMapNames(pod).length > 0) return 'configmaps';
  if ((spec.resourceClaims ?? []).length > 0) return 'resourceclaims';
  for (const volume of spec.volumes ?? []) {
    const found = referredToBy(volume);
    if (found !== undefined) return found;
  }
  return undefined;
}

function referredToBy({ configMap, secret, csi, glusterfs, ...volume }: Volume): string | undefined {
  if (configMap) return 'configmaps (via configmap volumes)';
  if (secret) return 'secrets (via secret volumes)';
  if (csi) return 'csidrivers (via CSI volumes)';
  if (glusterfs) return 'endpoints (via glusterFS volumes)';
  if (volume.persistentVolumeClaim) return 'persistentvolumeclaims';
  if (volume.ephemeral) return 'persistentvolumeclaims (via ephemeral volumes)';
  if (volume.azureFile) return 'secrets (via azureFile volumes)';
  for (const source of volume.projected?.sources ?? []) {
    if (source.configMap) return 'configmaps (via projected volumes)';
    if (source.secret) return 'secrets (via projected volumes)';
    if (source.serviceAccountToken) return 'serviceaccounts (via projected volumes)';
    if (source.clusterTrustBundle) return 'clustertrustbundles';
    if (source.podCertificate) return 'podcertificates';
  }
  return undefined;
}

function containersOf(spec: NonNullable<Pod['spec']>): readonly Pick<Container, 'env' | 'envFrom'>[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

function volumeSecrets(volume: Volume): readonly (string | undefined)[] {
  return [
    volume.azureFile?.secretName,
    volume.cephfs?.secretRef?.name,
    volume.cinder?.secretRef?.name,
    volume.flexVolume?.secretRef?.name,
    ...(volume.projected?.sources ?? []).map(({ secret }) => secret?.name),
    volume.rbd?.secretRef?.name,
    volume.secret?.secretName,
    volume.scaleIO?.secretRef?.name,
    volume.iscsi?.secretRef?.name,
    volume.storageos?.secretRef?.name,
    volume.csi?.nodePublishSecretRef?.name,
  ];
}

function present(names: readonly (string | undefined)[]): readonly string[] {
  return names.filter((name) => name !== undefined && name !== '') as readonly string[];
}
