/** Rules of one device of a slice. */

import { child, entry, type FieldError, invalid, notFound, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isDNS1123Subdomain } from '#api/name-format.ts';
import { compareQuantities } from '#api/quantity.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { checkNodeSelector } from '#kinds/core/pod/validation/affinity.ts';
import { isNativeResource } from '#kinds/core/resource-names.ts';
import type { CounterSet, Device, DeviceCounterConsumption } from '#kinds/generated/resource-v1.ts';
import { checkBindingConditions, checkTaint } from '../device-rules.ts';
import { checkItems, checkMap, checkSet } from '../list-rules.ts';
import { checkLabelFormat, checkQualifiedName, maxQualifiedName } from '../name-rules.ts';
import { checkAttribute, countValues } from './attribute-rules.ts';
import { checkCapacity } from './capacity-rules.ts';

const maxAttributesAndCapacities = 32;
const maxAttributeValues = 48;
const maxTaints = 16;
const maxConsumedSets = 2;
const maxCounters = 32;
const shownCounterName = 63;

export function checkDevice(
  device: Device,
  old: Device | undefined,
  perDeviceNodes: boolean,
  path: string,
  errors: FieldError[],
): void {
  const { attributes = {}, capacity = {}, taints } = device;
  checkLabelFormat(device.name, child(path, 'name'), errors);
  checkSizes(device, path, errors);
  const all = Number.POSITIVE_INFINITY;
  checkMap(attributes, all, maxQualifiedName, child(path, 'attributes'), errors, checkQualifiedName, checkAttribute);
  const shared = device.allowMultipleAllocations === true;
  checkMap(capacity, all, maxQualifiedName, child(path, 'capacity'), errors, checkQualifiedName, (value, at) => {
    checkCapacity(value, shared, at, errors);
  });
  if (!old || !semanticallyEqual(old.taints ?? [], taints ?? [])) {
    checkItems(taints, maxTaints, child(path, 'taints'), errors, checkTaint);
  }
  const consumedPath = child(path, 'consumesCounters');
  checkSet(
    device.consumesCounters,
    maxConsumedSets,
    consumedPath,
    errors,
    ({ counterSet }) => counterSet,
    checkConsumed,
  );
  checkNodes(device, perDeviceNodes, path, errors);
  checkBindingConditions(device.bindingConditions, device.bindingFailureConditions, path, errors);
  checkMappings(device, child(path, 'nodeAllocatableResourceMappings'), errors);
}

function checkSizes({ attributes = {}, capacity = {} }: Device, path: string, errors: FieldError[]): void {
  const names = Object.keys(attributes).length + Object.keys(capacity).length;
  if (names > maxAttributesAndCapacities) {
    const detail = `the total number of attributes and capacities must not exceed ${maxAttributesAndCapacities}`;
    errors.push(invalid(path, names, detail));
  }
  const values = countValues(Object.values(attributes));
  if (values > maxAttributeValues) {
    errors.push(invalid(path, values, `the total number of attribute values must not exceed ${maxAttributeValues}`));
  }
}

export function checkCounterSet({ name, counters }: CounterSet, path: string, errors: FieldError[]): void {
  checkCounters(name, 'name', counters, path, errors);
}

function checkConsumed({ counterSet, counters }: DeviceCounterConsumption, path: string, errors: FieldError[]): void {
  checkCounters(counterSet, 'counterSet', counters, path, errors);
}

function checkCounters(
  name: string | undefined,
  field: string,
  counters: CounterSet['counters'],
  path: string,
  errors: FieldError[],
): void {
  if (!name) errors.push(required(child(path, field)));
  else checkLabelFormat(name, child(path, field), errors);
  const at = child(path, 'counters');
  if (Object.keys(counters ?? {}).length === 0) errors.push(required(at));
  // Every quantity that could be read is a valid counter.
  else checkMap(counters, maxCounters, shownCounterName, at, errors, checkLabelFormat, () => {});
}

function checkNodes(device: Device, perDeviceNodes: boolean, path: string, errors: FieldError[]): void {
  const { nodeName, nodeSelector, allNodes } = device;
  if (!perDeviceNodes) {
    if (nodeName === undefined && !nodeSelector && allNodes === undefined) return;
    const detail =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    errors.push(invalid(path, null, detail));
    return;
  }
  const given: string[] = [];
  if (nodeName === '') errors.push(invalid(child(path, 'nodeName'), nodeName, 'must not be empty'));
  else if (nodeName !== undefined) {
    given.push('`nodeName`');
    checkFormat(isDNS1123Subdomain, nodeName, child(path, 'nodeName'), errors);
  }
  if (nodeSelector) {
    given.push('`nodeSelector`');
    checkNodeSelector(nodeSelector, false, child(path, 'nodeSelector'), errors);
  }
  if (allNodes) given.push('`allNodes`');
  else if (allNodes === false) {
    errors.push(invalid(child(path, 'allNodes'), false, 'must be either unset or set to true'));
  }
  const rule =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
  if (given.length === 0) errors.push(required(path, rule));
  else if (given.length > 1) errors.push(invalid(path, `{${given.join(', ')}}`, rule));
}

function checkMappings(
  { nodeAllocatableResourceMappings, capacity }: Device,
  path: string,
  errors: FieldError[],
): void {
  for (const [name, { allocationMultiplier, capacityKey }] of Object.entries(nodeAllocatableResourceMappings ?? {})) {
    const at = entry(path, name);
    if (!isNativeResource(name)) errors.push(invalid(at, name, 'must be a node allocatable resource name'));
    if (allocationMultiplier === undefined && capacityKey === undefined) {
      errors.push(invalid(at, '', 'at least one of allocationMultiplier or capacityKey must be set'));
    }
    if (allocationMultiplier !== undefined && compareQuantities(allocationMultiplier, '0') <= 0) {
      errors.push(invalid(child(at, 'allocationMultiplier'), allocationMultiplier, 'must be positive'));
    }
    const keyPath = child(at, 'capacityKey');
    if (capacityKey === '') errors.push(invalid(keyPath, '', 'capacityKey must not be an empty string'));
    else if (capacityKey !== undefined && !Object.hasOwn(capacity ?? {}, capacityKey)) {
      errors.push(notFound(keyPath, capacityKey));
    }
  }
}
