/** Rules of ResourceSlices: what a driver publishes about the devices of a pool. */

import { type FieldError, invalid, required } from '#api/field-error.ts';
import { checkFormat, checkImmutable, notPositiveMessage } from '#api/field-rules.ts';
import { isDNS1123Subdomain } from '#api/name-format.ts';
import { optional, type PrintedShape, printedStruct } from '#api/printed-struct.ts';
import { checkNodeSelector } from '#kinds/core/pod/validation/affinity.ts';
import type { Device, ResourceSlice, ResourceSliceSpec } from '#kinds/generated/resource-v1.ts';
import { checkSet } from '../list-rules.ts';
import { checkDriverName, checkPoolName } from '../name-rules.ts';
import { checkCounterSet, checkDevice } from './device.ts';

const requirement: PrintedShape = { Key: '', Operator: '', Values: null };
const printedTerm: PrintedShape = {
  MatchExpressions: optional(requirement),
  MatchFields: optional(requirement),
};
const maxDevices = 128;
const maxDevicesWithAdvancedFeatures = 64;
const maxCounterSets = 8;

export function validateResourceSlice({ spec }: ResourceSlice, _context: unknown, old?: ResourceSlice): FieldError[] {
  const errors: FieldError[] = [];
  const { driver, pool, devices = [], sharedCounters = [] } = spec ?? {};
  checkDriverName(driver, 'spec.driver', errors);
  checkPoolName(pool?.name, 'spec.pool.name', errors);
  const { resourceSliceCount = 0, generation = 0 } = pool ?? {};
  if (resourceSliceCount <= 0) {
    errors.push(invalid('spec.pool.resourceSliceCount', resourceSliceCount, notPositiveMessage));
  }
  if (generation < 0) {
    errors.push(invalid('spec.pool.generation', generation, 'must be greater than or equal to zero'));
  }
  if (old) {
    checkImmutable(pool?.name, old.spec.pool.name, 'spec.pool.name', errors);
    checkImmutable(driver, old.spec.driver, 'spec.driver', errors);
    checkImmutable(spec.nodeName, old.spec.nodeName, 'spec.nodeName', errors);
  }
  checkNodes(spec, errors);
  if (devices.length > 0 && sharedCounters.length > 0) {
    errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  }
  const max = devices.some(isAdvanced) ? maxDevicesWithAdvancedFeatures : maxDevices;
  const perDevice = spec?.perDeviceNodeSelection === true;
  const nameOf = ({ name }: { readonly name: string }): string => name;
  checkSet(devices, max, 'spec.devices', errors, nameOf, (device, at) => {
    const before = old?.spec.devices?.find(({ name }) => name === device.name);
    checkDevice(device, before, perDevice, at, errors);
  });
  checkSet(sharedCounters, maxCounterSets, 'spec.sharedCounters', errors, nameOf, checkCounterSet);
  return errors;
}

/** Devices with taints, counters or attributes that are lists cost more, so a slice may have fewer. */
function isAdvanced({ taints = [], consumesCounters = [], attributes = {} }: Device): boolean {
  return (
    taints.length > 0 ||
    consumesCounters.length > 0 ||
    Object.values(attributes).some(({ bools, ints, strings, versions }) => bools || ints || strings || versions)
  );
}

function checkNodes(spec: ResourceSliceSpec | undefined, errors: FieldError[]): void {
  const { nodeName, nodeSelector } = spec ?? {};
  const given: string[] = [];
  if (nodeName === '') {
    errors.push(invalid('spec.nodeName', nodeName, 'must be either unset or set to a non-empty string'));
  } else if (nodeName !== undefined) {
    given.push('`nodeName`');
    checkFormat(isDNS1123Subdomain, nodeName, 'spec.nodeName', errors);
  }
  if (nodeSelector) {
    given.push('`nodeSelector`');
    checkNodeSelector(nodeSelector, false, 'spec.nodeSelector', errors);
    const terms = nodeSelector.nodeSelectorTerms;
    if (terms?.length !== 1) {
      const detail = 'must have exactly one node selector term';
      errors.push(invalid('spec.nodeSelector.nodeSelectorTerms', printedStruct(terms, printedTerm), detail));
    }
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection'] as const) {
    const value = spec?.[field];
    if (value) given.push(`\`${field}\``);
    else if (value === false) {
      errors.push(invalid(`spec.${field}`, value, 'must be either unset or set to true'));
    }
  }
  const rule = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (given.length === 0) errors.push(required('spec', rule));
  else if (given.length > 1) {
    errors.push(invalid('spec', `{${given.join(', ')}}`, `${rule}, but multiple fields are set`));
  }
}

export function resourceSliceWarnings({ spec }: ResourceSlice): readonly string[] {
  const driver = spec?.driver ?? '';
  if (driver === driver.toLowerCase()) return [];
  return [`spec.driver: driver names should be lowercase; ${JSON.stringify(driver)} contains uppercase characters`];
}
