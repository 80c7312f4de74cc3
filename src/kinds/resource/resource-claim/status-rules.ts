/** Rules of a ResourceClaim's status: what was allocated, for whom it is reserved, what drivers say of the devices. */

import { checkConditions } from '#api/condition-rules.ts';
import {
  child,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '#api/field-error.ts';
import { checkRequired, immutableMessage } from '#api/field-rules.ts';
import { checkInterfaceAddress } from '#api/ip-rules.ts';
import { utf8Length } from '#api/label-rules.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { checkNodeSelector } from '#kinds/core/pod/validation/affinity.ts';
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
} from '#kinds/generated/resource-v1.ts';
import { checkRequestReference, checkRequestReferences, requestNamesOf } from '../claim-rules.ts';
import { checkBindingConditions, checkConfiguration, checkRawObject } from '../device-rules.ts';
import { checkItems, checkSet } from '../list-rules.ts';
import { checkDriverName, checkLabelFormat, checkPoolName, checkUuid } from '../name-rules.ts';
import { printedAllocation } from '../printed-claim.ts';

const maxReservations = 256;
const maxResults = 32;
const maxConfigurations = 64;
const maxConditions = 8;
const maxInterfaceName = 256;
const maxHardwareAddress = 128;
const maxIPs = 16;
const sources = ['FromClaim', 'FromClass'];

export function validateResourceClaimStatus(claim: ResourceClaim, old: ResourceClaim): FieldError[] {
  const errors: FieldError[] = [];
  const { allocation, reservedFor = [], devices } = claim.status ?? {};
  const names = requestNamesOf(claim.spec?.devices ?? {});
  checkSet(
    reservedFor,
    maxReservations,
    'status.reservedFor',
    errors,
    ({ uid }) => uid,
    (reference, at) => {
      for (const field of ['resource', 'name', 'uid'] as const) {
        checkRequired(reference[field], child(at, field), errors);
      }
    },
  );
  const allocated = new Set((allocation?.devices?.results ?? []).map(deviceIdOf));
  checkSet(
    devices,
    Number.POSITIVE_INFINITY,
    'status.devices',
    errors,
    deviceIdOf,
    (device, at) => {
      checkDeviceStatus(device, at, allocated, errors);
    },
    printedDeviceId,
  );
  checkReservations(claim, old, errors);
  const before = old.status?.allocation;
  if (before && allocation) {
    if (!semanticallyEqual(allocation, before)) {
      errors.push(invalid('status.allocation', printedAllocation(allocation), immutableMessage));
    }
  } else if (allocation) checkAllocation(allocation, 'status.allocation', names, errors);
  return errors;
}

/** 'driver/pool/device', and the share of it if it is shared. */
export function deviceIdOf({
  driver,
  pool,
  device,
  shareID,
}: Pick<AllocatedDeviceStatus, 'driver' | 'pool' | 'device' | 'shareID'>): string {
  return [driver, pool, device, ...(shareID ? [shareID] : [])].join('/');
}

function checkReservations({ metadata, status }: ResourceClaim, old: ResourceClaim, errors: FieldError[]): void {
  const reserved = status?.reservedFor ?? [];
  if (reserved.length === 0) return;
  const path = 'status.reservedFor';
  if (!status?.allocation) {
    errors.push(forbidden(path, 'may not be specified when `allocated` is not set'));
  } else if (metadata?.deletionTimestamp) {
    const before = old.status?.reservedFor ?? [];
    const hasNew = reserved.some((one) => !before.some((other) => semanticallyEqual(one, other)));
    if (!hasNew) return;
    const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set';
    errors.push(forbidden(path, detail));
  }
}

function checkAllocation(
  { devices, nodeSelector }: AllocationResult,
  path: string,
  names: ReadonlySet<string>,
  errors: FieldError[],
): void {
  const at = child(path, 'devices');
  checkItems(devices?.results, maxResults, child(at, 'results'), errors, (result, where) => {
    checkResult(result, where, names, errors);
  });
  checkItems(devices?.config, maxConfigurations, child(at, 'config'), errors, (config, where) => {
    checkSource(config, child(where, 'source'), errors);
    checkRequestReferences(config.requests, child(where, 'requests'), names, errors);
    checkConfiguration(config, where, false, errors);
  });
  if (nodeSelector) checkNodeSelector(nodeSelector, false, child(path, 'nodeSelector'), errors);
}

function checkResult(
  result: DeviceRequestAllocationResult,
  path: string,
  names: ReadonlySet<string>,
  errors: FieldError[],
): void {
  const { request = '', driver, pool, device, bindingConditions, bindingFailureConditions, shareID } = result;
  checkRequestReference(request, child(path, 'request'), names, errors);
  checkDriverName(driver, child(path, 'driver'), errors);
  checkPoolName(pool, child(path, 'pool'), errors);
  checkLabelFormat(device, child(path, 'device'), errors);
  checkBindingConditions(bindingConditions, bindingFailureConditions, path, errors);
  if (shareID !== undefined) checkUuid(shareID, child(path, 'shareID'), errors);
}

/** As upstream's internal type is printed. */
function printedDeviceId({ driver, pool, device, shareID }: AllocatedDeviceStatus): unknown {
  return { Driver: driver ?? '', Pool: pool ?? '', Device: device ?? '', ShareID: shareID ?? '' };
}

function checkSource({ source }: DeviceAllocationConfiguration, path: string, errors: FieldError[]): void {
  if (!source) errors.push(required(path));
  else if (!sources.includes(source)) errors.push(notSupported(path, source, sources));
}

function checkDeviceStatus(
  status: AllocatedDeviceStatus,
  path: string,
  allocated: ReadonlySet<string>,
  errors: FieldError[],
): void {
  const { driver, pool, device, shareID, conditions = [], data, networkData } = status;
  checkDriverName(driver, child(path, 'driver'), errors);
  checkPoolName(pool, child(path, 'pool'), errors);
  checkLabelFormat(device, child(path, 'device'), errors);
  if (shareID !== undefined) checkUuid(shareID, child(path, 'shareID'), errors);
  if (!allocated.has(deviceIdOf(status))) {
    errors.push(invalid(path, printedDeviceId(status), 'must be an allocated device in the claim'));
  }
  if (conditions.length > maxConditions) {
    errors.push(tooMany(child(path, 'conditions'), conditions.length, maxConditions));
  }
  checkConditions(conditions, child(path, 'conditions'), errors);
  if (data !== undefined) checkRawObject(data, child(path, 'data'), false, errors);
  if (networkData) checkNetworkData(networkData, child(path, 'networkData'), errors);
}

function checkNetworkData(
  { interfaceName = '', hardwareAddress = '', ips }: NetworkDeviceData,
  path: string,
  errors: FieldError[],
): void {
  if (utf8Length(interfaceName) > maxInterfaceName) {
    errors.push(tooLong(child(path, 'interfaceName'), maxInterfaceName));
  }
  if (utf8Length(hardwareAddress) > maxHardwareAddress) {
    errors.push(tooLong(child(path, 'hardwareAddress'), maxHardwareAddress));
  }
  checkSet(ips, maxIPs, child(path, 'ips'), errors, (address) => address, checkInterfaceAddress);
}
