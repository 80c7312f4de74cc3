import { defineResource } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import { Events as CoreEvents } from '#kinds/core/event/definition.ts';
import type { Event as CoreEvent } from '#kinds/generated/core-v1.ts';
import type { Event } from '#kinds/generated/events-v1.ts';
import { fromCoreEvent, toCoreEvent } from './conversion.ts';
import { validateEventV1, validateEventV1Update } from './validation.ts';

export const Events = defineResource<Event>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  scope: 'Namespaced',
  shortNames: ['ev'],
  allowCreateOnUpdate: true,
  ttlSeconds: 3600,
  validate: validateEventV1,
  validateUpdate: validateEventV1Update,
  columns: CoreEvents.columns.map((column) => ({
    ...column,
    cell: (event, nowMs) => column.cell(toCoreEvent(event as KubeObject) as CoreEvent, nowMs),
  })),
  storedAs: { definition: CoreEvents, toStored: toCoreEvent, fromStored: fromCoreEvent },
  selectableFields: {
    reason: (event) => event.reason ?? '',
    type: (event) => event.type ?? '',
    'regarding.kind': (event) => event.regarding?.kind ?? '',
    'regarding.namespace': (event) => event.regarding?.namespace ?? '',
    'regarding.name': (event) => event.regarding?.name ?? '',
    'regarding.uid': (event) => event.regarding?.uid ?? '',
    'regarding.apiVersion': (event) => event.regarding?.apiVersion ?? '',
    'regarding.resourceVersion': (event) => event.regarding?.resourceVersion ?? '',
    'regarding.fieldPath': (event) => event.regarding?.fieldPath ?? '',
    reportingController: (event) => event.reportingController ?? '',
  },
});
