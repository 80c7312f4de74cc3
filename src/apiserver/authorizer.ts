/** The seam to authorization: may this user do this. Implementations live in src/apiserver/authorization. */

import type { FieldSelector } from '#api/field-selector.ts';
import type { Selector } from '#api/label-selector.ts';
import type { UserInfo } from '#api/request.ts';

/** What is asked for, in upstream's vocabulary (authorizer.Attributes). */
export interface AuthorizationAttributes {
  readonly user: UserInfo;
  /** get, list, watch, create, update, patch, delete, deletecollection, connect verbs; lower-case HTTP method for other paths. */
  readonly verb: string;
  readonly isResourceRequest: boolean;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
  readonly subresource: string;
  /** '' for cluster-scoped requests and for lists over all namespaces. */
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly labelSelector?: Selector | undefined;
  readonly fieldSelector?: FieldSelector | undefined;
  /** That of the request: whoever has to ask others stops when it ends. */
  readonly signal?: AbortSignal | undefined;
}

export interface Decision {
  readonly decision: 'allow' | 'deny' | 'no-opinion';
  /** Text of the 403 after upstream's own sentence; '' for none. */
  readonly reason: string;
  /** What kept an authorizer from deciding as it should: the answer is then 500 and not 403. */
  readonly error?: string | undefined;
}

/** Answers at once where it can: indexes, no scan per request. */
export type Authorizer = (attributes: AuthorizationAttributes) => Decision | Promise<Decision>;

export const allowed: Decision = { decision: 'allow', reason: '' };
export const noOpinion: Decision = { decision: 'no-opinion', reason: '' };
