/** Rules of resource quotas: what may be limited, and which scopes go with what (KEP-612). */

import { child, entry, type FieldError, invalid, required } from '#api/field-error.ts';
import { immutableMessage } from '#api/field-rules.ts';
import { optional, type PrintedShape, printedStruct } from '#api/printed-struct.ts';
import type { ResourceQuota, ResourceQuotaSpec } from '#kinds/generated/core-v1.ts';
import { checkQuotaResourceName, checkResourceQuantity, isStandardQuotaResource } from '../resource-names.ts';

const podResources = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const claimResources = ['persistentvolumeclaims', 'requests.storage'];

/** Scopes and the resources that they can be applied to. */
const scopes: ReadonlyMap<string, readonly string[]> = new Map([
  ['Terminating', podResources],
  ['NotTerminating', podResources],
  ['NotBestEffort', podResources],
  ['PriorityClass', podResources],
  ['CrossNamespacePodAffinity', podResources],
  ['BestEffort', ['pods']],
  ['VolumeAttributesClass', claimResources],
]);

const existenceScopes: ReadonlySet<string> = new Set([
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
]);

const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

export function validateResourceQuota(quota: ResourceQuota): FieldError[] {
  const errors: FieldError[] = [];
  const { spec = {} } = quota;
  checkList(spec.hard, 'spec.hard', errors);
  checkScopes(spec, 'spec.scopes', errors);
  checkSelector(spec, 'spec.scopeSelector.matchExpressions', errors);
  return errors;
}

export function validateResourceQuotaUpdate({ spec }: ResourceQuota, old: ResourceQuota): FieldError[] {
  const now = new Set(spec?.scopes ?? []);
  const before = new Set(old.spec?.scopes ?? []);
  if (now.symmetricDifference(before).size === 0) return [];
  return [invalid('spec.scopes', spec?.scopes, immutableMessage)];
}

export function validateResourceQuotaStatusUpdate({ status }: ResourceQuota): FieldError[] {
  const errors: FieldError[] = [];
  checkList(status?.hard, 'status.hard', errors);
  checkList(status?.used, 'status.used', errors);
  return errors;
}

function checkList(list: Readonly<Record<string, string>> | undefined, path: string, errors: FieldError[]): void {
  for (const name in list) {
    const at = entry(path, name);
    checkQuotaResourceName(name, at, errors);
    checkResourceQuantity(name, list[name] ?? '0', at, errors);
  }
}

function checkScopes({ scopes: chosen = [], hard = {} }: ResourceQuotaSpec, path: string, errors: FieldError[]): void {
  for (const scope of chosen) {
    if (!scopes.has(scope)) errors.push(invalid(path, chosen, 'unsupported scope'));
    for (const _name of unfit(scope, hard)) errors.push(invalid(path, chosen, 'unsupported scope applied to resource'));
  }
  for (const pair of opposites) {
    if (pair.every((scope) => chosen.includes(scope))) errors.push(invalid(path, chosen, 'conflicting scopes'));
  }
}

function checkSelector(
  { scopeSelector, scopes: plain, hard = {} }: ResourceQuotaSpec,
  path: string,
  errors: FieldError[],
): void {
  const requirements = scopeSelector?.matchExpressions ?? [];
  for (const { scopeName = '', operator = '', values = [] } of requirements) {
    if (!scopes.has(scopeName)) errors.push(invalid(child(path, 'scopeName'), scopeName, 'unsupported scope'));
    for (const _name of unfit(scopeName, hard)) {
      errors.push(
        invalid(path, printedStruct(scopeSelector, printedSelector), 'unsupported scope applied to resource'),
      );
    }
    if (existenceScopes.has(scopeName) && operator !== 'Exists') {
      const detail =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      errors.push(invalid(child(path, 'operator'), operator, detail));
    }
    switch (operator as string) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
          errors.push(required(child(path, 'values'), detail));
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
          errors.push(invalid(child(path, 'values'), values, detail));
        }
        break;
      default:
        errors.push(invalid(child(path, 'operator'), operator, 'not a valid selector operator'));
    }
  }
  for (const pair of opposites) {
    if (pair.every((scope) => requirements.some(({ scopeName }) => scopeName === scope))) {
      errors.push(invalid(path, plain, 'conflicting scopes'));
    }
  }
}

/** Names in the list that the scope says nothing about. */
function unfit(scope: string, hard: Readonly<Record<string, string>>): string[] {
  const fitting = scopes.get(scope);
  if (!fitting) return [];
  return Object.keys(hard).filter((name) => isStandardQuotaResource(name) && !fitting.includes(name));
}

/** As upstream prints it. */
const printedSelector: PrintedShape = { MatchExpressions: optional({ ScopeName: '', Operator: '', Values: null }) };
