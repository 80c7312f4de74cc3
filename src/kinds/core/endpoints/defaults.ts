/** Defaults of endpoints. */

import type { Draft } from '#base/edit.ts';
import type { Endpoints } from '#kinds/generated/core-v1.ts';

export function defaultEndpoints(endpoints: Draft<Endpoints>): void {
  for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
}
