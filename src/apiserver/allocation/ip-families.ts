/**
 * IP families of a service: what the client left open is decided, what it may not change is refused
 * (KEP-563; pkg/registry/core/service/storage alloc.go initIPFamilyFields, pkg/apis/core/validation).
 */

import { duplicate, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { type IPFamily, parseIP } from '#api/ip-address.ts';
import { checkLegacyIP, familyOf, isDualStack } from '#api/ip-rules.ts';
import { headless, type ServiceSpecView } from './service-view.ts';

export interface FamilyConfig {
  /** Of the first configured service range. */
  readonly defaultFamily: IPFamily;
  readonly families: ReadonlySet<IPFamily>;
}

const ipFamilyNames = ['IPv4', 'IPv6'];
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const policyField = 'spec.ipFamilyPolicy';

/** Fills ipFamilyPolicy, ipFamilies and clusterIPs in; answers what is wrong. ExternalName services have none of them. */
export function settleIPFamilies(
  spec: ServiceSpecView,
  old: ServiceSpecView | undefined,
  { defaultFamily, families }: FamilyConfig,
): FieldError[] {
  if (spec.type === 'ExternalName' || (old && staysPreferred(spec, old))) return [];
  const selectorless = Object.keys(spec.selector ?? {}).length === 0;
  const isHeadless = spec.clusterIP === headless;
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isHeadless && selectorless ? 'RequireDualStack' : 'SingleStack');
  const single = spec.ipFamilyPolicy === 'SingleStack';

  const related = checkClusterIPs(spec, old);
  if (related.length > 0) return related;
  const errors: FieldError[] = old ? checkReduction(spec, old) : [];
  if (single) {
    const plural = (what: string): FieldError =>
      invalid(
        policyField,
        spec.ipFamilyPolicy,
        `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
      );
    if (spec.clusterIPs?.length === 2) errors.push(plural('cluster IPs'));
    if (spec.ipFamilies?.length === 2) errors.push(plural('IP families'));
  }
  const ipFamilies = [...(spec.ipFamilies ?? [])];
  for (const [at, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === headless) break;
    const family = parseIP(ip)?.family;
    if (family === undefined || at < ipFamilies.length) continue;
    if (families.has(family)) ipFamilies.push(family);
    else
      errors.push(
        invalid(index('spec.clusterIPs', at), spec.clusterIPs, `${family} is not configured on this cluster`),
      );
  }
  if (errors.length > 0) return errors;

  if (isHeadless && selectorless) {
    // Whoever writes the endpoints decides; both families are possible on any cluster.
    spec.ipFamilies = withSecond(ipFamilies.length > 0 ? ipFamilies : [defaultFamily], !single);
    return [];
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack' && families.size < 2) {
    const detail = 'this cluster is not configured for dual-stack services';
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail));
  }
  for (const [at, family] of ipFamilies.entries()) {
    if (!families.has(family))
      errors.push(invalid(index('spec.ipFamilies', at), family, 'not configured on this cluster'));
  }
  if (errors.length > 0) return errors;
  spec.ipFamilies = withSecond(ipFamilies.length > 0 ? ipFamilies : [defaultFamily], !single && families.size === 2);
  return [];
}

function withSecond(ipFamilies: IPFamily[], dual: boolean): IPFamily[] {
  if (!dual || ipFamilies.length !== 1) return ipFamilies;
  return [...ipFamilies, ipFamilies[0] === 'IPv4' ? 'IPv6' : 'IPv4'];
}

/** A service that prefers two stacks has one or two as it was made, whatever the cluster has become since. */
function staysPreferred(spec: ServiceSpecView, old: ServiceSpecView): boolean {
  const preferred = 'PreferDualStack';
  return (
    spec.type === old.type &&
    spec.ipFamilyPolicy === preferred &&
    (old.ipFamilyPolicy ?? preferred) === preferred &&
    same(old.clusterIPs, spec.clusterIPs) &&
    same(old.ipFamilies, spec.ipFamilies)
  );
}

/** Setting the policy alone gives the second address and family up; taking them away wants the policy. */
function checkReduction(spec: ServiceSpecView, old: ServiceSpecView): FieldError[] {
  if (spec.ipFamilyPolicy === 'SingleStack') {
    if (same(old.clusterIPs, spec.clusterIPs)) spec.clusterIPs?.splice(1);
    if (same(old.ipFamilies, spec.ipFamilies)) spec.ipFamilies?.splice(1);
    return [];
  }
  const reduced = (now: readonly string[] = [], before: readonly string[] = []): boolean =>
    now.length > 0 && now.length < before.length;
  const refused = (what: string): FieldError =>
    invalid(policyField, spec.ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(reduced(spec.clusterIPs, old.clusterIPs) ? [refused('cluster IP')] : []),
    ...(reduced(spec.ipFamilies, old.ipFamilies) ? [refused('IP family')] : []),
  ];
}

/** clusterIP and clusterIPs agree, and are addresses of the families that are named (ValidateServiceClusterIPsRelatedFields). */
function checkClusterIPs(spec: ServiceSpecView, old: ServiceSpecView | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy = '' } = spec;
  const path = 'spec.clusterIPs';
  if (clusterIP === '') {
    if (clusterIPs.length > 0) {
      errors.push(invalid(path, clusterIPs, 'must be empty when `clusterIP` is not specified'));
    }
  } else if (clusterIPs.length === 0) errors.push(required(path));
  else if (clusterIPs[0] !== clusterIP) errors.push(invalid(path, clusterIPs, 'first value must match `clusterIP`'));
  for (const [at, family] of ipFamilies.entries()) {
    const familyPath = index('spec.ipFamilies', at);
    if (!ipFamilyNames.includes(family)) errors.push(notSupported(familyPath, family, ipFamilyNames));
    if (ipFamilies.indexOf(family) < at) errors.push(duplicate(familyPath, family));
  }
  if (!policies.includes(ipFamilyPolicy)) errors.push(notSupported(policyField, ipFamilyPolicy, policies));
  const addresses: FieldError[] = [];
  for (const [at, ip] of clusterIPs.entries()) {
    if (at > 0 || ip !== headless) checkLegacyIP(ip, index(path, at), addresses, old?.clusterIPs ?? []);
    else if (clusterIPs.length > 1) {
      addresses.push(invalid(path, clusterIPs, "'None' must be the first and only value"));
    }
  }
  const many = clusterIPs.length > 2 ? [invalid(path, clusterIPs, 'may only hold up to 2 values')] : [];
  if (addresses.length > 0) return [...errors, ...addresses, ...many];
  errors.push(...many);
  if (clusterIPs.length > 1 && isDualStack(clusterIPs) !== true) {
    errors.push(invalid(path, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  if (clusterIPs.length === 1 && clusterIPs[0] === headless) return errors;
  for (const [at, ip] of clusterIPs.slice(0, ipFamilies.length).entries()) {
    const family = ipFamilies[at] ?? '';
    if (ipFamilyNames.includes(family) && familyOf(ip) !== family) {
      errors.push(invalid(index(path, at), ip, `expected an ${family} value as indicated by \`ipFamilies[${at}]\``));
    }
  }
  return errors;
}

function same(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return (a ?? []).join() === (b ?? []).join();
}
