/** Requests that stay open by their nature (upstream's BasicLongRunningRequestCheck): no deadline, no duration in metrics. */

import type { RequestInfo } from './request-info.ts';

const verbs: ReadonlySet<string> = new Set(['watch', 'connect', 'proxy']);
const subresources: ReadonlySet<string> = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

export function isLongRunning({ verb, subresource, isResourceRequest, path }: RequestInfo): boolean {
  if (!isResourceRequest) return path.startsWith('/debug/pprof/');
  return verbs.has(verb) || subresources.has(subresource);
}
