/** Rules of NetworkPolicies. CIDRs that are stored may stay, whatever today's rules say of them. */

import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, forbidden, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { type IPPrefix, parsePrefix } from '#api/ip-address.ts';
import { checkLegacyCIDR } from '#api/ip-rules.ts';
import { checkLabelSelector, hasInvalidLabelValue } from '#api/label-rules.ts';
import { isValidPortName, isValidPortNum } from '#api/name-format.ts';
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '#kinds/generated/networking-v1.ts';

const protocols = ['TCP', 'UDP', 'SCTP'];
const policyTypes = ['Ingress', 'Egress'];

interface Rules {
  readonly allowInvalidValues: boolean;
  readonly storedCIDRs: readonly string[];
}

interface Direction {
  readonly path: string;
  readonly ports: readonly NetworkPolicyPort[];
  readonly peers: readonly NetworkPolicyPeer[];
  readonly peersField: 'from' | 'to';
}

export function validateNetworkPolicy(
  { spec = {} }: NetworkPolicy,
  _context: HookContext,
  old?: NetworkPolicy,
): FieldError[] {
  const errors: FieldError[] = [];
  const rules: Rules = {
    allowInvalidValues: hasInvalidLabelValue(old?.spec?.podSelector),
    storedCIDRs: old?.spec ? cidrsOf(old.spec) : [],
  };
  checkLabelSelector(spec.podSelector, 'spec.podSelector', errors, rules);
  for (const { path, ports, peers, peersField } of directionsOf(spec)) {
    ports.forEach((port, position) => {
      checkPort(port, index(child(path, 'ports'), position), errors);
    });
    peers.forEach((peer, position) => {
      checkPeer(peer, rules, index(child(path, peersField), position), errors);
    });
  }
  checkPolicyTypes(spec.policyTypes ?? [], 'spec.policyTypes', errors);
  return errors;
}

function directionsOf({ ingress = [], egress = [] }: NetworkPolicySpec): Direction[] {
  return [
    ...ingress.map(({ ports = [], from = [] }, position) => ({
      path: index('spec.ingress', position),
      ports,
      peers: from,
      peersField: 'from' as const,
    })),
    ...egress.map(({ ports = [], to = [] }, position) => ({
      path: index('spec.egress', position),
      ports,
      peers: to,
      peersField: 'to' as const,
    })),
  ];
}

function cidrsOf(spec: NetworkPolicySpec): string[] {
  const blocks = directionsOf(spec).flatMap(({ peers }) => peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock] : [])));
  return blocks.flatMap(({ cidr, except = [] }) => [cidr, ...except]);
}

function checkPolicyTypes(types: readonly string[], path: string, errors: FieldError[]): void {
  if (types.length > policyTypes.length) {
    errors.push(invalid(path, types, 'may not specify more than two policyTypes'));
    return;
  }
  types.forEach((type, position) => {
    if (!policyTypes.includes(type)) errors.push(notSupported(index(path, position), type, policyTypes));
  });
}

function checkPort({ protocol, port, endPort }: NetworkPolicyPort, path: string, errors: FieldError[]): void {
  const portPath = child(path, 'port');
  const endPath = child(path, 'endPort');
  if (protocol !== undefined && !protocols.includes(protocol)) {
    errors.push(notSupported(child(path, 'protocol'), protocol, protocols));
  }
  if (typeof port === 'number') {
    for (const message of isValidPortNum(port)) errors.push(invalid(portPath, port, message));
    if (endPort === undefined) return;
    if (endPort < port) errors.push(invalid(endPath, port, 'must be greater than or equal to `port`'));
    for (const message of isValidPortNum(endPort)) errors.push(invalid(endPath, endPort, message));
    return;
  }
  if (endPort !== undefined) {
    const what = port === undefined ? 'not specified' : 'non-numeric';
    errors.push(invalid(endPath, endPort, `may not be specified when \`port\` is ${what}`));
  }
  if (port !== undefined) checkFormat(isValidPortName, port, portPath, errors);
}

function checkPeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  rules: Rules,
  path: string,
  errors: FieldError[],
): void {
  checkLabelSelector(podSelector, child(path, 'podSelector'), errors, rules);
  checkLabelSelector(namespaceSelector, child(path, 'namespaceSelector'), errors, rules);
  if (ipBlock) checkIPBlock(ipBlock, rules, child(path, 'ipBlock'), errors);
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selects && !ipBlock) errors.push(required(path, 'must specify a peer'));
  else if (selects && ipBlock) errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
}

function checkIPBlock(
  { cidr, except = [] }: IPBlock,
  { storedCIDRs }: Rules,
  path: string,
  errors: FieldError[],
): void {
  const cidrPath = child(path, 'cidr');
  if (!cidr) {
    errors.push(required(cidrPath));
    return;
  }
  checkLegacyCIDR(cidr, cidrPath, errors, storedCIDRs);
  const whole = parsePrefix(cidr);
  if (!whole) return;
  except.forEach((text, position) => {
    const at = index(child(path, 'except'), position);
    checkLegacyCIDR(text, at, errors, storedCIDRs);
    const part = parsePrefix(text);
    if (part && !isStrictSubset(part, whole)) errors.push(invalid(at, text, 'must be a strict subset of `cidr`'));
  });
}

function isStrictSubset(part: IPPrefix, whole: IPPrefix): boolean {
  const inside = part.base >= whole.base && part.base < whole.base + whole.size;
  return part.family === whole.family && part.size < whole.size && inside;
}
