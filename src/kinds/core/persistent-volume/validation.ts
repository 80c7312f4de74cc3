/** Rules of persistent volumes. Inline ones, in VolumeAttachments, are of CSI drivers only. */

import type { HookContext } from '#api/definition.ts';
import { child, entry, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import {
  checkFormat,
  checkImmutable,
  checkOptionalWord,
  checkRequired,
  checkRequiredFormat,
} from '#api/field-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain, isValidLabelValue } from '#api/name-format.ts';
import { optional, type PrintedShape, printedStruct } from '#api/printed-struct.ts';
import { quantityValue } from '#api/quantity.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { treeDiff } from '#api/tree-diff.ts';
import type {
  CSIPersistentVolumeSource,
  NodeSelector,
  PersistentVolume,
  PersistentVolumeSource,
  PersistentVolumeSpec,
} from '#kinds/generated/core-v1.ts';
import { checkAccessModes, volumeModes } from '../persistent-volume-claim/spec-rules.ts';
import { nodeSelector } from '../pod/printed-spec.ts';
import { checkNodeSelector } from '../pod/validation/affinity.ts';
import { checkNoBacksteps } from '../pod/validation/paths.ts';
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
} from '../pod/validation/volume-drivers.ts';
import { printedSource } from './printed-source.ts';

const reclaimPolicies: ReadonlySet<string> = new Set(['Delete', 'Recycle', 'Retain']);
const inline = 'in the context of inline volumes';

type SourceName = keyof PersistentVolumeSource;

/** In the order in which upstream looks. */
const sourceNames: readonly SourceName[] = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
];

export function validatePersistentVolume(
  { metadata, spec = {} }: PersistentVolume,
  _context: HookContext,
  old?: PersistentVolume,
): FieldError[] {
  const errors: FieldError[] = [];
  const allowInvalidValues = hasInvalidValue(old?.spec?.nodeAffinity?.required);
  checkPersistentVolumeSpec(spec, metadata?.name ?? '', 'spec', errors, { allowInvalidValues });
  return errors;
}

export interface VolumeSpecRules {
  /** The spec is part of a VolumeAttachment. */
  readonly isInline?: boolean;
  /** The stored node affinity has values that today's rule refuses. */
  readonly allowInvalidValues?: boolean;
}

export function checkPersistentVolumeSpec(
  spec: PersistentVolumeSpec,
  name: string,
  path: string,
  errors: FieldError[],
  { isInline = false, allowInvalidValues = false }: VolumeSpecRules = {},
): void {
  const { capacity = {}, accessModes = [], nodeAffinity, csi } = spec;
  if (isInline) checkInline(spec, path, errors);
  const modesPath = child(path, 'accessModes');
  if (accessModes.length === 0) errors.push(required(modesPath));
  checkAccessModes(accessModes, modesPath, errors);
  if (!isInline) checkCapacity(capacity, child(path, 'capacity'), errors);
  const policyPath = child(path, 'persistentVolumeReclaimPolicy');
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy) {
    if (!isInline) checkOptionalWord(policy, reclaimPolicies, policyPath, errors);
    else if (policy !== 'Retain') errors.push(forbidden(policyPath, `may only be Retain ${inline}`));
  }
  const affinityPath = child(path, 'nodeAffinity');
  if (nodeAffinity) {
    if (isInline) errors.push(forbidden(affinityPath, `may not be specified ${inline}`));
    else if (!nodeAffinity.required) {
      errors.push(required(child(affinityPath, 'required'), 'must specify required node constraints'));
    } else checkNodeSelector(nodeAffinity.required, allowInvalidValues, child(affinityPath, 'required'), errors);
  }
  checkSources(spec, name, path, errors);
  if (spec.hostPath && cleanPath(spec.hostPath.path ?? '') === '/' && policy === 'Recycle') {
    errors.push(forbidden(policyPath, "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (spec.storageClassName) {
    const at = child(path, 'storageClassName');
    if (isInline) errors.push(forbidden(at, `may not be specified ${inline}`));
    else checkFormat(isDNS1123Subdomain, spec.storageClassName, at, errors);
  }
  const modePath = child(path, 'volumeMode');
  if (!isInline) checkOptionalWord(spec.volumeMode, volumeModes, modePath, errors);
  else if (spec.volumeMode !== undefined && spec.volumeMode !== 'Filesystem') {
    errors.push(forbidden(modePath, `may not specify volumeMode other than Filesystem ${inline}`));
  }
  const attributesClass = spec.volumeAttributesClassName;
  if (attributesClass === undefined) return;
  const classPath = child(path, 'volumeAttributesClassName');
  if (attributesClass === '') errors.push(required(classPath, 'an empty string is disallowed'));
  else checkFormat(isDNS1123Subdomain, attributesClass, classPath, errors);
  if (!csi) errors.push(required(child(path, 'csi'), 'has to be specified when using volumeAttributesClassName'));
}

export function validatePersistentVolumeUpdate(
  { spec = {} }: PersistentVolume,
  { spec: old = {} }: PersistentVolume,
): FieldError[] {
  const errors: FieldError[] = [];
  const before = sourcesOf(old);
  // The secret for expansion may come later.
  const mayAddSecret = old.csi !== undefined && old.csi.controllerExpandSecretRef === undefined;
  const { controllerExpandSecretRef: _secret, ...csi } = spec.csi ?? { driver: '', volumeHandle: '' };
  const masked = mayAddSecret && spec.csi ? { ...spec, csi } : spec;
  const now = sourcesOf(masked);
  if (!semanticallyEqual(now, before)) {
    const detail = `spec.persistentvolumesource is immutable after creation\n${treeDiff(printedSource(old), printedSource(masked))}`;
    errors.push(forbidden('spec.persistentvolumesource', detail));
  }
  checkImmutable(spec.volumeMode, old.volumeMode, 'volumeMode', errors);
  if (
    old.nodeAffinity &&
    !semanticallyEqual(withStableLabels(old.nodeAffinity, spec.nodeAffinity), spec.nodeAffinity)
  ) {
    const detail = 'field is immutable, except for updating from beta label to GA';
    errors.push(
      invalid(
        'nodeAffinity',
        spec.nodeAffinity?.required && printedStruct(spec.nodeAffinity, volumeNodeAffinity),
        detail,
      ),
    );
  }
  if (old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

function checkInline({ claimRef, capacity, csi }: PersistentVolumeSpec, path: string, errors: FieldError[]): void {
  if (claimRef) errors.push(forbidden(child(path, 'claimRef'), `may not be specified ${inline}`));
  if (Object.keys(capacity ?? {}).length > 0) {
    errors.push(forbidden(child(path, 'capacity'), `may not be specified ${inline}`));
  }
  if (!csi) errors.push(required(child(path, 'csi'), `has to be specified ${inline}`));
}

function checkCapacity(capacity: Readonly<Record<string, string>>, path: string, errors: FieldError[]): void {
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required(path));
  if (capacity.storage === undefined || names.length > 1) errors.push(notSupported(path, capacity, ['storage']));
  for (const name of names) {
    const value = quantityValue(capacity[name] ?? '0');
    if (value < 0) errors.push(invalid(entry(path, name), value, 'must be a valid resource quantity'));
  }
}

function checkSources(spec: PersistentVolumeSpec, name: string, path: string, errors: FieldError[]): void {
  let found: SourceName | undefined;
  for (const source of sourceNames) {
    if (spec[source] === undefined) continue;
    // Upstream counts flexVolume without minding what came before.
    if (found === undefined || source === 'flexVolume') {
      found = source;
      checkSource(spec, source, name, path, errors);
      continue;
    }
    const field = source === 'cephfs' ? 'cephFS' : source;
    errors.push(forbidden(child(path, field), 'may not specify more than 1 volume type'));
  }
  if (found === undefined) errors.push(required(path, 'must specify a volume type'));
}

function checkSource(
  spec: PersistentVolumeSpec,
  source: SourceName,
  name: string,
  path: string,
  errors: FieldError[],
): void {
  const at = child(path, source);
  switch (source) {
    case 'hostPath':
      if (spec.hostPath) checkHostPath(spec.hostPath, at, errors);
      return;
    case 'gcePersistentDisk': {
      const { pdName, partition } = spec.gcePersistentDisk ?? {};
      checkDisk('pdName', pdName, partition, child(path, 'persistentDisk'), errors);
      return;
    }
    case 'awsElasticBlockStore': {
      const { volumeID, partition } = spec.awsElasticBlockStore ?? {};
      checkDisk('volumeID', volumeID, partition, at, errors);
      return;
    }
    case 'glusterfs':
      if (spec.glusterfs) checkGlusterfs(spec.glusterfs, at, errors);
      return;
    case 'flocker':
      if (spec.flocker) checkFlocker(spec.flocker, at, errors);
      return;
    case 'nfs':
      if (spec.nfs) checkNfs(spec.nfs, at, errors);
      return;
    case 'rbd':
      checkMonitors(spec.rbd?.monitors, at, errors);
      checkRequired(spec.rbd?.image, child(at, 'image'), errors);
      return;
    case 'quobyte':
      if (spec.quobyte) checkQuobyte(spec.quobyte, at, errors);
      return;
    case 'cephfs':
      checkMonitors(spec.cephfs?.monitors, at, errors);
      return;
    case 'iscsi':
      if (spec.iscsi) checkIscsi(spec.iscsi, at, errors, name);
      return;
    case 'cinder':
      checkRequired(spec.cinder?.volumeID, child(at, 'volumeID'), errors);
      checkSecretRef(spec.cinder?.secretRef, true, child(at, 'secretRef'), errors);
      return;
    case 'fc':
      if (spec.fc) checkFibreChannel(spec.fc, at, errors);
      return;
    case 'flexVolume':
      if (spec.flexVolume) checkFlex(spec.flexVolume, at, errors);
      return;
    case 'azureFile':
      if (spec.azureFile) checkAzureFile(spec.azureFile, at, errors);
      return;
    case 'vsphereVolume':
      checkRequired(spec.vsphereVolume?.volumePath, child(at, 'volumePath'), errors);
      return;
    case 'photonPersistentDisk':
      checkRequired(spec.photonPersistentDisk?.pdID, child(at, 'pdID'), errors);
      return;
    case 'portworxVolume':
      checkRequired(spec.portworxVolume?.volumeID, child(at, 'volumeID'), errors);
      return;
    case 'azureDisk':
      if (spec.azureDisk) checkAzureDisk(spec.azureDisk, at, errors);
      return;
    case 'scaleIO':
      if (spec.scaleIO) checkScaleIO(spec.scaleIO, at, errors);
      return;
    case 'local':
      if (!spec.local?.path) errors.push(required(child(at, 'path')));
      else checkNoBacksteps(spec.local.path, child(at, 'path'), errors);
      if (!spec.nodeAffinity) {
        errors.push(required(child(path, 'nodeAffinity'), 'Local volume requires node affinity'));
      }
      return;
    case 'storageos':
      if (spec.storageos) checkStorageOS(spec.storageos, true, at, errors);
      return;
    case 'csi':
      if (spec.csi) checkCsi(spec.csi, at, errors);
  }
}

function checkCsi(csi: CSIPersistentVolumeSource, path: string, errors: FieldError[]): void {
  checkCsiDriverName(csi.driver, child(path, 'driver'), errors);
  checkRequired(csi.volumeHandle, child(path, 'volumeHandle'), errors);
  for (const field of [
    'controllerPublishSecretRef',
    'controllerExpandSecretRef',
    'nodePublishSecretRef',
    'nodeExpandSecretRef',
  ] as const) {
    const reference = csi[field];
    if (!reference) continue;
    checkRequiredFormat(isDNS1123Subdomain, reference.name, child(path, field, 'name'), errors);
    checkRequiredFormat(isDNS1123Label, reference.namespace, child(path, field, 'namespace'), errors);
  }
}

function sourcesOf(spec: PersistentVolumeSpec): Record<string, unknown> {
  return Object.fromEntries(sourceNames.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])));
}

/** Beta labels of nodes and what they are called now. */
const stableLabels: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['beta.kubernetes.io/os', 'kubernetes.io/os'],
  ['beta.kubernetes.io/arch', 'kubernetes.io/arch'],
  ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'],
]);

const volumeNodeAffinity: PrintedShape = { Required: optional(nodeSelector) };

type Affinity = NonNullable<PersistentVolumeSpec['nodeAffinity']>;

/** The old affinity with the keys that the new one has renamed. */
function withStableLabels(old: Affinity, now: Affinity | undefined): Affinity {
  return {
    ...old,
    required: old.required && {
      nodeSelectorTerms: old.required.nodeSelectorTerms?.map((term, termPosition) => ({
        ...term,
        matchExpressions: term.matchExpressions?.map((requirement, position) => {
          const next = now?.required?.nodeSelectorTerms?.[termPosition]?.matchExpressions?.[position]?.key;
          const stable = stableLabels.get(requirement.key);
          return stable !== undefined && stable === next ? { ...requirement, key: stable } : requirement;
        }),
      })),
    },
  };
}

function hasInvalidValue(selector: NodeSelector | undefined): boolean {
  return (selector?.nodeSelectorTerms ?? []).some(({ matchExpressions }) =>
    matchExpressions?.some(({ values }) => values?.some((value) => isValidLabelValue(value).length > 0)),
  );
}

/** '/a/../' is '/' (Go's path.Clean, as far as roots go). */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return path.startsWith('/') && parts.length === 0 ? '/' : path;
}
