/** Rules of services; addresses and ports are allocated before they are looked at (pkg/registry/core/service/storage). */

import type { HookContext } from '#api/definition.ts';
import {
  child,
  duplicate,
  entry,
  type FieldError,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '#api/field-error.ts';
import { checkFormat, checkOptionalWord, checkRequiredFormat, checkWord } from '#api/field-rules.ts';
import { parseIP } from '#api/ip-address.ts';
import { checkEndpointIP, checkLegacyCIDR, checkLegacyIP } from '#api/ip-rules.ts';
import { checkLabels } from '#api/label-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName, isValidPortNum } from '#api/name-format.ts';
import { goQuote } from '#base/go-quote.ts';
import type { Service, ServicePort, ServiceSpec } from '#kinds/generated/core-v1.ts';
import { portProtocols } from '../pod/validation/ports.ts';
import { checkPort } from '../pod/validation/probes.ts';
import { checkAddressFields, isHeadless } from './address-rules.ts';
import { isExternallyAccessible } from './defaults.ts';

const types: ReadonlySet<string> = new Set(['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
const affinities: ReadonlySet<string> = new Set(['ClientIP', 'None']);
const externalPolicies: ReadonlySet<string> = new Set(['Cluster', 'Local']);
const internalPolicies: ReadonlySet<string> = new Set(['Cluster', 'Local']);
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const ipModes: ReadonlySet<string> = new Set(['Proxy', 'VIP']);
/** One day. */
const maxAffinitySeconds = 86_400;

const hintsKey = 'service.kubernetes.io/topology-aware-hints';
const modeKey = 'service.kubernetes.io/topology-mode';
const rangesKey = 'service.beta.kubernetes.io/load-balancer-source-ranges';

const path = 'spec';
const balancerOnly = "may only be used when `type` is 'LoadBalancer'";

export function validateService(service: Service, _context: HookContext, old?: Service): FieldError[] {
  const errors: FieldError[] = [];
  const { spec = {}, metadata } = service;
  const hints = metadata?.annotations?.[hintsKey];
  const mode = metadata?.annotations?.[modeKey];
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    const detail = `must match annotations[${hintsKey}] when both are specified`;
    errors.push(invalid(entry('metadata.annotations', modeKey), mode, detail));
  }
  checkType(spec, errors);
  checkPorts(spec, errors);
  checkLabels(spec.selector, child(path, 'selector'), errors);
  checkAffinity(spec, errors);
  checkAddressFields(spec, old?.spec, path, errors);
  spec.externalIPs?.forEach((address, position) => {
    const at = index(child(path, 'externalIPs'), position);
    const before = errors.length;
    checkLegacyIP(address, at, errors, old?.spec?.externalIPs);
    if (errors.length === before) checkEndpointIP(address, at, errors);
  });
  checkWord(spec.type, types, child(path, 'type'), errors);
  checkNodePorts(spec, errors);
  checkSourceRanges(service, old, errors);
  checkBalancer(spec, errors);
  checkTraffic(spec, errors);
  return errors;
}

/** What belongs to types: names outside the cluster have no addresses, and headless services no type but ClusterIP. */
function checkType(spec: ServiceSpec, errors: FieldError[]): void {
  const { type, clusterIPs = [] } = spec;
  if ((spec.ports ?? []).length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(required(child(path, 'ports')));
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const detail = `may not be set to 'None' for ${type} services`;
    errors.push(invalid(index(child(path, 'clusterIPs'), 0), clusterIPs[0], detail));
  }
  if (type !== 'ExternalName') return;
  const detail = 'may not be set for ExternalName services';
  if (clusterIPs.length > 0) errors.push(forbidden(child(path, 'clusterIPs'), detail));
  if ((spec.ipFamilies ?? []).length > 0) errors.push(forbidden(child(path, 'ipFamilies'), detail));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden(child(path, 'ipFamilyPolicy'), detail));
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  checkRequiredFormat(isDNS1123Subdomain, name, child(path, 'externalName'), errors);
}

function checkPorts({ ports = [] }: ServiceSpec, errors: FieldError[]): void {
  const names = new Set<string>();
  ports.forEach(({ name, port = 0, protocol, targetPort, appProtocol }, position) => {
    const at = index(child(path, 'ports'), position);
    if (name) {
      checkFormat(isDNS1123Label, name, child(at, 'name'), errors);
      if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
      else names.add(name);
    } else if (ports.length > 1) errors.push(required(child(at, 'name')));
    for (const message of isValidPortNum(port)) errors.push(invalid(child(at, 'port'), port, message));
    checkWord(protocol, portProtocols, child(at, 'protocol'), errors);
    checkPort(targetPort, child(at, 'targetPort'), errors);
    if (appProtocol !== undefined) checkFormat(isQualifiedName, appProtocol, child(at, 'appProtocol'), errors);
  });
}

function checkAffinity({ sessionAffinity, sessionAffinityConfig: config }: ServiceSpec, errors: FieldError[]): void {
  const at = child(path, 'sessionAffinityConfig');
  checkWord(sessionAffinity, affinities, child(path, 'sessionAffinity'), errors);
  if (sessionAffinity === 'None') {
    if (config) errors.push(forbidden(at, 'must not be set when session affinity is None'));
    return;
  }
  if (sessionAffinity !== 'ClientIP') return;
  const detail = 'when session affinity type is ClientIP';
  const seconds = config?.clientIP?.timeoutSeconds;
  if (!config) errors.push(required(at, detail));
  else if (!config.clientIP) errors.push(required(child(at, 'clientIP'), detail));
  else if (seconds === undefined) errors.push(required(child(at, 'clientIP', 'timeoutSeconds'), detail));
  else if (seconds <= 0 || seconds > maxAffinitySeconds) {
    const bounds = `must be greater than 0 and less than ${maxAffinitySeconds}`;
    errors.push(invalid(child(at, 'clientIP', 'timeoutSeconds'), seconds, bounds));
  }
}

/** Node ports and ports are unique for each protocol. */
function checkNodePorts({ type, ports = [] }: ServiceSpec, errors: FieldError[]): void {
  const portsPath = child(path, 'ports');
  if (type === 'ClusterIP') {
    ports.forEach(({ nodePort }, position) => {
      if (!nodePort) return;
      errors.push(
        forbidden(child(index(portsPath, position), 'nodePort'), "may not be used when `type` is 'ClusterIP'"),
      );
    });
  }
  const nodePorts = new Set<string>();
  ports.forEach(({ protocol, nodePort }, position) => {
    if (!nodePort) return;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(child(index(portsPath, position), 'nodePort'), nodePort));
    nodePorts.add(key);
  });
  const seen = new Set<string>();
  ports.forEach((port, position) => {
    const key = `${port.protocol}/${port.port}`;
    if (seen.has(key)) errors.push(duplicate(index(portsPath, position), internalForm(port)));
    seen.add(key);
  });
}

/** As upstream prints its internal struct with only these two set. */
function internalForm({ protocol, port }: ServicePort): Record<string, unknown> {
  return { Name: '', Protocol: protocol ?? '', AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

/** In the field, or in the annotation that came before it; space around is allowed in both. */
function checkSourceRanges({ spec = {}, metadata }: Service, old: Service | undefined, errors: FieldError[]): void {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata?.annotations?.[rangesKey];
  if (ranges.length > 0) {
    const at = child(path, 'LoadBalancerSourceRanges');
    if (spec.type !== 'LoadBalancer') errors.push(forbidden(at, balancerOnly));
    const stored = old?.spec?.loadBalancerSourceRanges?.map((range) => range.trim());
    ranges.forEach((range, position) => {
      checkLegacyCIDR(range.trim(), index(at, position), errors, stored);
    });
  } else if (annotation !== undefined) {
    const at = entry('metadata.annotations', rangesKey);
    if (spec.type !== 'LoadBalancer') errors.push(forbidden(at, balancerOnly));
    if (annotation.trim() === '' || old?.metadata?.annotations?.[rangesKey] === annotation) return;
    for (const range of annotation.trim().split(',')) checkLegacyCIDR(range.trim(), at, errors);
  }
}

function checkBalancer(
  { type, allocateLoadBalancerNodePorts, loadBalancerClass }: ServiceSpec,
  errors: FieldError[],
): void {
  const isBalancer = type === 'LoadBalancer';
  if (allocateLoadBalancerNodePorts !== undefined && !isBalancer) {
    errors.push(forbidden(child(path, 'allocateLoadBalancerNodePorts'), balancerOnly));
  }
  if (isBalancer && allocateLoadBalancerNodePorts === undefined) {
    errors.push(required('allocateLoadBalancerNodePorts'));
  }
  if (loadBalancerClass === undefined) return;
  const at = child(path, 'loadBalancerClass');
  if (isBalancer) checkFormat(isQualifiedName, loadBalancerClass, at, errors);
  else errors.push(forbidden(at, balancerOnly));
}

/** A balancer that minds where pods are asks each node for its health. */
export function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

function checkTraffic(spec: ServiceSpec, errors: FieldError[]): void {
  const {
    externalTrafficPolicy,
    internalTrafficPolicy,
    healthCheckNodePort = 0,
    trafficDistribution,
    type = '',
  } = spec;
  const externalPath = child(path, 'externalTrafficPolicy');
  if (isExternallyAccessible(spec)) checkWord(externalTrafficPolicy, externalPolicies, externalPath, errors);
  else if (externalTrafficPolicy) {
    errors.push(invalid(externalPath, externalTrafficPolicy, 'may only be set for externally-accessible services'));
  }
  const healthPath = child(path, 'healthCheckNodePort');
  if (!needsHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (healthCheckNodePort !== 0) errors.push(invalid(healthPath, healthCheckNodePort, detail));
  } else if (healthCheckNodePort === 0) errors.push(required(healthPath));
  else {
    for (const message of isValidPortNum(healthCheckNodePort)) {
      errors.push(invalid(healthPath, healthCheckNodePort, message));
    }
  }
  const internalPath = child(path, 'internalTrafficPolicy');
  if (internalTrafficPolicy === undefined && type !== 'ExternalName' && types.has(type)) {
    errors.push(required(internalPath));
  }
  checkOptionalWord(internalTrafficPolicy, internalPolicies, internalPath, errors);
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    errors.push(notSupported(child(path, 'trafficDistribution'), trafficDistribution, distributions, goQuote));
  }
}

export function validateServiceStatusUpdate({ spec, status }: Service, old: Service): FieldError[] {
  const errors: FieldError[] = [];
  const at = 'status.loadBalancer.ingress';
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (spec?.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  const stored = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  ingress.forEach(({ ip, ipMode, hostname }, position) => {
    const point = index(at, position);
    const modePath = child(point, 'ipMode');
    if (ip) checkLegacyIP(ip, child(point, 'ip'), errors, stored);
    if (ipMode === undefined) {
      if (ip) errors.push(required(modePath, 'must be specified when `ip` is set'));
    } else if (!ip) errors.push(forbidden(modePath, 'may not be specified when `ip` is not set'));
    else checkOptionalWord(ipMode, ipModes, modePath, errors);
    if (!hostname) return;
    checkFormat(isDNS1123Subdomain, hostname, child(point, 'hostname'), errors);
    if (parseIP(hostname)) {
      errors.push(invalid(child(point, 'hostname'), hostname, 'must be a DNS name, not an IP address'));
    }
  });
  return errors;
}
