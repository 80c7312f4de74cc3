/** Validation of metadata, the same for every kind (apimachinery api/validation/objectmeta.go). */

import { child, type FieldError, forbidden, index, invalid, required, tooLong } from './field-error.ts';
import { checkFieldManager, isPlainFieldManager } from './field-manager.ts';
import { immutableMessage } from './field-rules.ts';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from './generated/meta-v1.ts';
import { checkAnnotations, checkLabels, utf8Length } from './label-rules.ts';
import {
  isDNS1123Label,
  isPathSegmentName,
  isPathSegmentPrefix,
  isQualifiedName,
  type ObjectNameRule,
  subdomainName,
} from './name-format.ts';

export function validateObjectMeta(
  meta: ObjectMeta,
  namespaced: boolean,
  nameRule: ObjectNameRule | undefined,
  plainFinalizers = false,
): FieldError[] {
  const path = 'metadata';
  const rule = nameRule ?? subdomainName;
  const errors: FieldError[] = [];
  if (meta.generateName) {
    for (const message of rule(meta.generateName, true)) {
      errors.push(invalid(child(path, 'generateName'), meta.generateName, message));
    }
  }
  if (!meta.name) errors.push(required(child(path, 'name'), 'name or generateName is required'));
  else for (const message of rule(meta.name, false)) errors.push(invalid(child(path, 'name'), meta.name, message));
  if (namespaced) {
    if (!meta.namespace) errors.push(required(child(path, 'namespace')));
    else {
      for (const message of isDNS1123Label(meta.namespace)) {
        errors.push(invalid(child(path, 'namespace'), meta.namespace, message));
      }
    }
  } else if (meta.namespace) errors.push(forbidden(child(path, 'namespace'), 'not allowed on this type'));
  if ((meta.generation ?? 0) < 0) {
    errors.push(invalid(child(path, 'generation'), meta.generation, 'must be greater than or equal to 0'));
  }
  validateCommon(meta, path, plainFinalizers, errors);
  return errors;
}

/** What names of every kind have to be, whatever else their kind asks: it is told when nothing else is wrong. */
export function validateNameInPaths({ name = '', generateName = '' }: ObjectMeta): FieldError[] {
  return [
    ...isPathSegmentPrefix(generateName).map((message) => invalid('metadata.generateName', generateName, message)),
    ...isPathSegmentName(name).map((message) => invalid('metadata.name', name, message)),
  ];
}

/** Labels and annotations are all that the metadata of a template for claims may have. */
export function checkTemplateMetadata(meta: ObjectMeta, path: string, errors: FieldError[]): void {
  checkAnnotations(meta.annotations, child(path, 'annotations'), errors);
  checkLabels(meta.labels, child(path, 'labels'), errors);
  for (const field of fieldsOfNoTemplate) {
    if (isUnset(field, meta[field])) continue;
    // As upstream makes names of Go's: the first letter small.
    errors.push(forbidden(child(path, field === 'uid' ? 'uID' : field), 'cannot be set'));
  }
}

const fieldsOfNoTemplate = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const satisfies readonly (keyof ObjectMeta)[];

/** Go's zero; the grace period is a pointer, so that 0 is something. */
function isUnset(field: keyof ObjectMeta, value: unknown): boolean {
  return value === undefined || value === null || value === '' || (value === 0 && field === 'generation');
}

/** `nameRule`: of kinds that judge names again. */
export function validateObjectMetaUpdate(
  meta: ObjectMeta,
  old: ObjectMeta,
  nameRule: ObjectNameRule | undefined,
  plainFinalizers = false,
): FieldError[] {
  const path = 'metadata';
  const errors: FieldError[] = [];
  if (meta.generateName) {
    for (const message of [...isPathSegmentPrefix(meta.generateName), ...(nameRule?.(meta.generateName, true) ?? [])])
      errors.push(invalid(child(path, 'generateName'), meta.generateName, message));
  }
  if (old.deletionTimestamp) {
    const extra = (meta.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer)).sort();
    if (extra.length > 0) {
      const list = `[]string{${extra.map((item) => JSON.stringify(item)).join(', ')}}`;
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      errors.push(forbidden(child(path, 'finalizers'), detail));
    }
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalid(child(path, 'generation'), meta.generation ?? 0, 'must not be decremented'));
  }
  for (const field of immutableFields) {
    if ((meta[field] ?? '') !== (old[field] ?? '')) {
      errors.push(invalid(child(path, field), meta[field] ?? (isText(field) ? '' : null), immutableMessage));
    }
  }
  validateCommon(meta, path, plainFinalizers, errors);
  return errors;
}

const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function isText(field: (typeof immutableFields)[number]): boolean {
  return field === 'name' || field === 'namespace' || field === 'uid';
}

function validateCommon(meta: ObjectMeta, path: string, plainFinalizers: boolean, errors: FieldError[]): void {
  if (meta.labels) checkLabels(meta.labels, child(path, 'labels'), errors);
  if (meta.annotations) checkAnnotations(meta.annotations, child(path, 'annotations'), errors);
  if (meta.ownerReferences) {
    for (const error of validateOwnerReferences(meta.ownerReferences, child(path, 'ownerReferences')))
      errors.push(error);
  }
  if (meta.managedFields)
    for (const error of validateManagedFields(meta.managedFields, child(path, 'managedFields'))) errors.push(error);
  if (meta.finalizers)
    for (const error of validateFinalizers(meta.finalizers, plainFinalizers, child(path, 'finalizers')))
      errors.push(error);
}

function validateOwnerReferences(references: readonly OwnerReference[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  let controller = '';
  for (const reference of references) {
    const { group, version } = readApiVersion(reference.apiVersion);
    if (!version) errors.push(invalid(child(path, 'apiVersion'), reference.apiVersion, 'version must not be empty'));
    for (const field of ['kind', 'name', 'uid'] as const) {
      if (!reference[field]) errors.push(invalid(child(path, field), reference[field], 'must not be empty'));
    }
    if (group === '' && version === 'v1' && reference.kind === 'Event') {
      errors.push(invalid(path, reference, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (!reference.controller) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (controller === '') controller = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid(path, references, detail));
    }
  }
  return errors;
}

/** Neither of what has more than one slash. */
function readApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const [first = '', second, ...more] = apiVersion.split('/');
  if (more.length > 0) return { group: '', version: '' };
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

/** Finalizers that need no domain. */
const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function validateFinalizers(finalizers: readonly string[], plain: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of finalizers) {
    for (const message of isQualifiedName(finalizer)) errors.push(invalid(path, finalizer, message));
  }
  finalizers.forEach((finalizer, position) => {
    if (plain || finalizer.includes('/') || standardFinalizers.has(finalizer)) return;
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid(index(path, position), finalizer, detail));
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

/** Bytes. */
const maxSubresourceLength = 256;

function validateManagedFields(entries: readonly ManagedFieldsEntry[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  entries.forEach((entry, position) => {
    if (isSound(entry)) return;
    const at = index(path, position);
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      errors.push(invalid(child(at, 'operation'), entry.operation ?? '', 'must be `Apply` or `Update`'));
    }
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') {
      errors.push(invalid(child(at, 'fieldsType'), entry.fieldsType, 'must be `FieldsV1`'));
    }
    checkFieldManager(entry.manager ?? '', child(at, 'manager'), errors);
    if (utf8Length(entry.subresource ?? '') > maxSubresourceLength)
      errors.push(tooLong(child(at, 'subresource'), maxSubresourceLength));
  });
  return errors;
}

/** As nearly all entries are, for which nothing has to be made. */
function isSound({ operation, fieldsType, manager = '', subresource = '' }: ManagedFieldsEntry): boolean {
  const isOperation = operation === 'Apply' || operation === 'Update';
  return isOperation && fieldsType === 'FieldsV1' && isPlainFieldManager(manager) && isPlainFieldManager(subresource);
}
