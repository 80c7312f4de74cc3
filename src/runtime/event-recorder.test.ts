import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Events } from '#kinds/core/event/definition.ts';
import type { Event } from '#kinds/generated/core-v1.ts';
import { createCluster } from '#testing/cluster.ts';
import { createEventRecorder, type EventRecorderConfig } from './event-recorder.ts';

const subject = { kind: 'Pod', apiVersion: 'v1', namespace: 'default', name: 'p', uid: 'u' };

/** The one event that is there after the same was recorded twice. */
async function recordedTwice(config: Omit<EventRecorderConfig, 'client' | 'env'>): Promise<Event> {
  using cluster = await createCluster({ seed: 1 });
  const { client, env } = cluster;
  const events = createEventRecorder({ client, env, ...config });
  events.record(subject, 'Warning', 'FailedScheduling', 'nowhere', 'Scheduling');
  events.record(subject, 'Warning', 'FailedScheduling', 'nowhere', 'Scheduling');
  await events.flush();
  const { items } = await client.list(Events, { namespace: 'default' });
  const ours = items.filter(({ involvedObject }) => involvedObject?.uid === subject.uid);
  assert.equal(ours.length, 1);
  return ours[0] ?? assert.fail();
}

test('EventRecorder counts what repeats, with the source of the older API', async () => {
  const event = await recordedTwice({ component: 'kubelet', host: 'n1' });
  assert.deepEqual(event.source, { component: 'kubelet', host: 'n1' });
  assert.deepEqual([event.count, event.series, event.eventTime ?? undefined], [2, undefined, undefined]);
});

test('EventRecorder with a reportingInstance writes series and an action, and no source', async () => {
  const event = await recordedTwice({ component: 'default-scheduler', reportingInstance: 'default-scheduler-host' });
  const { source = {}, count, series, action, reportingComponent, reportingInstance } = event;
  assert.deepEqual(
    { source, count, series: series?.count, action, reportingComponent, reportingInstance },
    {
      source: {},
      count: undefined,
      series: 2,
      action: 'Scheduling',
      reportingComponent: 'default-scheduler',
      reportingInstance: 'default-scheduler-host',
    },
  );
  assert.match(event.eventTime ?? '', /\.\d{6}Z$/);
});
