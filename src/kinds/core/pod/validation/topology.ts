/** Rules of topology spread constraints, and of the label keys that stand for the pod's own values (KEP-3243, KEP-3633). */

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
import { checkOptionalWord, checkPositive } from '#api/field-rules.ts';
import type { LabelSelector } from '#api/generated/meta-v1.ts';
import { checkLabelName, checkLabelSelector } from '#api/label-rules.ts';
import type { TopologySpreadConstraint } from '#kinds/generated/core-v1.ts';
import type { SpecContext } from './rules.ts';

const actions = ['DoNotSchedule', 'ScheduleAnyway'];
const inclusionPolicies: ReadonlySet<string> = new Set(['Honor', 'Ignore']);

export function checkSpreadConstraints({ spec, rules, errors }: SpecContext, path: string): void {
  const constraints = spec.topologySpreadConstraints ?? [];
  constraints.forEach((constraint, position) => {
    const at = index(path, position);
    const { maxSkew = 0, topologyKey, whenUnsatisfiable = '', minDomains, matchLabelKeys, labelSelector } = constraint;
    checkPositive(maxSkew, child(at, 'maxSkew'), errors);
    if (!topologyKey) errors.push(required(child(at, 'topologyKey'), 'can not be empty'));
    if (!actions.includes(whenUnsatisfiable)) {
      errors.push(notSupported(child(at, 'whenUnsatisfiable'), whenUnsatisfiable, actions));
    }
    const isRepeated = constraints
      .slice(position + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (isRepeated) {
      const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
      errors.push(duplicate(child(at, '{topologyKey, whenUnsatisfiable}'), pair));
    }
    checkMinDomains(minDomains, whenUnsatisfiable, child(at, 'minDomains'), errors);
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      checkOptionalWord(constraint[field], inclusionPolicies, child(at, field), errors);
    }
    if (rules.legacySpreadKeys) {
      checkSpreadKeysAsBefore(matchLabelKeys, labelSelector, child(at, 'matchLabelKeys'), errors);
    } else checkMatchLabelKeys({ matchLabelKeys, labelSelector }, at, errors);
    if (!rules.allowInvalidSpreadSelector) checkLabelSelector(labelSelector, child(at, 'labelSelector'), errors);
  });
}

export interface LabelKeys {
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
  readonly labelSelector?: LabelSelector | undefined;
}

export function checkMatchLabelKeys(
  { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector }: LabelKeys,
  path: string,
  errors: FieldError[],
): void {
  checkKeys(matchLabelKeys, labelSelector, child(path, 'matchLabelKeys'), errors);
  checkKeys(mismatchLabelKeys, labelSelector, child(path, 'mismatchLabelKeys'), errors);
  if (labelSelector && matchLabelKeys.length > 0) {
    // The server has written the keys' own expressions already, so the user's are the second ones.
    const seen = new Set(Object.keys(labelSelector.matchLabels ?? {}));
    for (const { key } of labelSelector.matchExpressions ?? []) {
      const position = matchLabelKeys.lastIndexOf(key);
      if (position >= 0 && seen.has(key)) {
        errors.push(invalid(index(path, position), key, 'exists in both matchLabelKeys and labelSelector'));
      }
      seen.add(key);
    }
  }
  matchLabelKeys.forEach((key, position) => {
    if (!mismatchLabelKeys.includes(key)) return;
    const at = index(child(path, 'matchLabelKeys'), position);
    errors.push(invalid(at, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
}

export function hasInvalidMatchLabelKeys(constraints: readonly TopologySpreadConstraint[]): boolean {
  const errors: FieldError[] = [];
  for (const constraint of constraints) checkMatchLabelKeys(constraint, '', errors);
  return errors.length > 0;
}

function checkMinDomains(minDomains: number | undefined, action: string, path: string, errors: FieldError[]): void {
  if (minDomains === undefined) return;
  checkPositive(minDomains, path, errors);
  if (action !== 'DoNotSchedule') {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
    errors.push(invalid(path, minDomains, detail));
  }
}

function checkKeys(
  keys: readonly string[],
  selector: LabelSelector | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (keys.length === 0) return;
  if (!selector) {
    errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
    return;
  }
  keys.forEach((key, position) => {
    checkLabelName(key, index(path, position), errors);
  });
}

function checkSpreadKeysAsBefore(
  keys: readonly string[] | undefined,
  selector: LabelSelector | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!keys || keys.length === 0) return;
  if (!selector) errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
  const selected = new Set([
    ...Object.keys(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  keys.forEach((key, position) => {
    checkLabelName(key, index(path, position), errors);
    if (selected.has(key)) {
      errors.push(invalid(index(path, position), key, 'exists in both matchLabelKeys and labelSelector'));
    }
  });
}
