/** Rules of RuntimeClasses. */

import { duplicate, type FieldError, index } from '#api/field-error.ts';
import { checkImmutable, checkRequiredFormat } from '#api/field-rules.ts';
import { checkLabels } from '#api/label-rules.ts';
import { isDNS1123Label } from '#api/name-format.ts';
import { checkTolerations } from '#kinds/core/pod/validation/tolerations.ts';
import { checkContainerResourceName, checkResourceQuantity } from '#kinds/core/resource-names.ts';
import type { Toleration } from '#kinds/generated/core-v1.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';

export function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors: FieldError[] = [];
  checkRequiredFormat(isDNS1123Label, handler, 'handler', errors);
  for (const [name, quantity] of Object.entries(overhead?.podFixed ?? {})) {
    const path = `overhead.limits[${name}]`;
    checkContainerResourceName(name, path, errors);
    checkResourceQuantity(name, quantity, path, errors);
  }
  checkLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector', errors);
  const { tolerations = [] } = scheduling ?? {};
  checkTolerations(tolerations, 'scheduling.tolerations', errors);
  const seen = new Set<string>();
  tolerations.forEach((toleration, position) => {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    const identity = JSON.stringify([key, operator, value, effect]);
    if (seen.has(identity))
      errors.push(duplicate(index('scheduling.tolerations', position), printedToleration(toleration)));
    seen.add(identity);
  });
  return errors;
}

/** Upstream prints its internal type. */
function printedToleration(toleration: Toleration): unknown {
  const { key, operator, value, effect, tolerationSeconds } = toleration;
  const texts = { Key: key ?? '', Operator: operator ?? '', Value: value ?? '', Effect: effect ?? '' };
  return { ...texts, TolerationSeconds: tolerationSeconds ?? null };
}

export function validateRuntimeClassUpdate({ handler }: RuntimeClass, old: RuntimeClass): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(handler, old.handler, 'handler', errors);
  return errors;
}
