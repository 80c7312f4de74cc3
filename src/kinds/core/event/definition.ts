import { defineResource } from '#api/definition.ts';
import { pathSegmentName } from '#api/name-format.ts';
import type { Event } from '#kinds/generated/core-v1.ts';
import { eventColumns } from './columns.ts';
import { validateEvent } from './validation.ts';

export const Events = defineResource<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  scope: 'Namespaced',
  validateName: pathSegmentName,
  allowsPlainFinalizers: true,
  validate: validateEvent,
  metadataRulesLast: true,
  columns: eventColumns,
  shortNames: ['ev'],
  allowCreateOnUpdate: true,
  ttlSeconds: 3600,
  selectableFields: {
    'involvedObject.kind': (event) => event.involvedObject.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    source: (event) => event.source?.component || (event.reportingComponent ?? ''),
    type: (event) => event.type ?? '',
  },
});
