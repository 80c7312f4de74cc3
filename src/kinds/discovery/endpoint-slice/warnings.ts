/** Warnings about EndpointSlices: addresses that are names, or not written as they should be. */

import { child, index } from '#api/field-error.ts';
import { ipWarnings } from '#api/ip-rules.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';

/** They mend what they take over. */
const controllers: ReadonlySet<string | undefined> = new Set([
  'endpointslice-controller.k8s.io',
  'endpointslicemirroring-controller.k8s.io',
]);

export function endpointSliceWarnings(slice: EndpointSlice, old: EndpointSlice | undefined): string[] {
  const { metadata, addressType, endpoints } = slice;
  const names = addressType === 'FQDN' && !old ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
  if (controllers.has(metadata?.labels?.['endpointslice.kubernetes.io/managed-by'])) return names;
  return [
    ...names,
    ...(endpoints ?? []).flatMap(({ addresses }, position) =>
      addresses.flatMap((address, at) =>
        ipWarnings(address, index(child(index('endpoints', position), 'addresses'), at)),
      ),
    ),
  ];
}
