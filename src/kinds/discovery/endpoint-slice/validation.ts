/** Rules of EndpointSlices. Stored endpoints that today's rules refuse are let stay as they are. */

import type { HookContext } from '#api/definition.ts';
import { child, duplicate, type FieldError, index, invalid, required, tooMany } from '#api/field-error.ts';
import { checkFormat, checkImmutable, checkOptionalWord, checkWord } from '#api/field-rules.ts';
import { checkEndpointIP, checkIP, checkLegacyIP, familyOf } from '#api/ip-rules.ts';
import { checkLabels } from '#api/label-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName, isValidLabelValue } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from '#kinds/generated/discovery-v1.ts';

const addressTypes: ReadonlySet<string> = new Set(['FQDN', 'IPv4', 'IPv6']);
const protocols: ReadonlySet<string> = new Set(['SCTP', 'TCP', 'UDP']);
const maxAddresses = 100;
const maxEndpoints = 1000;
const maxHints = 8;
const maxPorts = 20_000;
const maxTopologyLabels = 16;

export function validateEndpointSlice(slice: EndpointSlice, _context: HookContext, old?: EndpointSlice): FieldError[] {
  const errors: FieldError[] = [];
  const { addressType, ports = [], endpoints = [] } = slice;
  checkWord(addressType, addressTypes, 'addressType', errors);
  checkPorts(ports, errors);
  const found: FieldError[] = [];
  checkEndpoints(endpoints, addressType, found);
  if (found.length > 0 && !(old && semanticallyEqual(old.endpoints, endpoints)))
    for (const error of found) errors.push(error);
  return errors;
}

export function validateEndpointSliceUpdate({ addressType }: EndpointSlice, old: EndpointSlice): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(addressType, old.addressType, 'addressType', errors);
  return errors;
}

function checkPorts(ports: readonly EndpointPort[], errors: FieldError[]): void {
  if (ports.length > maxPorts) {
    errors.push(tooMany('ports', ports.length, maxPorts));
    return;
  }
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol, appProtocol }, position) => {
    const path = index('ports', position);
    const namePath = child(path, 'name');
    if (name !== '') checkFormat(isDNS1123Label, name, namePath, errors);
    if (names.has(name)) errors.push(duplicate(namePath, name));
    names.add(name);
    checkOptionalWord(protocol, protocols, child(path, 'protocol'), errors);
    if (appProtocol !== undefined) checkFormat(isQualifiedName, appProtocol, child(path, 'appProtocol'), errors);
  });
}

function checkEndpoints(endpoints: readonly Endpoint[], addressType: string, errors: FieldError[]): void {
  if (endpoints.length > maxEndpoints) {
    errors.push(tooMany('endpoints', endpoints.length, maxEndpoints));
    return;
  }
  endpoints.forEach((endpoint, position) => {
    const path = index('endpoints', position);
    checkAddresses(endpoint.addresses ?? [], addressType, child(path, 'addresses'), errors);
    const { nodeName, hostname, hints, deprecatedTopology } = endpoint;
    if (nodeName !== undefined) checkFormat(isDNS1123Subdomain, nodeName, child(path, 'nodeName'), errors);
    const topologyPath = child(path, 'deprecatedTopology');
    const labels = Object.keys(deprecatedTopology ?? {}).length;
    if (labels > maxTopologyLabels) errors.push(tooMany(topologyPath, labels, maxTopologyLabels));
    checkLabels(deprecatedTopology, topologyPath, errors);
    if (hostname !== undefined) checkFormat(isDNS1123Label, hostname, child(path, 'hostname'), errors);
    if (hints) checkHints(hints, child(path, 'hints'), errors);
  });
}

/** Wrong families are reported at the list and not at the address, as upstream does. */
function checkAddresses(addresses: readonly string[], addressType: string, path: string, errors: FieldError[]): void {
  if (addresses.length === 0) errors.push(required(path, 'must contain at least 1 address'));
  else if (addresses.length > maxAddresses) errors.push(tooMany(path, addresses.length, maxAddresses));
  addresses.forEach((address, position) => {
    const at = index(path, position);
    if (addressType === 'FQDN') {
      checkDomainName(address, at, errors);
      return;
    }
    if (addressType !== 'IPv4' && addressType !== 'IPv6') return;
    const before = errors.length;
    if (addressType === 'IPv4') checkLegacyIP(address, at, errors);
    else checkIP(address, at, errors);
    if (errors.length > before) return;
    if (familyOf(address) !== addressType) {
      errors.push(invalid(path, address, `must be an ${addressType} address`));
    }
    checkEndpointIP(address, at, errors);
  });
}

/** What is wrong is said of the name without its closing dot. */
function checkDomainName(text: string, path: string, errors: FieldError[]): void {
  if (text === '') {
    errors.push(required(path));
    return;
  }
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const faults = isDNS1123Subdomain(name);
  if (faults.length > 0) errors.push(invalid(path, name, faults.join(',')));
  else if (!name.includes('.')) {
    errors.push(invalid(path, name, 'should be a domain with at least two segments separated by dots'));
  } else {
    const wrong = name.split('.').find((label) => isDNS1123Label(label).length > 0);
    if (wrong !== undefined) errors.push(invalid(path, wrong, isDNS1123Label(wrong).join(',')));
  }
}

function checkHints({ forZones = [], forNodes = [] }: EndpointHints, path: string, errors: FieldError[]): void {
  for (const [field, hints, rule] of [
    ['forZones', forZones, isValidLabelValue],
    ['forNodes', forNodes, isDNS1123Subdomain],
  ] as const) {
    const at = child(path, field);
    if (hints.length > maxHints) {
      errors.push(tooMany(at, hints.length, maxHints));
      return;
    }
    const names = new Set<string>();
    hints.forEach(({ name }, position) => {
      const namePath = child(index(at, position), 'name');
      if (names.has(name)) errors.push(duplicate(namePath, name));
      names.add(name);
      checkFormat(rule, name, namePath, errors);
    });
  }
}
