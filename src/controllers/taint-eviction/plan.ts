/** When a pod has to leave its node because of NoExecute taints (upstream's pkg/controller/tainteviction). */

import { toleratedBy } from '#kinds/core/pod/toleration.ts';
import type { Taint, Toleration } from '#kinds/generated/core-v1.ts';

/**
 * Milliseconds that the pod may stay: 0 when a taint is not tolerated, undefined when all are tolerated for ever. Of several limited
 * tolerations the shortest counts.
 */
export function toleratedForMs(
  taints: readonly Taint[],
  tolerations: readonly Toleration[] | undefined,
): number | undefined {
  let shortest: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const toleration = toleratedBy(tolerations, taint);
    if (!toleration) return 0;
    const seconds = toleration.tolerationSeconds;
    if (seconds === undefined) continue;
    const ms = Math.max(0, seconds) * 1000;
    if (shortest === undefined || ms < shortest) shortest = ms;
  }
  return shortest;
}
