/** Rules of a pod's volumes: each has one source, which its own rule looks at. */

import { child, duplicate, type FieldError, forbidden, index, invalid, required } from '#api/field-error.ts';
import { checkFormat, checkRequired, checkWord } from '#api/field-rules.ts';
import type { ObjectMeta } from '#api/generated/meta-v1.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';
import { compareQuantities } from '#api/quantity.ts';
import type {
  ConfigMapVolumeSource,
  PodSpec,
  SecretVolumeSource,
  Volume,
  VolumeSource,
} from '#kinds/generated/core-v1.ts';
import { checkClaimTemplate } from '../../persistent-volume-claim/spec-rules.ts';
import { pullPolicies } from './containers.ts';
import { checkFileMode, checkLocalDescendingPath } from './paths.ts';
import { checkDownwardFile, checkItems, checkProjected } from './projected.ts';
import type { PodRules } from './rules.ts';
import {
  checkAzureDisk,
  checkAzureFile,
  checkCsiDriverName,
  checkDisk,
  checkFibreChannel,
  checkFlex,
  checkFlocker,
  checkGlusterfs,
  checkHostPath,
  checkIscsi,
  checkMonitors,
  checkNfs,
  checkQuobyte,
  checkScaleIO,
  checkSecretRef,
  checkStorageOS,
  initiatorTooLong,
} from './volume-drivers.ts';

type SourceName = keyof VolumeSource;

/** Returns the valid volumes by name. `meta` is that of a real pod: its name is part of its ephemeral claims' names. */
export function checkVolumes(
  spec: PodSpec,
  meta: ObjectMeta | undefined,
  rules: PodRules,
  path: string,
  errors: FieldError[],
): ReadonlyMap<string, Volume> {
  const podName = meta?.name ?? '';
  const valid = new Map<string, Volume>();
  spec.volumes?.forEach((volume, position) => {
    const at = index(path, position);
    const before = errors.length;
    checkSource(volume, podName, rules, at, errors);
    const { name } = volume;
    if (!name) errors.push(required(child(at, 'name')));
    else checkFormat(isDNS1123Label, name, child(at, 'name'), errors);
    if (valid.has(name)) errors.push(duplicate(child(at, 'name'), name));
    if (errors.length === before) valid.set(name, volume);
    const claimName = volume.persistentVolumeClaim?.claimName;
    const isCreatedByPod = (other: Volume): boolean => !!other.ephemeral && `${podName}-${other.name}` === claimName;
    if (claimName && podName !== '' && spec.volumes?.some(isCreatedByPod)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(child(at, 'persistentVolumeClaim', 'claimName'), claimName, detail));
    }
  });
  return valid;
}

/** The order in which upstream looks; the first source that is set counts, further ones are refused. */
const sourceNames: readonly SourceName[] = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
];

/** Upstream spells these two otherwise when it refuses them. */
const refusedAs: Partial<Record<SourceName, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

function checkSource(volume: Volume, podName: string, rules: PodRules, path: string, errors: FieldError[]): void {
  let found: SourceName | undefined;
  for (const name of sourceNames) {
    if (volume[name] === undefined) continue;
    if (found === undefined) {
      found = name;
      checkOne(volume, name, podName, rules, path, errors);
    } else errors.push(forbidden(child(path, refusedAs[name] ?? name), 'may not specify more than 1 volume type'));
    if (name === 'iscsi' && volume.iscsi?.initiatorName !== undefined) {
      if (`${volume.name}:${volume.iscsi.targetPortal}`.length > 64) {
        errors.push(invalid(child(path, 'name'), volume.name, initiatorTooLong));
      }
    }
  }
  if (found === undefined) errors.push(required(path, 'must specify a volume type'));
}

function checkOne(
  volume: Volume,
  source: SourceName,
  podName: string,
  rules: PodRules,
  path: string,
  errors: FieldError[],
): void {
  const at = child(path, source);
  switch (source) {
    case 'emptyDir': {
      const { sizeLimit } = volume.emptyDir ?? {};
      if (sizeLimit !== undefined && compareQuantities(sizeLimit, '0') < 0) {
        errors.push(forbidden(child(at, 'sizeLimit'), 'SizeLimit field must be a valid resource quantity'));
      }
      return;
    }
    case 'hostPath':
      if (volume.hostPath) checkHostPath(volume.hostPath, at, errors);
      return;
    case 'gitRepo':
      checkRequired(volume.gitRepo?.repository, child(at, 'repository'), errors);
      checkLocalDescendingPath(volume.gitRepo?.directory ?? '', child(at, 'directory'), errors);
      return;
    case 'gcePersistentDisk': {
      const { pdName, partition } = volume.gcePersistentDisk ?? {};
      checkDisk('pdName', pdName, partition, child(path, 'persistentDisk'), errors);
      return;
    }
    case 'awsElasticBlockStore': {
      const { volumeID, partition } = volume.awsElasticBlockStore ?? {};
      checkDisk('volumeID', volumeID, partition, at, errors);
      return;
    }
    case 'secret':
      checkObjectVolume(volume.secret ?? {}, 'secretName', at, errors);
      return;
    case 'configMap':
      checkObjectVolume(volume.configMap ?? {}, 'name', at, errors);
      return;
    case 'nfs':
      if (volume.nfs) checkNfs(volume.nfs, at, errors);
      return;
    case 'iscsi':
      if (volume.iscsi) checkIscsi(volume.iscsi, at, errors);
      return;
    case 'glusterfs':
      if (volume.glusterfs) checkGlusterfs(volume.glusterfs, at, errors);
      return;
    case 'flocker':
      if (volume.flocker) checkFlocker(volume.flocker, at, errors);
      return;
    case 'persistentVolumeClaim':
      checkRequired(volume.persistentVolumeClaim?.claimName, child(at, 'claimName'), errors);
      return;
    case 'rbd':
      checkMonitors(volume.rbd?.monitors, at, errors);
      checkRequired(volume.rbd?.image, child(at, 'image'), errors);
      return;
    case 'cinder':
      checkRequired(volume.cinder?.volumeID, child(at, 'volumeID'), errors);
      checkSecretRef(volume.cinder?.secretRef, false, child(at, 'secretRef'), errors);
      return;
    case 'cephfs':
      checkMonitors(volume.cephfs?.monitors, at, errors);
      return;
    case 'quobyte':
      if (volume.quobyte) checkQuobyte(volume.quobyte, at, errors);
      return;
    case 'downwardAPI':
      checkFileMode(volume.downwardAPI?.defaultMode, child(at, 'defaultMode'), errors);
      for (const file of volume.downwardAPI?.items ?? []) checkDownwardFile(file, at, errors);
      return;
    case 'fc':
      if (volume.fc) checkFibreChannel(volume.fc, at, errors);
      return;
    case 'flexVolume':
      if (volume.flexVolume) checkFlex(volume.flexVolume, at, errors);
      return;
    case 'azureFile':
      if (volume.azureFile) checkAzureFile(volume.azureFile, at, errors);
      return;
    case 'vsphereVolume':
      checkRequired(volume.vsphereVolume?.volumePath, child(at, 'volumePath'), errors);
      return;
    case 'photonPersistentDisk':
      checkRequired(volume.photonPersistentDisk?.pdID, child(at, 'pdID'), errors);
      return;
    case 'portworxVolume':
      checkRequired(volume.portworxVolume?.volumeID, child(at, 'volumeID'), errors);
      return;
    case 'azureDisk':
      if (volume.azureDisk) checkAzureDisk(volume.azureDisk, at, errors);
      return;
    case 'storageos':
      if (volume.storageos) checkStorageOS(volume.storageos, false, at, errors);
      return;
    case 'projected':
      if (volume.projected) checkProjected(volume.projected, rules, at, errors);
      return;
    case 'scaleIO':
      if (volume.scaleIO) checkScaleIO(volume.scaleIO, at, errors);
      return;
    case 'csi':
      checkInlineCsi(volume, at, errors);
      return;
    case 'ephemeral':
      checkEphemeral(volume, podName, path, errors);
      return;
    case 'image':
      if (rules.isPod) checkRequired(volume.image?.reference, child(at, 'reference'), errors);
      checkWord(volume.image?.pullPolicy, pullPolicies, child(at, 'pullPolicy'), errors);
  }
}

function checkObjectVolume(
  source: SecretVolumeSource & ConfigMapVolumeSource,
  nameField: 'name' | 'secretName',
  path: string,
  errors: FieldError[],
): void {
  checkRequired(source[nameField], child(path, nameField), errors);
  checkFileMode(source.defaultMode, child(path, 'defaultMode'), errors);
  checkItems(source.items, child(path, 'items'), errors);
}

function checkInlineCsi({ csi }: Volume, path: string, errors: FieldError[]): void {
  checkCsiDriverName(csi?.driver, child(path, 'driver'), errors);
  if (!csi?.nodePublishSecretRef) return;
  const { name } = csi.nodePublishSecretRef;
  if (!name) errors.push(required(child(path, 'nodePublishSecretRef', 'name')));
  else checkFormat(isDNS1123Subdomain, name, child(path, 'name'), errors);
}

function checkEphemeral({ name, ephemeral }: Volume, podName: string, path: string, errors: FieldError[]): void {
  const templatePath = child(path, 'ephemeral', 'volumeClaimTemplate');
  if (!ephemeral?.volumeClaimTemplate) errors.push(required(templatePath));
  else checkClaimTemplate(ephemeral.volumeClaimTemplate, templatePath, errors);
  if (podName === '' || !name) return;
  const claimName = `${podName}-${name}`;
  for (const message of isDNS1123Subdomain(claimName)) {
    errors.push(invalid(child(path, 'name'), name, `PVC name ${JSON.stringify(claimName)}: ${message}`));
  }
}
