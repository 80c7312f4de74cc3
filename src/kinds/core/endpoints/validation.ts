/** Rules of Endpoints. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, index, invalid, required } from '#api/field-error.ts';
import { checkFormat, checkWord } from '#api/field-rules.ts';
import { checkEndpointIP, checkLegacyIP, ipWarnings } from '#api/ip-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName, isValidPortNum } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from '#kinds/generated/core-v1.ts';
import { portProtocols } from '../pod/validation/ports.ts';

const addressLists = ['addresses', 'notReadyAddresses'] as const;

/** Subsets that were stored under older rules may stay as they are. */
export function validateEndpoints({ subsets }: Endpoints, _context: HookContext, old?: Endpoints): FieldError[] {
  const errors: FieldError[] = [];
  subsets?.forEach((subset, position) => {
    checkSubset(subset, index('subsets', position), errors);
  });
  return errors.length > 0 && old && semanticallyEqual(old.subsets, subsets) ? [] : errors;
}

export function endpointsWarnings({ metadata, subsets }: Endpoints): string[] {
  // The controller writes canonical addresses only.
  if (metadata?.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return [];
  return (subsets ?? []).flatMap((subset, position) =>
    addressLists.flatMap((list) =>
      (subset[list] ?? []).flatMap(({ ip = '' }, addressPosition) =>
        ipWarnings(ip, child(index(child(index('subsets', position), list), addressPosition), 'ip')),
      ),
    ),
  );
}

function checkSubset(subset: EndpointSubset, path: string, errors: FieldError[]): void {
  if (addressLists.every((list) => (subset[list] ?? []).length === 0)) {
    errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  }
  for (const list of addressLists) {
    subset[list]?.forEach((address, position) => {
      checkAddress(address, index(child(path, list), position), errors);
    });
  }
  const { ports = [] } = subset;
  ports.forEach((port, position) => {
    checkPort(port, ports.length > 1, index(child(path, 'ports'), position), errors);
  });
}

function checkAddress({ ip = '', hostname, nodeName }: EndpointAddress, path: string, errors: FieldError[]): void {
  checkLegacyIP(ip, child(path, 'ip'), errors);
  if (hostname) checkFormat(isDNS1123Label, hostname, child(path, 'hostname'), errors);
  if (nodeName !== undefined) checkFormat(isDNS1123Subdomain, nodeName, child(path, 'nodeName'), errors);
  checkEndpointIP(ip, child(path, 'ip'), errors);
}

function checkPort(
  { name, port = 0, protocol, appProtocol }: EndpointPort,
  requiresName: boolean,
  path: string,
  errors: FieldError[],
): void {
  if (name) checkFormat(isDNS1123Label, name, child(path, 'name'), errors);
  else if (requiresName) errors.push(required(child(path, 'name')));
  for (const message of isValidPortNum(port)) errors.push(invalid(child(path, 'port'), port, message));
  checkWord(protocol, portProtocols, child(path, 'protocol'), errors);
  if (appProtocol !== undefined) checkFormat(isQualifiedName, appProtocol, child(path, 'appProtocol'), errors);
}
