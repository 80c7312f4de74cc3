/** Rules of StorageClasses. */

import { child, duplicate, type FieldError, index, required } from '#api/field-error.ts';
import { checkImmutable, checkOptionalWord } from '#api/field-rules.ts';
import { checkLabelName } from '#api/label-rules.ts';
import { equalTrees } from '#base/equal.ts';
import { sortedTree } from '#base/sorted-tree.ts';
import type { TopologySelectorTerm } from '#kinds/generated/core-v1.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';
import { checkDriver, checkParameters } from '../parameter-rules.ts';

const reclaimPolicies: ReadonlySet<string> = new Set(['Delete', 'Retain']);
const bindingModes: ReadonlySet<string> = new Set(['Immediate', 'WaitForFirstConsumer']);

export function validateStorageClass(storageClass: StorageClass): FieldError[] {
  const errors: FieldError[] = [];
  checkDriver(storageClass.provisioner, 'provisioner', errors);
  checkParameters(storageClass.parameters, 'parameters', errors);
  checkOptionalWord(storageClass.reclaimPolicy || undefined, reclaimPolicies, 'reclaimPolicy', errors);
  if (storageClass.volumeBindingMode === undefined) errors.push(required('volumeBindingMode'));
  checkOptionalWord(storageClass.volumeBindingMode, bindingModes, 'volumeBindingMode', errors);
  checkTopologies(storageClass.allowedTopologies ?? [], 'allowedTopologies', errors);
  return errors;
}

function checkTopologies(terms: readonly TopologySelectorTerm[], path: string, errors: FieldError[]): void {
  const seen: Readonly<Record<string, readonly string[]>>[] = [];
  terms.forEach(({ matchLabelExpressions = [] }, position) => {
    const expressionsPath = child(index(path, position), 'matchLabelExpressions');
    const valuesByKey: Record<string, readonly string[]> = {};
    matchLabelExpressions.forEach(({ key, values = [] }, at) => {
      const requirementPath = index(expressionsPath, at);
      checkValues(values, child(requirementPath, 'values'), errors);
      checkLabelName(key, child(requirementPath, 'key'), errors);
      if (Object.hasOwn(valuesByKey, key)) errors.push(duplicate(child(requirementPath, 'key'), key));
      valuesByKey[key] = [...new Set(values)].sort();
    });
    // Upstream finds an empty term among those that it has not looked at yet.
    if (matchLabelExpressions.length === 0 || seen.some((other) => equalTrees(other, valuesByKey)))
      errors.push(duplicate(expressionsPath, ''));
    seen.push(valuesByKey);
  });
}

function checkValues(values: readonly string[], path: string, errors: FieldError[]): void {
  if (values.length === 0) errors.push(required(path));
  values.forEach((value, position) => {
    if (values.indexOf(value) < position) errors.push(duplicate(index(path, position), value));
  });
}

export function validateStorageClassUpdate(storageClass: StorageClass, old: StorageClass): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    checkImmutable(storageClass[field], old[field], field, errors, sortedTree);
  }
  return errors;
}
