/** The seam to authentication: who a request is from. Implementations live in src/apiserver/authentication. */

import type { ApiRequest, UserInfo } from '#api/request.ts';

/**
 * Undefined when the request carries no credential that this authenticator knows (it becomes 401, or anonymous where the
 * chain ends in the anonymous authenticator). Throws StatusError Unauthorized for a credential that is wrong.
 */
export type Authenticator = (request: ApiRequest) => UserInfo | undefined | Promise<UserInfo | undefined>;

/** Local calls need no waiting: certificates and in-process identities are decided at once. */
export const anonymousUser: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
