/** Defaults of priority levels. */

import type { Draft } from '#base/edit.ts';
import type { PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';

export function defaultPriorityLevelConfiguration({ spec }: Draft<PriorityLevelConfiguration>): void {
  if (spec?.exempt) {
    spec.exempt.nominalConcurrencyShares ??= 0;
    spec.exempt.lendablePercent ??= 0;
  }
  if (!spec?.limited) return;
  spec.limited.nominalConcurrencyShares ??= 30;
  spec.limited.lendablePercent ??= 0;
  const queuing = spec.limited.limitResponse?.queuing;
  if (!queuing) return;
  // Zero stands for none.
  queuing.handSize ||= 8;
  queuing.queues ||= 64;
  queuing.queueLengthLimit ||= 50;
}
