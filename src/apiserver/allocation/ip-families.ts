/**
 * IP families of a service: what the client left open is decided, what it may not change is refused
 * (KEP-563; pkg/registry/core/service/storage alloc.go initIPFamilyFields, pkg/apis/core/validation).
 */

import { type FieldError, invalid } from '#api/field-error.ts';
import { type IPFamily, parseIP } from '#api/ip-address.ts';
import { headless, type ServiceSpecView } from './service-view.ts';

export interface FamilyConfig {
  /** Of the first configured service range. */
  readonly defaultFamily: IPFamily;
  readonly families: ReadonlySet<IPFamily>;
}

const addressMessage = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** Fills ipFamilyPolicy, ipFamilies and clusterIPs in; answers what is wrong. ExternalName services have none of them. */
export function settleIPFamilies(
  spec: ServiceSpecView,
  old: ServiceSpecView | undefined,
  { defaultFamily, families }: FamilyConfig,
): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const selectorless = Object.keys(spec.selector ?? {}).length === 0;
  const isHeadless = spec.clusterIP === headless;
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isHeadless && selectorless ? 'RequireDualStack' : 'SingleStack');
  const single = spec.ipFamilyPolicy === 'SingleStack';

  const related = checkClusterIPs(spec, old);
  if (related.length > 0) return related;
  if (old && single) {
    if (same(old.clusterIPs, spec.clusterIPs) && (spec.clusterIPs?.length ?? 0) > 1) spec.clusterIPs?.splice(1);
    if (same(old.ipFamilies, spec.ipFamilies) && (spec.ipFamilies?.length ?? 0) > 1) spec.ipFamilies?.splice(1);
  }
  const errors: FieldError[] = [];
  if (single) {
    const plural = (what: string): FieldError =>
      invalid(
        'spec.ipFamilyPolicy',
        spec.ipFamilyPolicy,
        `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
      );
    if (spec.clusterIPs?.length === 2) errors.push(plural('cluster IPs'));
    if (spec.ipFamilies?.length === 2) errors.push(plural('IP families'));
  }
  const ipFamilies = [...(spec.ipFamilies ?? [])];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === headless) break;
    const family = parseIP(ip)?.family;
    if (family === undefined || index < ipFamilies.length) continue;
    if (families.has(family)) ipFamilies.push(family);
    else
      errors.push(invalid(`spec.clusterIPs[${index}]`, spec.clusterIPs, `${family} is not configured on this cluster`));
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
  for (const [index, family] of ipFamilies.entries()) {
    if (!families.has(family))
      errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  }
  if (errors.length > 0) return errors;
  spec.ipFamilies = withSecond(ipFamilies.length > 0 ? ipFamilies : [defaultFamily], !single && families.size === 2);
  return [];
}

function withSecond(ipFamilies: IPFamily[], dual: boolean): IPFamily[] {
  if (!dual || ipFamilies.length !== 1) return ipFamilies;
  return [...ipFamilies, ipFamilies[0] === 'IPv4' ? 'IPv6' : 'IPv4'];
}

/** clusterIP and clusterIPs agree, are addresses, and do not change once set. */
function checkClusterIPs(spec: ServiceSpecView, old: ServiceSpecView | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const { clusterIP = '', clusterIPs = [] } = spec;
  if (clusterIPs.length > 0 && clusterIP === '') {
    errors.push(invalid('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified'));
  }
  if (clusterIPs.length > 0 && clusterIP !== '' && clusterIPs[0] !== clusterIP) {
    errors.push(invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`'));
  }
  for (const [index, ip] of clusterIPs.entries()) {
    if (index === 0 && ip === headless) {
      if (clusterIPs.length > 1)
        errors.push(invalid('spec.clusterIPs', clusterIPs, "'None' must be the first and only value"));
      continue;
    }
    if (!parseIP(ip)) errors.push(invalid(`spec.clusterIPs[${index}]`, ip, addressMessage));
  }
  if (clusterIPs.length > 2) errors.push(invalid('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values'));
  if (old && old.type !== 'ExternalName') {
    const before = old.clusterIPs ?? [];
    if (before[0] && clusterIPs[0] && before[0] !== clusterIPs[0]) {
      errors.push(invalid('spec.clusterIPs[0]', clusterIPs, 'may not change once set'));
    }
    const familiesBefore = old.ipFamilies ?? [];
    if (familiesBefore[0] && spec.ipFamilies?.[0] && familiesBefore[0] !== spec.ipFamilies[0]) {
      errors.push(invalid('spec.ipFamilies[0]', spec.ipFamilies, 'may not change once set'));
    }
  }
  return errors;
}

function same(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return (a ?? []).join() === (b ?? []).join();
}
