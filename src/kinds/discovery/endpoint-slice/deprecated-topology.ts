/** deprecatedTopology, which v1 shows and does not write: a request that changes the endpoints loses it. */

import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { Draft } from '#base/edit.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';

const hostnameLabel = 'kubernetes.io/hostname';

export function dropTopology({ endpoints = [] }: Draft<EndpointSlice>, old?: EndpointSlice): void {
  if (old && semanticallyEqual(old.endpoints, endpoints)) return;
  const formerNodes = new Set(old?.endpoints?.map(({ deprecatedTopology }) => deprecatedTopology?.[hostnameLabel]));
  for (const endpoint of endpoints ?? []) {
    const node = endpoint.deprecatedTopology?.[hostnameLabel];
    // Where the node's name stood before there was a field for it.
    if (node && endpoint.nodeName === undefined && formerNodes.has(node)) endpoint.nodeName = node;
    delete endpoint.deprecatedTopology;
  }
}
