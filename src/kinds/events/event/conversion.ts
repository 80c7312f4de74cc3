/** events.k8s.io/v1 events are core/v1 events under other field names (pkg/apis/events/v1 conversion.go). */

import type { KubeObject } from '#api/object.ts';

/** Name in core/v1 by name in events.k8s.io/v1; all other fields have one name. */
const coreNames: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};
const eventsNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(coreNames).map(([events, core]) => [core, events]),
);

/** Fields that core/v1 always has. */
const coreZero = { involvedObject: {}, reportingComponent: '', reportingInstance: '' };

export function toCoreEvent(event: KubeObject): KubeObject {
  return { ...coreZero, ...renamed(event, coreNames), kind: 'Event', apiVersion: 'v1' };
}

export function fromCoreEvent(event: KubeObject): KubeObject {
  return { ...renamed(event, eventsNames), kind: 'Event', apiVersion: 'events.k8s.io/v1' };
}

function renamed(event: KubeObject, names: Readonly<Record<string, string>>): KubeObject {
  return Object.fromEntries(
    Object.entries(event).map(([field, value]) => [Object.hasOwn(names, field) ? names[field] : field, value]),
  );
}
