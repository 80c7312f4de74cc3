/** Rules of PriorityClasses: a class never changes what it is worth, and system names stand for fixed values. */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, forbidden, notSupported, required } from '#api/field-error.ts';
import { checkImmutable } from '#api/field-rules.ts';
import type { PriorityClass } from '#kinds/generated/scheduling-v1.ts';

const systemPrefix = 'system-';
const highestUserDefinablePriority = 1_000_000_000;
const systemValues: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);

export function validatePriorityClass(
  priorityClass: PriorityClass,
  _context: HookContext,
  old?: PriorityClass,
): FieldError[] {
  const errors: FieldError[] = [];
  if (old) return errors;
  const { metadata, value = 0 } = priorityClass;
  const preemptionPolicy: string | undefined = priorityClass.preemptionPolicy;
  const name = metadata?.name ?? '';
  if (name.startsWith(systemPrefix)) {
    const fault = systemFault(priorityClass, name);
    if (fault) {
      const detail = `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${fault}`;
      errors.push(forbidden('metadata.name', detail));
    }
  } else if (value > highestUserDefinablePriority) {
    const detail = `maximum allowed value of a user defined priority is ${highestUserDefinablePriority}`;
    errors.push(forbidden('value', detail));
  }
  if (preemptionPolicy === '') errors.push(required('preemptionPolicy'));
  else if (preemptionPolicy && preemptionPolicy !== 'PreemptLowerPriority' && preemptionPolicy !== 'Never') {
    errors.push(notSupported('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never']));
  }
  return errors;
}

function systemFault({ value = 0, globalDefault = false }: PriorityClass, name: string): string | undefined {
  const expected = systemValues.get(name);
  if (expected === undefined) return `${name} is not a known system priority class`;
  if (value !== expected) return `value of ${name} PriorityClass must be ${expected}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function validatePriorityClassUpdate(priorityClass: PriorityClass, old: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  if ((priorityClass.value ?? 0) !== (old.value ?? 0)) {
    errors.push(forbidden('value', 'may not be changed in an update.'));
  }
  checkImmutable(priorityClass.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy', errors);
  return errors;
}
