/**
 * When what a write of endpoints follows from has happened: the annotation endpoints.kubernetes.io/last-change-trigger-time, from which
 * consumers measure how long the network took to be programmed (upstream's k8s.io/endpointslice/util trigger_time_tracker.go).
 *
 * Of a Service seen for the first time it is its creation; after that the earliest of the changes since the last look. Pods change
 * when their readiness does. Without such a change there is none, and the annotation goes.
 */

import type { Pod, Service } from '#kinds/generated/core-v1.ts';
import { podCondition } from '../pods/state.ts';

export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Seen {
  readonly service: string;
  readonly pods: ReadonlyMap<string, string>;
}

export class TriggerTimes {
  /** By 'namespace/name' of the Service. Times of objects are whole seconds in UTC, so their text is in order. */
  private readonly seen = new Map<string, Seen>();

  /** The trigger time of what is written now, and remembers what was seen. */
  next(key: string, service: Service, servicePods: readonly Pod[]): string | undefined {
    const last = this.seen.get(key);
    const created = service.metadata?.creationTimestamp ?? '';
    const pods = new Map<string, string>();
    let earliest = last && created > last.service ? created : undefined;
    for (const pod of servicePods) {
      const name = pod.metadata?.name ?? '';
      const changed = podCondition(pod, 'Ready')?.lastTransitionTime;
      if (!changed) continue;
      pods.set(name, changed);
      if (changed > (last?.pods.get(name) ?? '') && (earliest === undefined || changed < earliest)) earliest = changed;
    }
    this.seen.set(key, { service: created, pods });
    return last ? earliest : created || undefined;
  }

  forget(key: string): void {
    this.seen.delete(key);
  }
}

type Annotations = Readonly<Record<string, string>>;

export function withoutTriggerTime(annotations: Annotations | undefined): Annotations | undefined {
  const { [triggerTimeAnnotation]: _, ...others } = annotations ?? {};
  return Object.keys(others).length > 0 ? others : undefined;
}

export function withTriggerTime(
  annotations: Annotations | undefined,
  triggerTime: string | undefined,
): Annotations | undefined {
  const others = withoutTriggerTime(annotations);
  return triggerTime === undefined ? others : { ...others, [triggerTimeAnnotation]: triggerTime };
}
