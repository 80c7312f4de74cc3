/** Rules of ValidatingAdmissionPolicies and of their status. */

import { checkConditions } from '#api/condition-rules.ts';
import { child, duplicate, type FieldError, index, invalid, required } from '#api/field-error.ts';
import { checkOptionalWord } from '#api/field-rules.ts';
import { checkLabelName, utf8Length } from '#api/label-rules.ts';
import type {
  AuditAnnotation,
  ValidatingAdmissionPolicy,
  Validation,
} from '#kinds/generated/admissionregistration-v1.ts';
import { PolicyExpressions } from '../expressions/check.ts';
import { auditAnnotationResult, conditionResult, messageResult } from '../expressions/compile.ts';
import { checkPolicySpec } from '../policy-rules.ts';

const maxAuditAnnotations = 20;
const maxValueExpressionBytes = 5 * 1024;
const reasons: ReadonlySet<string> = new Set(['Forbidden', 'Invalid', 'RequestEntityTooLarge']);

export function validateValidatingAdmissionPolicy(
  { metadata, spec }: ValidatingAdmissionPolicy,
  _context: unknown,
  old?: ValidatingAdmissionPolicy,
): FieldError[] {
  const errors: FieldError[] = [];
  const { validations = [], auditAnnotations = [], variables = [], paramKind } = spec ?? {};
  const expressions = new PolicyExpressions({ params: paramKind !== undefined, composed: variables.length > 0 });
  checkPolicySpec(spec, old && (old.spec ?? {}), expressions, errors);
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    errors.push(required('spec.validations', detail), required('spec.auditAnnotations', detail));
    return errors;
  }
  validations.forEach((validation, position) => {
    checkValidation(validation, index('spec.validations', position), expressions, errors);
  });
  if (auditAnnotations.length > maxAuditAnnotations) {
    // Upstream prints its internal type.
    const printed = auditAnnotations.map(({ key, valueExpression }) => ({
      Key: key,
      ValueExpression: valueExpression,
    }));
    const detail = `must not have more than ${maxAuditAnnotations} auditAnnotations`;
    errors.push(invalid('spec.auditAnnotations', printed, detail));
  }
  const keys = new Set<string>();
  auditAnnotations.forEach((annotation, position) => {
    const at = index('spec.auditAnnotations', position);
    checkAuditAnnotation(metadata?.name ?? '', annotation, at, expressions, errors);
    if (keys.has(annotation.key)) errors.push(duplicate(child(at, 'key'), annotation.key));
    keys.add(annotation.key);
  });
  return errors;
}

function checkValidation(
  validation: Validation,
  path: string,
  expressions: PolicyExpressions,
  errors: FieldError[],
): void {
  const { expression = '', messageExpression = '', message = '', reason } = validation;
  const expressionPath = child(path, 'expression');
  if (expression.trim() === '') errors.push(required(expressionPath, 'expression is not specified'));
  else expressions.check(expression, conditionResult, { authorizer: true }, expressionPath, errors);
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(invalid(child(path, 'messageExpression'), messageExpression, 'must be non-empty if specified'));
  } else if (messageExpression !== '') {
    expressions.check(messageExpression, messageResult, {}, child(path, 'messageExpression'), errors);
  }
  if (message !== '' && message.trim() === '') {
    errors.push(invalid(child(path, 'message'), message, 'must be non-empty if specified'));
  } else if (/[\n\r]/.test(message.trim())) {
    errors.push(invalid(child(path, 'message'), message, 'must not contain line breaks'));
  }
  checkOptionalWord(reason, reasons, child(path, 'reason'), errors);
}

function checkAuditAnnotation(
  policy: string,
  { key = '', valueExpression = '' }: AuditAnnotation,
  path: string,
  expressions: PolicyExpressions,
  errors: FieldError[],
): void {
  if (policy === '') errors.push(invalid(child(path, 'key'), key, 'requires metadata.name be non-empty'));
  else checkLabelName(`${policy}/${key}`, child(path, 'key'), errors);
  const value = valueExpression.trim();
  const valuePath = child(path, 'valueExpression');
  if (value === '') errors.push(required(valuePath, 'valueExpression is not specified'));
  else if (utf8Length(value) > maxValueExpressionBytes) {
    errors.push(required(valuePath, `must not exceed ${maxValueExpressionBytes} bytes in length`));
  } else expressions.check(value, auditAnnotationResult, { authorizer: true }, valuePath, errors, valueExpression);
}

export function validateValidatingAdmissionPolicyStatus({ status }: ValidatingAdmissionPolicy): FieldError[] {
  const errors: FieldError[] = [];
  status?.typeChecking?.expressionWarnings?.forEach(({ warning = '', fieldRef = '' }, position) => {
    const at = index('status.typeChecking.expressionWarnings', position);
    if (warning === '') errors.push(required(child(at, 'warning')));
    if (fieldRef.trim() === '') errors.push(required(child(at, 'fieldRef')));
  });
  checkConditions(status?.conditions, 'status.conditions', errors);
  return errors;
}
