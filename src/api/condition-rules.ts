/** Rules of meta/v1 Conditions (apimachinery meta/v1/validation ValidateConditions). */

import { child, duplicate, type FieldError, index, invalid, notSupported, required, tooLong } from './field-error.ts';
import type { Condition } from './generated/meta-v1.ts';
import { checkLabelName, utf8Length } from './label-rules.ts';
import { regexMessage } from './name-format.ts';

const statuses = ['False', 'True', 'Unknown'];
const maxReason = 1024;
const maxMessage = 32 * 1024;
const reasonPattern = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const reasonRegExp = new RegExp(`^(?:${reasonPattern})$`);
const reasonMessage = regexMessage(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  reasonPattern,
  'my_name',
  'MY_NAME',
  'MyName',
  'ReasonA,ReasonB',
  'ReasonA:ReasonB',
);

export function checkConditions(
  conditions: readonly Condition[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  const types = new Set<string>();
  conditions?.forEach((condition, position) => {
    const at = index(path, position);
    if (types.has(condition.type)) errors.push(duplicate(child(at, 'type'), condition.type));
    types.add(condition.type);
    checkCondition(condition, at, errors);
  });
}

function checkCondition(condition: Condition, path: string, errors: FieldError[]): void {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition;
  const reasonPath = child(path, 'reason');
  checkLabelName(type, child(path, 'type'), errors);
  if (!statuses.includes(status)) errors.push(notSupported(child(path, 'status'), status, statuses));
  if (observedGeneration < 0) {
    const detail = 'must be greater than or equal to zero';
    errors.push(invalid(child(path, 'observedGeneration'), observedGeneration, detail));
  }
  if (!lastTransitionTime) errors.push(required(child(path, 'lastTransitionTime')));
  if (reason === '') errors.push(required(reasonPath));
  else {
    if (!reasonRegExp.test(reason)) errors.push(invalid(reasonPath, reason, reasonMessage));
    if (reason.length > maxReason) errors.push(tooLong(reasonPath, maxReason));
  }
  if (utf8Length(message) > maxMessage) errors.push(tooLong(child(path, 'message'), maxMessage));
}
