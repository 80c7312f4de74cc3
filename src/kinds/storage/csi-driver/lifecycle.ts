/** What writes do to CSIDrivers. */

import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { Draft } from '#base/edit.ts';
import type { CSIDriver } from '#kinds/generated/storage-v1.ts';

/** Behind a feature gate that is off by default in 1.36 (VolumeLimitScaling): dropped, unless the stored driver has it already. */
export function dropDisabledFields({ spec }: Draft<CSIDriver>, old?: CSIDriver): void {
  if (old?.spec.preventPodSchedulingIfMissing === undefined) delete spec.preventPodSchedulingIfMissing;
}

/** The generation counts changes only, from 0: a new driver has none. */
export function prepareUpdate(driver: Draft<CSIDriver>, old: CSIDriver): void {
  dropDisabledFields(driver, old);
  const { metadata, spec } = driver;
  if (metadata && !semanticallyEqual(spec, old.spec)) metadata.generation = (old.metadata?.generation ?? 0) + 1;
}

const tokensInAttributes =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

export function csiDriverWarnings(driver: CSIDriver, old: CSIDriver | undefined): readonly string[] {
  const { tokenRequests = [], serviceAccountTokenInSecrets } = driver.spec ?? {};
  if (tokenRequests.length === 0 || serviceAccountTokenInSecrets !== undefined) return [];
  return old && semanticallyEqual(tokenRequests, old.spec?.tokenRequests) ? [] : [tokensInAttributes];
}
