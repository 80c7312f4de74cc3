/** Fields behind feature gates that are off by default in 1.36: dropped, unless the stored object has them already. */

import type { Draft } from '#base/edit.ts';
import { dropDisabledTemplateFields } from '#kinds/core/pod/disabled-fields.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';

export function dropDisabled(statefulSet: Draft<StatefulSet>, old?: StatefulSet): void {
  dropDisabledTemplateFields(statefulSet.spec?.template, old?.spec?.template);
  dropMaxUnavailable(statefulSet, old);
}

/** MaxUnavailableStatefulSet (KEP-961). */
function dropMaxUnavailable(statefulSet: Draft<StatefulSet>, old?: StatefulSet): void {
  const rollingUpdate = statefulSet.spec?.updateStrategy?.rollingUpdate;
  if (rollingUpdate && old?.spec?.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) {
    delete rollingUpdate.maxUnavailable;
  }
}
