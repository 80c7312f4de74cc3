/**
 * Audiences that a kubelet may ask a pod's tokens for: those that the pod's volumes name, itself or by a CSI driver, and those that somebody
 * allows it (upstream: ServiceAccountNodeAudienceRestriction, KEP-4412).
 */

import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '#kinds/generated/core-v1.ts';
import type { CSIDriver } from '#kinds/generated/storage-v1.ts';

const claims: CollectionName = '/persistentvolumeclaims';
const volumes: CollectionName = '/persistentvolumes';
const drivers: CollectionName = 'storage.k8s.io/csidrivers';

export interface TokenAudiences {
  readonly objects: LiveObjects;
  /** Absent: nobody can allow more. */
  readonly authorize: Authorizer | undefined;
}

/** Why the audiences are refused; undefined when they are not. */
export async function checkAudience(
  { objects, authorize }: TokenAudiences,
  { user, namespace, name }: AdmissionContext,
  pod: Pod,
  audiences: readonly string[],
): Promise<string | undefined> {
  if (audiences.length > 1) return 'node may only request 0 or 1 audiences';
  const [audience = ''] = audiences;
  await objects.load(claims, volumes, drivers);
  for (const volume of pod.spec?.volumes ?? []) {
    const named = volume.projected?.sources?.some(
      ({ serviceAccountToken }) => serviceAccountToken && (serviceAccountToken.audience ?? '') === audience,
    );
    if (named || asksFor(objects, driverOf(objects, pod, volume), audience)) return undefined;
  }
  const verdict = await authorize?.({
    user,
    verb: 'request-serviceaccounts-token-audience',
    isResourceRequest: true,
    apiGroup: '',
    apiVersion: 'v1',
    resource: audience,
    subresource: '',
    namespace,
    name,
    path: '',
  });
  if (verdict?.decision === 'allow') return undefined;
  const fault = `audience "${audience}" not found in pod spec volume`;
  return `${fault}, ${user.username} is not authorized to request tokens for this audience`;
}

function driverOf(objects: LiveObjects, { metadata }: Pod, volume: Volume): string | undefined {
  if (volume.csi) return volume.csi.driver;
  const claimName = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${metadata?.name}-${volume.name}`);
  if (claimName === undefined) return undefined;
  const claim = objects.get(claims, metadata?.namespace ?? '', claimName) as PersistentVolumeClaim | undefined;
  const bound = objects.get(volumes, '', claim?.spec?.volumeName ?? '') as PersistentVolume | undefined;
  return bound?.spec?.csi?.driver;
}

function asksFor(objects: LiveObjects, name: string | undefined, audience: string): boolean {
  if (name === undefined) return false;
  const driver = objects.get(drivers, '', name) as CSIDriver | undefined;
  return driver?.spec.tokenRequests?.some((request) => request.audience === audience) === true;
}
