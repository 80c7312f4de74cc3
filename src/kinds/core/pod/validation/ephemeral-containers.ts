/** Updates of pods/ephemeralcontainers: containers are only added (KEP-277). */

import { type FieldError, forbidden, wholeObject } from '#api/field-error.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { treeDiff } from '#api/tree-diff.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { printedEphemeralContainer } from '../printed-spec.ts';
import { mirrorPodKey } from './annotations.ts';

export function checkEphemeralContainersUpdate(pod: Pod, old: Pod, errors: FieldError[]): void {
  if (old.metadata?.annotations?.[mirrorPodKey] !== undefined) {
    errors.length = 0;
    errors.push(forbidden(wholeObject, 'static pods do not support ephemeral containers'));
    return;
  }
  const path = 'spec.ephemeralContainers';
  // A patch does not keep the order.
  const now = new Map((pod.spec?.ephemeralContainers ?? []).map((container) => [container.name, container]));
  for (const before of old.spec?.ephemeralContainers ?? []) {
    const container = now.get(before.name);
    const which = `existing ephemeral containers ${JSON.stringify(before.name)}`;
    if (!container) errors.push(forbidden(path, `${which} may not be removed\n`));
    else if (!semanticallyEqual(container, before)) {
      const difference = treeDiff(printedEphemeralContainer(before), printedEphemeralContainer(container));
      errors.push(forbidden(path, `${which} may not be changed\n${difference}`));
    }
  }
}
