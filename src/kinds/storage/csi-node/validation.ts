/** Rules of CSINodes: a driver's entry stays as it is, but for how many volumes it can take. */

import { child, duplicate, type FieldError, index, invalid, required } from '#api/field-error.ts';
import { checkFormat, checkNonNegative, immutableMessage } from '#api/field-rules.ts';
import { isQualifiedName } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { checkCsiDriverName } from '#kinds/core/pod/validation/volume-drivers.ts';
import type { CSINode, CSINodeDriver } from '#kinds/generated/storage-v1.ts';

/** Characters; the 192 of older CSI versions grown. */
const maxNodeID = 256;
const driversPath = 'spec.drivers';

export function validateCSINode({ spec }: CSINode): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  spec?.drivers?.forEach((driver, position) => {
    const path = index(driversPath, position);
    const { name, nodeID, allocatable } = driver;
    checkCsiDriverName(name, child(path, 'name'), errors);
    if (!nodeID) errors.push(required(child(path, 'nodeID')));
    else if (nodeID.length > maxNodeID) {
      errors.push(invalid(child(path, 'nodeID'), nodeID, `must be ${maxNodeID} characters or less`));
    }
    checkNonNegative(allocatable?.count, child(path, 'allocatable', 'count'), errors);
    if (names.has(name)) errors.push(duplicate(child(path, 'name'), name));
    names.add(name);
    checkTopologyKeys(driver, path, errors);
  });
  return errors;
}

function checkTopologyKeys({ topologyKeys = [] }: CSINodeDriver, path: string, errors: FieldError[]): void {
  topologyKeys.forEach((key, position) => {
    if (key === '') errors.push(required(path));
    if (topologyKeys.indexOf(key) < position) errors.push(duplicate(path, key));
    checkFormat(isQualifiedName, key, path, errors);
  });
}

export function validateCSINodeUpdate({ spec }: CSINode, old: CSINode): FieldError[] {
  const fixed = ({ allocatable: _allocatable, ...rest }: CSINodeDriver) => rest;
  return (spec?.drivers ?? []).flatMap((driver) => {
    const before = old.spec?.drivers?.find(({ name }) => name === driver.name);
    if (!before || semanticallyEqual(fixed(driver), fixed(before))) return [];
    // Upstream prints its internal type.
    const { name, nodeID, topologyKeys = null } = driver;
    const printed = { Name: name, NodeID: nodeID, TopologyKeys: topologyKeys, Allocatable: null };
    return [invalid(driversPath, printed, immutableMessage)];
  });
}
