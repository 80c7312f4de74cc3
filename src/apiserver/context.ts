/** What the request path works with: the server's parts, and one request's facts. */

import type { ApiRequest, UserInfo } from '#api/request.ts';
import type { Env } from '#base/env.ts';
import type { Store } from '#store/store.ts';
import type { AdmissionChain } from './admission-chain.ts';
import type { RequestAudit } from './audit/audit.ts';
import type { StoreFeed } from './cache/store-feed.ts';
import type { Registry } from './registry/registry.ts';
import type { Resource } from './registry/resource.ts';
import type { RequestInfo } from './request/request-info.ts';
import type { WriteHooks } from './write-hooks.ts';

export interface ServerContext {
  readonly env: Env;
  readonly store: Store;
  readonly feed: StoreFeed;
  readonly registry: Registry;
  readonly admission: AdmissionChain;
  /** By '<group>/<plural>'. */
  readonly writeHooks: ReadonlyMap<string, WriteHooks>;
}

export interface RequestContext {
  readonly server: ServerContext;
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly resource: Resource;
  /** Of an update that makes its object: whether its user may create it, too. Throws Forbidden. */
  readonly authorizeCreate: () => Promise<void> | undefined;
  /** A watch calls it when its initial events are out; seats are held until then. May be called more than once. */
  readonly watchInitialized: () => void;
  /** A watch calls it when it is over. May be called more than once. */
  readonly watchEnded: () => void;
  /** Time that somebody else took: a webhook's. Not counted as latency of ours. */
  readonly waited: (ms: number) => void;
  /** Texts of Warning headers; verbs add to it. */
  readonly warnings: string[];
  /** Absent for a request that is not recorded. */
  readonly audit?: RequestAudit | undefined;
}
