/** Rules of claims' specs, of claims and of templates for claims. */

import { child, entry, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat, checkOptionalWord, notPositiveMessage } from '#api/field-rules.ts';
import { checkLabelSelector } from '#api/label-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';
import { checkTemplateMetadata } from '#api/object-meta-rules.ts';
import { compareQuantities } from '#api/quantity.ts';
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedObjectReference,
} from '#kinds/generated/core-v1.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const volumeModes: ReadonlySet<string> = new Set(['Block', 'Filesystem']);

/** What a stored claim may keep. */
export interface ClaimRules {
  readonly allowInvalidSelectorValues: boolean;
  readonly allowInvalidGroupOfSource: boolean;
}

export const newClaimRules: ClaimRules = { allowInvalidSelectorValues: false, allowInvalidGroupOfSource: false };

export function checkClaimSpec(
  spec: PersistentVolumeClaimSpec,
  path: string,
  errors: FieldError[],
  rules: ClaimRules = newClaimRules,
): void {
  const modesPath = child(path, 'accessModes');
  if ((spec.accessModes ?? []).length === 0) {
    errors.push(required(modesPath, 'at least 1 access mode is required'));
  }
  const { allowInvalidSelectorValues } = rules;
  checkLabelSelector(spec.selector, child(path, 'selector'), errors, {
    allowInvalidValues: allowInvalidSelectorValues,
  });
  checkAccessModes(spec.accessModes, modesPath, errors);
  checkSize(spec, entry(child(path, 'resources'), 'storage'), errors);
  const { storageClassName, volumeMode, dataSource, dataSourceRef, volumeAttributesClassName } = spec;
  if (storageClassName) checkFormat(isDNS1123Subdomain, storageClassName, child(path, 'storageClassName'), errors);
  checkOptionalWord(volumeMode, volumeModes, child(path, 'volumeMode'), errors);
  if (dataSource) checkDataSource(dataSource, rules, child(path, 'dataSource'), errors);
  if (dataSourceRef) {
    checkDataSource(dataSourceRef, rules, child(path, 'dataSourceRef'), errors);
    const { namespace } = dataSourceRef;
    if (namespace) checkFormat(isDNS1123Label, namespace, child(path, 'dataSourceRef', 'namespace'), errors);
  }
  if (dataSource && dataSourceRef) {
    // The value that upstream prints is its struct of a path, which is empty in JSON.
    if (dataSourceRef.namespace) {
      errors.push(invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified'));
    } else if (
      dataSource.apiGroup !== dataSourceRef.apiGroup ||
      dataSource.kind !== dataSourceRef.kind ||
      dataSource.name !== dataSourceRef.name
    ) {
      errors.push(invalid(path, {}, 'must match dataSourceRef'));
    }
  }
  if (volumeAttributesClassName) {
    checkFormat(isDNS1123Subdomain, volumeAttributesClassName, child(path, 'volumeAttributesClassName'), errors);
  }
}

export function checkClaimTemplate(
  { metadata = {}, spec }: PersistentVolumeClaimTemplate,
  path: string,
  errors: FieldError[],
): void {
  checkTemplateMetadata(metadata, child(path, 'metadata'), errors);
  checkClaimSpec(spec ?? {}, child(path, 'spec'), errors);
}

/** ReadWriteOncePod stands alone (KEP-2485). */
export function checkAccessModes(modes: readonly string[] | undefined, path: string, errors: FieldError[]): void {
  for (const mode of modes ?? []) {
    if (!accessModes.includes(mode)) errors.push(notSupported(path, mode, accessModes));
  }
  const others = modes?.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode));
  if (others && modes?.includes('ReadWriteOncePod')) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
}

function checkSize({ resources }: PersistentVolumeClaimSpec, path: string, errors: FieldError[]): void {
  const size = resources?.requests?.storage;
  if (size === undefined) errors.push(required(path));
  else if (compareQuantities(size, '0') <= 0) errors.push(invalid(path, size, notPositiveMessage));
}

function checkDataSource(
  { apiGroup = '', kind = '', name }: TypedObjectReference,
  { allowInvalidGroupOfSource }: ClaimRules,
  path: string,
  errors: FieldError[],
): void {
  if (!name) errors.push(required(child(path, 'name')));
  if (kind === '') errors.push(required(child(path, 'kind')));
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    errors.push(invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  if (apiGroup !== '' && !allowInvalidGroupOfSource) {
    checkFormat(isDNS1123Subdomain, apiGroup, child(path, 'apiGroup'), errors);
  }
}
