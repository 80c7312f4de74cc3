/** Rules of what a claim asks for: requests, constraints between them, configuration. Templates have the same. */

import { child, type FieldError, invalid, notSupported, required } from '#api/field-error.ts';
import { checkRequiredFormat, notPositiveMessage } from '#api/field-rules.ts';
import { isDNS1123Subdomain } from '#api/name-format.ts';
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from '#kinds/generated/resource-v1.ts';
import { checkConfiguration, checkSelectors, checkToleration } from './device-rules.ts';
import { checkItems, checkSet } from './list-rules.ts';
import { checkFullyQualifiedName, checkLabelFormat } from './name-rules.ts';

const maxRequests = 32;
const maxConstraints = 32;
const maxConfigurations = 32;
const maxAlternatives = 8;
const allocationModes = ['All', 'ExactCount'];

export function checkClaimSpec(spec: ResourceClaimSpec | undefined, path: string, errors: FieldError[]): void {
  const { devices = {} } = spec ?? {};
  const at = child(path, 'devices');
  const names = requestNamesOf(devices);
  checkSet(devices.requests, maxRequests, child(at, 'requests'), errors, ({ name }) => name, checkRequest);
  checkItems(devices.constraints, maxConstraints, child(at, 'constraints'), errors, (constraint, where) => {
    checkConstraint(constraint, where, names, errors);
  });
  checkItems(devices.config, maxConfigurations, child(at, 'config'), errors, (config, where) => {
    checkRequestReferences(config.requests, child(where, 'requests'), names, errors);
    checkConfiguration(config, where, false, errors);
  });
}

/** Names of requests, and of the alternatives that a request has as 'request/alternative'. */
export function requestNamesOf({ requests = [] }: DeviceClaim): ReadonlySet<string> {
  return new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((alternative) => `${name}/${alternative.name}`),
    ]),
  );
}

function checkRequest(request: DeviceRequest, path: string, errors: FieldError[]): void {
  const { name, exactly, firstAvailable = [] } = request;
  checkLabelFormat(name, child(path, 'name'), errors);
  const rule = 'exactly one of `exactly` or `firstAvailable` is required';
  if (exactly && firstAvailable.length > 0) {
    errors.push(invalid(path, null, `${rule}, but multiple fields are set`));
  } else if (exactly) checkDeviceRequest(exactly, child(path, 'exactly'), errors);
  else if (firstAvailable.length === 0) errors.push(required(path, rule));
  else {
    const at = child(path, 'firstAvailable');
    checkSet(
      firstAvailable,
      maxAlternatives,
      at,
      errors,
      (alternative) => alternative.name,
      (alternative, where) => {
        checkLabelFormat(alternative.name, child(where, 'name'), errors);
        checkDeviceRequest(alternative, where, errors);
      },
    );
  }
}

function checkDeviceRequest(request: ExactDeviceRequest, path: string, errors: FieldError[]): void {
  const { deviceClassName, selectors, count = 0, tolerations } = request;
  checkRequiredFormat(isDNS1123Subdomain, deviceClassName, child(path, 'deviceClassName'), errors);
  checkSelectors(selectors, child(path, 'selectors'), errors);
  const mode: string = request.allocationMode ?? '';
  const countPath = child(path, 'count');
  if (mode === 'All') {
    if (count !== 0) errors.push(invalid(countPath, count, "must not be specified when allocationMode is 'All'"));
  } else if (mode === 'ExactCount') {
    if (count <= 0) errors.push(invalid(countPath, count, notPositiveMessage));
  } else errors.push(notSupported(child(path, 'allocationMode'), mode, allocationModes));
  checkItems(tolerations, Number.POSITIVE_INFINITY, child(path, 'tolerations'), errors, checkToleration);
}

function checkConstraint(
  { requests, matchAttribute, distinctAttribute }: DeviceConstraint,
  path: string,
  names: ReadonlySet<string>,
  errors: FieldError[],
): void {
  checkRequestReferences(requests, child(path, 'requests'), names, errors);
  if (matchAttribute !== undefined) {
    checkFullyQualifiedName(matchAttribute, child(path, 'matchAttribute'), errors);
  } else if (distinctAttribute !== undefined) {
    checkFullyQualifiedName(distinctAttribute, child(path, 'distinctAttribute'), errors);
  } else {
    const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    errors.push(required(path, detail));
  }
}

export function checkRequestReferences(
  references: readonly string[] | undefined,
  path: string,
  names: ReadonlySet<string>,
  errors: FieldError[],
): void {
  checkSet(
    references,
    maxRequests,
    path,
    errors,
    (name) => name,
    (name, at) => {
      checkRequestReference(name, at, names, errors);
    },
  );
}

export function checkRequestReference(
  name: string,
  path: string,
  names: ReadonlySet<string>,
  errors: FieldError[],
): void {
  const segments = name.split('/');
  if (segments.length <= 2) {
    for (const segment of segments) checkLabelFormat(segment, path, errors);
    if (names.has(name)) return;
  }
  const detail =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  errors.push(invalid(path, name, detail));
}
