/** What drivers said of devices goes when those are no longer allocated. */

import { keepMetadata } from '#api/status-metadata.ts';
import type { Draft } from '#base/edit.ts';
import type { ResourceClaim } from '#kinds/generated/resource-v1.ts';
import { deviceIdOf } from './status-rules.ts';

export function prepareResourceClaimStatus(draft: Draft<ResourceClaim>, old: ResourceClaim): void {
  keepMetadata(draft, old);
  const { status } = draft;
  if (!status?.devices) return;
  const kept = new Set((status.allocation?.devices?.results ?? []).map(deviceIdOf));
  const gone = new Set(
    (old.status?.allocation?.devices?.results ?? []).map(deviceIdOf).filter((device) => !kept.has(device)),
  );
  status.devices = status.devices.filter((device) => !gone.has(deviceIdOf(device)));
  if (status.devices.length === 0) delete status.devices;
}
