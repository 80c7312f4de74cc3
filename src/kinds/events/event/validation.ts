/**
 * Rules of events.k8s.io/v1 (KEP-383): the core rules, that the fields of older events are not used, and that only the series of an
 * event changes. Paths are those of core events, which upstream looks at.
 */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, invalid, required } from '#api/field-error.ts';
import { checkImmutable } from '#api/field-rules.ts';
import { type PrintedShape, printedStruct } from '#api/printed-struct.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { checkEvent } from '#kinds/core/event/validation.ts';
import type { Event as CoreEvent } from '#kinds/generated/core-v1.ts';
import type { Event } from '#kinds/generated/events-v1.ts';
import { toCoreEvent } from './conversion.ts';

const reporterField = 'reportingController';
const printedReference: PrintedShape = {
  Kind: '',
  Namespace: '',
  Name: '',
  UID: { field: 'uid', absent: '' },
  APIVersion: { field: 'apiVersion', absent: '' },
  ResourceVersion: '',
  FieldPath: '',
};

export function validateEventV1(event: Event, _context: HookContext, old?: Event): FieldError[] {
  const errors: FieldError[] = [];
  const core = toCoreEvent(event) as CoreEvent;
  checkEvent(core, reporterField, errors);
  if (old) return errors;
  checkSeries(core, errors);
  if (!core.eventTime) errors.push(required('eventTime'));
  if (core.type !== 'Normal' && core.type !== 'Warning') {
    errors.push(invalid('type', '', `has invalid value: ${core.type ?? ''}`));
  }
  const unset = (field: string, isSet: boolean): void => {
    if (isSet) errors.push(invalid(field, '', 'needs to be unset'));
  };
  unset('firstTimestamp', Boolean(core.firstTimestamp));
  unset('lastTimestamp', Boolean(core.lastTimestamp));
  unset('count', (core.count ?? 0) !== 0);
  unset('source', Boolean(core.source?.component || core.source?.host));
  return errors;
}

export function validateEventV1Update(event: Event, old: Event): FieldError[] {
  const errors: FieldError[] = [];
  const [core, before] = [toCoreEvent(event) as CoreEvent, toCoreEvent(old) as CoreEvent];
  if (!semanticallyEqual(core.series, before.series)) checkSeries(core, errors);
  const asObject = (shape: PrintedShape) => (value: object | undefined) => printedStruct(value ?? {}, shape);
  checkImmutable(core.involvedObject, before.involvedObject, 'involvedObject', errors, asObject(printedReference));
  for (const field of ['reason', 'message', 'type', 'action', 'reportingInstance'] as const) {
    checkImmutable(core[field], before[field], field, errors, (text = '') => text);
  }
  checkImmutable(core.source, before.source, 'source', errors, asObject({ Component: '', Host: '' }));
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count', 'eventTime'] as const) {
    checkImmutable(core[field], before[field], field, errors);
  }
  checkImmutable(core.related, before.related, 'related', errors, (value) =>
    value ? printedStruct(value, printedReference) : null,
  );
  checkImmutable(core.reportingComponent, before.reportingComponent, reporterField, errors);
  return errors;
}

function checkSeries({ series }: CoreEvent, errors: FieldError[]): void {
  if (!series) return;
  if ((series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'));
}
