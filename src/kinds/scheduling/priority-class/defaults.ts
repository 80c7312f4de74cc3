/** Defaults of priority classes. */

import type { Draft } from '#base/edit.ts';
import type { PriorityClass } from '#kinds/generated/scheduling-v1.ts';

export function defaultPriorityClass(priorityClass: Draft<PriorityClass>): void {
  priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
}
