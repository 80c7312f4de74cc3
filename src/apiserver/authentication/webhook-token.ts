/** Webhook token authentication: a TokenReview is posted to whoever was configured (upstream: plugin/pkg/authenticator/token/webhook). */

import { callReview, type ReviewCaller } from '../webhook/review-call.ts';
import { isText, strings, textMap } from '../webhook/untyped.ts';
import type { TokenAuthenticator } from './tokens.ts';

export type TokenReviewVersion = 'v1' | 'v1beta1';

export function createWebhookTokenAuthenticator(
  caller: ReviewCaller,
  version: TokenReviewVersion,
  apiAudiences: readonly string[],
): TokenAuthenticator {
  return async (token, wanted) => {
    const status = await callReview(caller, {
      apiVersion: `authentication.k8s.io/${version}`,
      kind: 'TokenReview',
      spec: { token, audiences: wanted },
    });
    const given = strings(status['audiences']);
    // A webhook that says nothing of audiences knows none: its tokens are for the API server.
    const audiences = wanted.filter((audience) => (given.length > 0 ? given : apiAudiences).includes(audience));
    if (audiences.length === 0) return undefined;
    if (status['authenticated'] !== true) {
      if (isText(status['error'])) throw new Error(status['error']);
      return undefined;
    }
    const user = typeof status['user'] === 'object' && status['user'] !== null ? { ...status['user'] } : {};
    const { username, uid, groups, extra } = user as Readonly<Record<string, unknown>>;
    if (!isText(username)) throw new Error('the webhook authenticated a user without a name');
    const extras = textMap(extra);
    return {
      user: {
        username,
        ...(isText(uid) ? { uid } : {}),
        groups: strings(groups),
        ...(Object.keys(extras).length > 0 ? { extra: extras } : {}),
      },
      audiences,
    };
  };
}
