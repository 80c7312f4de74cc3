/**
 * Rules of the sources that pods' volumes and persistent volumes have in common: drivers that were once in Kubernetes' own tree,
 * and host paths. Where the persistent form asks for more, the difference is a parameter.
 */

import { child, entry, type FieldError, invalid, notSupported, required, tooLong } from '#api/field-error.ts';
import { checkFormat, checkOptionalWord, checkRequired, checkRequiredFormat } from '#api/field-rules.ts';
import { inclusiveRangeMessage, isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';
import { goQuote } from '#base/go-quote.ts';
import type {
  AzureDiskVolumeSource,
  AzureFilePersistentVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GlusterfsPersistentVolumeSource,
  HostPathVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  QuobyteVolumeSource,
  SecretReference,
  StorageOSPersistentVolumeSource,
} from '#kinds/generated/core-v1.ts';
import { checkNoBacksteps } from './paths.ts';

const hostPathTypes: ReadonlySet<string> = new Set([
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]);

export function checkHostPath({ path: file, type }: HostPathVolumeSource, path: string, errors: FieldError[]): void {
  if (!file) {
    errors.push(required(child(path, 'path')));
    return;
  }
  checkNoBacksteps(file, child(path, 'path'), errors);
  checkOptionalWord(type, hostPathTypes, child(path, 'type'), errors);
}

export function checkNfs({ server, path: file = '' }: NFSVolumeSource, path: string, errors: FieldError[]): void {
  checkRequired(server, child(path, 'server'), errors);
  checkRequired(file, child(path, 'path'), errors);
  if (!file.startsWith('/')) errors.push(invalid(child(path, 'path'), file, 'must be an absolute path'));
}

const iqn = /iqn\.\d{4}-\d{2}\.[a-zA-Z0-9\-.]+:[^,;*&$|\s]+$/;
const eui = /^eui.[a-zA-Z0-9]{16}$/;
const naa = /^naa.[a-zA-Z0-9]{32}$/;

/** Persistent volumes have their name in place of `volumeName`, and less helpful messages. */
export function checkIscsi(
  iscsi: ISCSIVolumeSource,
  path: string,
  errors: FieldError[],
  persistentVolumeName?: string,
): void {
  const isPersistent = persistentVolumeName !== undefined;
  const { targetPortal = '', iqn: name = '', lun = 0, initiatorName, secretRef } = iscsi;
  checkRequired(targetPortal, child(path, 'targetPortal'), errors);
  if (isPersistent && initiatorName !== undefined && `${persistentVolumeName}:${targetPortal}`.length > 64) {
    errors.push(invalid(child(path, 'targetportal'), targetPortal, initiatorTooLong));
  }
  if (name === '') errors.push(required(child(path, 'iqn')));
  else checkIscsiName(name, child(path, 'iqn'), isPersistent, errors);
  if (lun < 0 || lun > 255) errors.push(invalid(child(path, 'lun'), lun, inclusiveRangeMessage(0, 255)));
  if ((iscsi.chapAuthDiscovery || iscsi.chapAuthSession) && !secretRef) errors.push(required(child(path, 'secretRef')));
  if (isPersistent && secretRef) checkRequired(secretRef.name, child(path, 'secretRef', 'name'), errors);
  if (initiatorName !== undefined) {
    checkIscsiName(initiatorName, child(path, 'initiatorname'), isPersistent, errors);
  }
}

export const initiatorTooLong =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

function checkIscsiName(name: string, path: string, isPersistent: boolean, errors: FieldError[]): void {
  const form = name.startsWith('iqn') ? iqn : name.startsWith('eui') ? eui : name.startsWith('naa') ? naa : undefined;
  if (form?.test(name)) return;
  const hint = form || isPersistent ? '' : ' starting with iqn, eui, or naa';
  errors.push(invalid(path, name, `must be valid format${hint}`));
}

export function checkFibreChannel(
  { targetWWNs = [], wwids = [], lun }: FCVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  const at = child(path, 'targetWWNs');
  if (targetWWNs.length === 0 && wwids.length === 0) {
    errors.push(required(at, 'must specify either targetWWNs or wwids, but not both'));
  }
  if (targetWWNs.length === 0) return;
  if (wwids.length > 0) {
    errors.push(invalid(at, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously'));
  }
  const lunPath = child(path, 'lun');
  if (lun === undefined) errors.push(required(lunPath, 'lun is required if targetWWNs is specified'));
  else if (lun < 0 || lun > 255) errors.push(invalid(lunPath, lun, inclusiveRangeMessage(0, 255)));
}

/** Disks of GCE and AWS: an id, and a partition. */
export function checkDisk(
  idField: string,
  id: string | undefined,
  partition: number | undefined,
  path: string,
  errors: FieldError[],
): void {
  checkRequired(id, child(path, idField), errors);
  if (partition !== undefined && (partition < 0 || partition > 255)) {
    errors.push(invalid(child(path, 'partition'), partition, inclusiveRangeMessage(1, 255)));
  }
}

export function checkQuobyte(
  { registry = '', tenant = '', volume }: QuobyteVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  const detail = 'must be a host:port pair or multiple pairs separated by commas';
  if (registry === '') errors.push(required(child(path, 'registry'), detail));
  else if (tenant.length >= 65) {
    errors.push(required(child(path, 'tenant'), 'must be a UUID and may not exceed a length of 64 characters'));
  } else {
    for (const pair of registry.split(',')) {
      if (!isHostPort(pair)) errors.push(invalid(child(path, 'registry'), registry, detail));
    }
  }
  checkRequired(volume, child(path, 'volume'), errors);
}

/** 'host:port', '[v6]:port'; each part may be empty (net.SplitHostPort). */
function isHostPort(text: string): boolean {
  return /^(?:\[[^[\]]*\]|[^:[\]]*):[^:[\]]*$/.test(text);
}

export function checkGlusterfs(
  { endpoints, path: file, endpointsNamespace }: GlusterfsPersistentVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  checkRequired(endpoints, child(path, 'endpoints'), errors);
  checkRequired(file, child(path, 'path'), errors);
  if (endpointsNamespace === undefined) return;
  const at = child(path, 'endpointsNamespace');
  if (endpointsNamespace === '') {
    errors.push(invalid(at, '', 'if the endpointnamespace is set, it must be a valid namespace name'));
  } else checkFormat(isDNS1123Label, endpointsNamespace, at, errors);
}

export function checkFlocker(
  { datasetName = '', datasetUUID = '' }: FlockerVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  if (datasetName === '' && datasetUUID === '') {
    errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  }
  if (datasetName !== '' && datasetUUID !== '') {
    errors.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  }
  if (datasetName.includes('/')) {
    errors.push(invalid(child(path, 'datasetName'), datasetName, "must not contain '/'"));
  }
}

/** RBD and CephFS. */
export function checkMonitors(monitors: readonly string[] | undefined, path: string, errors: FieldError[]): void {
  if ((monitors ?? []).length === 0) errors.push(required(child(path, 'monitors')));
}

/** A secret by name; persistent volumes name its namespace too. */
export function checkSecretRef(
  reference: SecretReference | undefined,
  isPersistent: boolean,
  path: string,
  errors: FieldError[],
): void {
  if (!reference) return;
  checkRequired(reference.name, child(path, 'name'), errors);
  if (isPersistent) checkRequired(reference.namespace, child(path, 'namespace'), errors);
}

export function checkFlex(
  { driver, options }: { readonly driver?: string; readonly options?: Readonly<Record<string, string>> | undefined },
  path: string,
  errors: FieldError[],
): void {
  checkRequired(driver, child(path, 'driver'), errors);
  for (const key in options) {
    const namespace = `.${key.slice(0, key.includes('/') ? key.indexOf('/') : key.length).toLowerCase()}`;
    if (!namespace.endsWith('.kubernetes.io') && !namespace.endsWith('.k8s.io')) continue;
    errors.push(invalid(entry(child(path, 'options'), key), key, 'kubernetes.io and k8s.io namespaces are reserved'));
  }
}

export function checkAzureFile(
  { secretName, shareName, secretNamespace }: AzureFilePersistentVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  checkRequired(secretName, child(path, 'secretName'), errors);
  checkRequired(shareName, child(path, 'shareName'), errors);
  if (secretNamespace === '') errors.push(required(child(path, 'secretNamespace')));
}

const cachingModes: ReadonlySet<string> = new Set(['None', 'ReadOnly', 'ReadWrite']);
const diskKinds: ReadonlySet<string> = new Set(['Dedicated', 'Managed', 'Shared']);
const managedDisk = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const blobDisk = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

export function checkAzureDisk(
  { diskName, diskURI = '', cachingMode, kind }: AzureDiskVolumeSource,
  path: string,
  errors: FieldError[],
): void {
  const uriPath = child(path, 'diskURI');
  checkRequired(diskName, child(path, 'diskName'), errors);
  checkRequired(diskURI, uriPath, errors);
  checkOptionalWord(cachingMode, cachingModes, child(path, 'cachingMode'), errors);
  checkOptionalWord(kind, diskKinds, child(path, 'kind'), errors);
  if (kind === undefined) return;
  if (kind === 'Managed') {
    if (!diskURI.startsWith('/subscriptions/')) errors.push(notSupported(uriPath, diskURI, [managedDisk], goQuote));
  } else if (!diskURI.startsWith('https://')) errors.push(notSupported(uriPath, diskURI, [blobDisk], goQuote));
}

export function checkScaleIO(
  source: { readonly gateway?: string; readonly system?: string; readonly volumeName?: string | undefined },
  path: string,
  errors: FieldError[],
): void {
  for (const field of ['gateway', 'system', 'volumeName'] as const) {
    checkRequired(source[field], child(path, field), errors);
  }
}

export function checkStorageOS(
  { volumeName, volumeNamespace, secretRef }: StorageOSPersistentVolumeSource,
  isPersistent: boolean,
  path: string,
  errors: FieldError[],
): void {
  checkRequiredFormat(isDNS1123Label, volumeName, child(path, 'volumeName'), errors);
  if (volumeNamespace) checkFormat(isDNS1123Label, volumeNamespace, child(path, 'volumeNamespace'), errors);
  checkSecretRef(secretRef, isPersistent, child(path, 'secretRef'), errors);
}

/** A DNS name in any case, no longer than a label. */
export function checkCsiDriverName(driver: string | undefined, path: string, errors: FieldError[]): void {
  if (!driver) {
    errors.push(required(path));
    return;
  }
  if (driver.length > 63) errors.push(tooLong(path, 63));
  for (const message of isDNS1123Subdomain(driver.toLowerCase())) errors.push(invalid(path, driver, message));
}
