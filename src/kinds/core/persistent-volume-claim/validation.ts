/** Rules of claims: the spec stays, except for its size, its attributes' class, and its volume once. */

import type { HookContext } from '#api/definition.ts';
import { child, entry, type FieldError, forbidden, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat, checkImmutable, immutableMessage } from '#api/field-rules.ts';
import { checkLabelSelector } from '#api/label-rules.ts';
import { isQualifiedName } from '#api/name-format.ts';
import { printedStruct } from '#api/printed-struct.ts';
import { compareQuantities, quantityValue } from '#api/quantity.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { treeDiff } from '#api/tree-diff.ts';
import { goQuote } from '#base/go-quote.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '#kinds/generated/core-v1.ts';
import { persistentVolumeClaimSpec } from '../pod/printed-volume.ts';
import { checkNonNegativeQuantity, isNativeResource } from '../resource-names.ts';
import { type ClaimRules, checkClaimSpec, newClaimRules } from './spec-rules.ts';

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const resizeStatuses = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort();

export function validatePersistentVolumeClaim(
  { spec = {} }: PersistentVolumeClaim,
  _context: HookContext,
  old?: PersistentVolumeClaim,
): FieldError[] {
  const errors: FieldError[] = [];
  checkClaimSpec(spec, 'spec', errors, rulesFor(old?.spec));
  return errors;
}

export function validatePersistentVolumeClaimUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): FieldError[] {
  const errors: FieldError[] = [];
  const { spec = {}, status } = claim;
  const before = old.spec ?? {};
  const isBound = status?.phase === 'Bound';
  const expected = {
    ...before,
    // The controller sets it once.
    volumeName: before.volumeName || spec.volumeName,
  };
  const masked = {
    ...spec,
    storageClassName: checkClass(claim, old, errors),
    ...(isBound ? { volumeAttributesClassName: before.volumeAttributesClassName } : {}),
    ...(isBound && spec.resources?.requests
      ? { resources: withStorage(spec.resources, before.resources?.requests?.storage) }
      : {}),
  };
  // A selector of nothing is one all the same.
  const hasSelector = spec.selector !== undefined;
  if (!semanticallyEqual(masked, expected) || hasSelector !== (before.selector !== undefined)) {
    const printed = (of: PersistentVolumeClaimSpec): unknown => printedStruct(of, persistentVolumeClaimSpec);
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbidden('spec', `${detail}\n${treeDiff(printed(expected), printed(masked))}`));
  }
  checkSmaller(spec, old, errors);
  checkImmutable(spec.volumeMode, before.volumeMode, 'volumeMode', errors);
  const attributesClass = spec.volumeAttributesClassName;
  if (
    attributesClass !== before.volumeAttributesClassName &&
    old.status?.currentVolumeAttributesClassName !== undefined
  ) {
    const detail = 'is forbidden when status.currentVolumeAttributesClassName is not nil';
    const at = 'spec.volumeAttributesClassName';
    if (attributesClass === undefined) errors.push(forbidden(at, `update to nil ${detail}`));
    else if (attributesClass === '') errors.push(forbidden(at, `update to empty string ${detail}`));
  }
  return errors;
}

export function validatePersistentVolumeClaimStatusUpdate({ spec, status = {} }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec?.accessModes ?? []).length === 0) errors.push(required('Spec.accessModes'));
  for (const [name, amount] of Object.entries(status.capacity ?? {})) {
    checkAmount(amount, entry('status.capacity', name), errors);
  }
  const statusesPath = 'status.allocatedResourceStatuses';
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    checkName(name, statusesPath, errors);
    if (!resizeStatuses.includes(state)) errors.push(notSupported(statusesPath, name, resizeStatuses));
  }
  const allocatedPath = 'status.allocatedResources';
  for (const [name, amount] of Object.entries(status.allocatedResources ?? {})) {
    const at = entry(allocatedPath, name);
    if (!checkName(name, allocatedPath, errors) || !checkAmount(amount, at, errors)) continue;
    checkNonNegativeQuantity(amount, at, errors);
  }
  return errors;
}

function rulesFor(old: PersistentVolumeClaimSpec | undefined): ClaimRules {
  if (!old) return newClaimRules;
  const faults: FieldError[] = [];
  checkLabelSelector(old.selector, '', faults);
  return {
    allowInvalidSelectorValues: faults.length > 0,
    allowInvalidGroupOfSource: old.dataSource?.apiGroup !== undefined || old.dataSourceRef?.apiGroup !== undefined,
  };
}

/** The class to compare with: it may be set where there was none, as the old annotation says if there is one. */
function checkClass(
  { metadata, spec }: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
  errors: FieldError[],
): string | undefined {
  const now = spec?.storageClassName;
  const before = old.spec?.storageClassName;
  const annotation = metadata?.annotations?.[classAnnotation];
  const oldAnnotation = old.metadata?.annotations?.[classAnnotation];
  const isSetNow = now !== undefined && before === undefined;
  if (isSetNow && oldAnnotation === now && (annotation === undefined || annotation === oldAnnotation)) return undefined;
  if ((annotation ?? '') !== (oldAnnotation ?? '')) {
    errors.push(invalid(child('metadata.annotations', classAnnotation), annotation ?? '', immutableMessage));
  }
  return isSetNow && (oldAnnotation === undefined || oldAnnotation === now) ? before : now;
}

function withStorage(resources: PersistentVolumeClaimSpec['resources'], storage: string | undefined) {
  return { ...resources, requests: { ...resources?.requests, ...(storage === undefined ? {} : { storage }) } };
}

/** A claim may take back a growth that failed, down to what it has (KEP-1790). */
function checkSmaller(
  { resources }: PersistentVolumeClaimSpec,
  { spec, status }: PersistentVolumeClaim,
  errors: FieldError[],
): void {
  const now = resources?.requests?.storage ?? '0';
  if (compareQuantities(now, spec?.resources?.requests?.storage ?? '0') >= 0) return;
  if (compareQuantities(now, status?.capacity?.storage ?? '0') > 0) return;
  errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
}

/** Of Kubernetes' own resources claims have storage only. False when the name is wrong. */
function checkName(name: string, path: string, errors: FieldError[]): boolean {
  const before = errors.length;
  checkFormat(isQualifiedName, name, path, errors);
  if (errors.length === before && isNativeResource(name) && name !== 'storage') {
    errors.push(notSupported(path, name, ['storage'], goQuote));
  }
  return errors.length === before;
}

function checkAmount(amount: string, path: string, errors: FieldError[]): boolean {
  const value = quantityValue(amount);
  if (value >= 0) return true;
  errors.push(invalid(path, value, 'must be a valid resource quantity'));
  return false;
}
