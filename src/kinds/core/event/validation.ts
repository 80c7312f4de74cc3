/** Rules of core events. Those with eventTime are of the newer kind, and have to say who reports what (KEP-383). */

import { type FieldError, invalid, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { utf8Length } from '#api/label-rules.ts';
import { isDNS1123Subdomain, isQualifiedName } from '#api/name-format.ts';
import type { Event } from '#kinds/generated/core-v1.ts';

const maxFieldLength = 128;
const maxMessageLength = 1024;

export function validateEvent(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  checkEvent(event, 'reportingComponent', errors);
  return errors;
}

/** `reporterField` is what the reporting controller is called in the version that was asked for. */
export function checkEvent(event: Event, reporterField: string, errors: FieldError[]): void {
  const namespace = event.metadata?.namespace ?? '';
  checkInvolvedNamespace(event, namespace, errors);
  if (event.eventTime) {
    const { reportingComponent = '' } = event;
    if (reportingComponent === '') errors.push(required(reporterField));
    checkFormat(isQualifiedName, reportingComponent, reporterField, errors);
    for (const field of ['reportingInstance', 'action', 'reason'] as const) {
      const value = event[field] ?? '';
      if (value === '') errors.push(required(field));
      if (utf8Length(value) > maxFieldLength) {
        errors.push(invalid(field, '', `can have at most ${maxFieldLength} characters`));
      }
    }
    if (utf8Length(event.message ?? '') > maxMessageLength) {
      errors.push(invalid('message', '', `can have at most ${maxMessageLength} characters`));
    }
  }
  checkFormat(isDNS1123Subdomain, namespace, 'namespace', errors);
}

/** Events are beside their object; those of cluster-scoped objects are in default (or, with eventTime, in kube-system). */
function checkInvolvedNamespace({ involvedObject, eventTime }: Event, namespace: string, errors: FieldError[]): void {
  const involved = involvedObject?.namespace ?? '';
  const isAllowed =
    involved === ''
      ? namespace === 'default' || (eventTime ? namespace === 'kube-system' : namespace === '')
      : eventTime !== undefined || involved === namespace;
  if (!isAllowed) errors.push(invalid('involvedObject.namespace', involved, 'does not match event.namespace'));
}
