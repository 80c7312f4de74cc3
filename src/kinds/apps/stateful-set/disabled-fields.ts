/** Fields behind feature gates that are off by default in 1.36: dropped, unless the stored object has them already. */

import type { Draft } from '#base/edit.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';

/** MaxUnavailableStatefulSet (KEP-961). */
export function dropMaxUnavailable(statefulSet: Draft<StatefulSet>, old?: StatefulSet): void {
  const rollingUpdate = statefulSet.spec?.updateStrategy?.rollingUpdate;
  if (rollingUpdate && old?.spec?.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) {
    delete rollingUpdate.maxUnavailable;
  }
}
