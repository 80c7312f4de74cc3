/** Ports of the service proxy: what programs packets. Implemented for nftables; `KernelTools` is the effect behind it. */

import type { ServiceMap } from './service-map.ts';

export interface DataPlane {
  /** Makes the kernel do what the map says; the first call after a start replaces whatever is there. Calls never overlap. */
  apply(services: ServiceMap, signal: AbortSignal): Promise<void>;
}

/** Programs of the machine; each rejects with an Error that has the program's own message. */
export interface KernelTools {
  /** Runs a script of nftables as one transaction (`nft -f -`). */
  nft(script: string, signal: AbortSignal): Promise<void>;
  /** Deletes connection-tracking entries (`conntrack -D ...`); finding none is no error. */
  conntrackDelete(args: readonly string[], signal: AbortSignal): Promise<void>;
}
