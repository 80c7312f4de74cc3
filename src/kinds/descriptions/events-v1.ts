/** What the types and fields of events/v1 are, in our words: shown by `kubectl explain`. Language: src/api/openapi/descriptions.ts. */
import type { PackageDescriptions } from '#api/openapi/descriptions.ts';

export const eventsV1: PackageDescriptions = {
  package: 'k8s.io/api/events/v1',
  text: `
Event: A report of something that happened to an object. Events are kept for a short time, may be lost, and are no base for decisions.
  eventTime: When it happened first. Required.
  series: How often and until when it repeated; absent for a single event.
  reportingController: Who reports, such as kubernetes.io/kubelet. Required.
  reportingInstance: Which instance of the reporter, such as a node's name; up to 128 characters. Required.
  action: What was done or failed, as a short word for programs; up to 128 characters. Required.
  reason: Why it was done, as a short word for programs; up to 128 characters. Required.
  regarding: The object that the event is about; mostly the one that the reporter looks after.
  related: Another object that took part.
  note: What happened, for people; up to 1 KB.
  type: Normal or Warning.
  deprecatedSource: Deprecated: source of a core/v1 Event; reportingController and reportingInstance replace it.
  deprecatedFirstTimestamp: Deprecated: firstTimestamp of a core/v1 Event; eventTime replaces it.
  deprecatedLastTimestamp: Deprecated: lastTimestamp of a core/v1 Event; series replaces it.
  deprecatedCount: Deprecated: count of a core/v1 Event; series replaces it.
EventSeries: The repetitions of one event.
  count: How often it was seen, at least 2.
  lastObservedTime: When it was last seen.
`,
};
