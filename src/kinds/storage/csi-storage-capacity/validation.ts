/** Rules of CSIStorageCapacities. */

import type { HookContext } from '#api/definition.ts';
import type { FieldError } from '#api/field-error.ts';
import { checkFormat, checkImmutable } from '#api/field-rules.ts';
import { checkLabelSelector, hasInvalidLabelValue } from '#api/label-rules.ts';
import { isDNS1123Subdomain } from '#api/name-format.ts';
import { printedSelector } from '#api/printed-struct.ts';
import { checkNonNegativeQuantity } from '#kinds/core/resource-names.ts';
import type { CSIStorageCapacity } from '#kinds/generated/storage-v1.ts';

export function validateCSIStorageCapacity(
  { nodeTopology, storageClassName, capacity }: CSIStorageCapacity,
  _context: HookContext,
  old?: CSIStorageCapacity,
): FieldError[] {
  const errors: FieldError[] = [];
  const allowInvalidValues = hasInvalidLabelValue(old?.nodeTopology);
  checkLabelSelector(nodeTopology, 'nodeTopology', errors, { allowInvalidValues });
  checkFormat(isDNS1123Subdomain, storageClassName ?? '', 'storageClassName', errors);
  if (capacity !== undefined) checkNonNegativeQuantity(capacity, 'capacity', errors);
  return errors;
}

export function validateCSIStorageCapacityUpdate(capacity: CSIStorageCapacity, old: CSIStorageCapacity): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(capacity.nodeTopology, old.nodeTopology, 'nodeTopology', errors, printedSelector);
  checkImmutable(capacity.storageClassName, old.storageClassName, 'storageClassName', errors);
  return errors;
}
