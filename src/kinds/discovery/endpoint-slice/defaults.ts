/** Defaults of endpoint slices. */

import type { Draft } from '#base/edit.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';

export function defaultEndpointSlice(slice: Draft<EndpointSlice>): void {
  for (const port of slice.ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}
