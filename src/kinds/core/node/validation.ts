/** Rules of nodes: taints, amounts of resources, pod CIDRs that stay. */

import {
  child,
  duplicate,
  type FieldError,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '#api/field-error.ts';
import { checkPositive } from '#api/field-rules.ts';
import { parsePrefix } from '#api/ip-address.ts';
import { checkLegacyCIDR, cidrWarnings } from '#api/ip-rules.ts';
import { checkLabelName } from '#api/label-rules.ts';
import { isValidLabelValue } from '#api/name-format.ts';
import type { Node, Taint } from '#kinds/generated/core-v1.ts';
import { taintEffects } from '../pod/validation/tolerations.ts';
import { checkResourceQuantity } from '../resource-names.ts';

const cidrsPath = 'spec.podCIDRs';
const featureName = /^[A-Z][A-Za-z0-9]*(?:\/[A-Za-z0-9]+)*$/;
const maxFeatureLength = 253;

export function validateNode(node: Node): FieldError[] {
  const errors: FieldError[] = [];
  const { spec = {}, status = {} } = node;
  // Upstream has them under metadata.
  checkTaints(spec.taints, 'metadata.taints', errors);
  checkAmounts(node, errors);
  const swap = status.nodeInfo?.swap?.capacity;
  if (swap !== undefined) checkPositive(swap, 'metadata.nodeSwapStatus.capacity', errors);
  checkDeclaredFeatures(status.declaredFeatures, 'status.declaredFeatures', errors);
  const cidrs = spec.podCIDRs ?? [];
  cidrs.forEach((cidr, position) => {
    checkLegacyCIDR(cidr, index(cidrsPath, position), errors);
  });
  if (cidrs.length > 1) {
    const families = new Set(cidrs.map((cidr) => parsePrefix(cidr)?.family));
    if (families.size !== 2 || cidrs.length > 2) {
      errors.push(invalid(cidrsPath, cidrs, 'may specify no more than one CIDR for each IP family'));
    }
  }
  return errors;
}

export function validateNodeUpdate({ spec = {}, status = {} }: Node, { spec: old = {} }: Node): FieldError[] {
  const errors: FieldError[] = [];
  const addresses = new Set<string>();
  status.addresses?.forEach(({ type, address }, position) => {
    const key = `${type} ${address}`;
    if (addresses.has(key))
      errors.push(duplicate(index('status.addresses', position), { Type: type, Address: address }));
    addresses.add(key);
  });
  const [now, before] = [spec.podCIDRs ?? [], old.podCIDRs ?? []];
  const isChanged = now.length !== before.length || before.some((cidr, position) => cidr !== now[position]);
  if (before.length > 0 && isChanged) {
    errors.push(forbidden(cidrsPath, 'node updates may not change podCIDR except from "" to valid'));
  }
  if (old.providerID && old.providerID !== spec.providerID) {
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  if ((spec.externalID ?? '') !== (old.externalID ?? '')) {
    errors.push(forbidden('spec.externalID', 'may not be updated'));
  }
  return errors;
}

/** The status is written under the rules of the whole node. */
export function validateNodeStatusUpdate(node: Node, old: Node): FieldError[] {
  return [...validateNode(node), ...validateNodeUpdate(node, old)];
}

export function nodeWarnings({ spec = {} }: Node): string[] {
  const warnings: string[] = [];
  if (spec.configSource) warnings.push('spec.configSource: the feature is removed');
  if (spec.externalID) warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  spec.podCIDRs?.forEach((cidr, position) => {
    warnings.push(...cidrWarnings(cidr, index(cidrsPath, position)));
  });
  return warnings;
}

function checkTaints(taints: readonly Taint[] | undefined, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  taints?.forEach((taint, position) => {
    const { key = '', value = '', effect } = taint;
    const at = index(path, position);
    checkLabelName(key, child(at, 'key'), errors);
    const messages = isValidLabelValue(value);
    if (messages.length > 0) errors.push(invalid(child(at, 'value'), value, messages.join(';')));
    if (!effect) errors.push(required(child(at, 'effect')));
    else if (!taintEffects.includes(effect)) errors.push(notSupported(child(at, 'effect'), effect, taintEffects));
    const pair = `${effect} ${key}`;
    if (seen.has(pair)) {
      const printed = { Key: key, Value: value, Effect: effect ?? '', TimeAdded: taint.timeAdded ?? null };
      const { message, ...rest } = duplicate(at, printed);
      errors.push({ ...rest, message: `${message}: taints must be unique by key and effect pair` });
    }
    seen.add(pair);
  });
}

function checkAmounts({ status }: Node, errors: FieldError[]): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    const amounts = status?.[list];
    for (const name in amounts) {
      checkResourceQuantity(name, amounts[name] ?? '0', child('status', list, name), errors);
    }
  }
}

/** Sorted names without repetitions (KEP-5328). */
function checkDeclaredFeatures(features: readonly string[] | undefined, path: string, errors: FieldError[]): void {
  features?.forEach((feature, position) => {
    const at = index(path, position);
    const name = `invalid feature name ${JSON.stringify(feature)}`;
    if (feature.length > maxFeatureLength) {
      errors.push(invalid(at, feature, `${name}: must be no more than ${maxFeatureLength} characters`));
    } else if (!featureName.test(feature)) {
      const detail =
        "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
      errors.push(invalid(at, feature, `${name}: ${detail}`));
    }
    const next = features[position + 1];
    if (next === undefined || feature < next) return;
    const nextPath = index(path, position + 1);
    errors.push(
      feature === next ? duplicate(nextPath, next) : invalid(nextPath, next, 'list must be sorted alphabetically'),
    );
  });
}
