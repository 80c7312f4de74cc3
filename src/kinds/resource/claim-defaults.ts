/** Defaults of what a claim asks for; templates have the same. */

import type { Draft } from '#base/edit.ts';
import type { ExactDeviceRequest, ResourceClaimSpec } from '#kinds/generated/resource-v1.ts';

export function defaultClaimSpec(spec: Draft<ResourceClaimSpec> | undefined): void {
  for (const { exactly, firstAvailable = [] } of spec?.devices?.requests ?? []) {
    if (exactly) defaultRequest(exactly);
    for (const alternative of firstAvailable) defaultRequest(alternative);
  }
}

function defaultRequest(request: Draft<Pick<ExactDeviceRequest, 'allocationMode' | 'count'>>): void {
  request.allocationMode ||= 'ExactCount';
  if (request.allocationMode === 'ExactCount') request.count ||= 1;
}
