/** Rules of tolerations, and of the taints that they answer. */

import { child, type FieldError, index, invalid, notSupported } from '#api/field-error.ts';
import { checkLabelName } from '#api/label-rules.ts';
import { isValidLabelValue } from '#api/name-format.ts';
import type { Toleration } from '#kinds/generated/core-v1.ts';

export const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkTolerations(
  tolerations: readonly Toleration[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  tolerations?.forEach(({ key = '', operator = '', value = '', effect = '', tolerationSeconds }, position) => {
    const at = index(path, position);
    const operatorPath = child(at, 'operator');
    if (key !== '') checkLabelName(key, child(at, 'key'), errors);
    else if (operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(operatorPath, operator, detail));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalid(child(at, 'effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    switch (operator) {
      case '':
      case 'Equal': {
        const messages = isValidLabelValue(value);
        if (messages.length > 0) errors.push(invalid(operatorPath, value, messages.join(';')));
        break;
      }
      case 'Exists':
        if (value !== '') errors.push(invalid(operatorPath, value, "value must be empty when `operator` is 'Exists'"));
        break;
      case 'Lt':
      case 'Gt':
        // They need a feature that is off (TaintTolerationComparisonOperators, alpha).
        errors.push(notSupported(operatorPath, operator, ['Equal', 'Exists', 'Lt', 'Gt']));
        break;
      default:
        errors.push(notSupported(operatorPath, operator, ['Equal', 'Exists']));
    }
    if (effect !== '' && !taintEffects.includes(effect)) {
      errors.push(notSupported(child(at, 'effect'), effect, taintEffects));
    }
  });
}
