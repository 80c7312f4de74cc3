/**
 * Who may use the kubelet's server: client certificates that the cluster's authority signed, and the API server's word on what
 * they may do (upstream: authorization.mode Webhook, with its cache).
 */

import type { ApiRequest } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import type { Client } from '#client/client.ts';
import { SubjectAccessReviews } from '#kinds/authorization/subject-access-review/definition.ts';
import type { SubjectAccessReview } from '#kinds/generated/authorization-v1.ts';
import type { KubeletAuth } from '#kubelet/server/server.ts';

/** Upstream's cacheAuthorizedTTL and cacheUnauthorizedTTL. */
const allowedForMs = 5 * 60_000;
const deniedForMs = 30_000;
const rememberedAnswers = 256;

export function kubeletAccess(nodeName: string, client: Client, clock: Clock): KubeletAuth {
  const remembered = new Map<string, { readonly allowed: boolean; readonly untilMs: number }>();
  return {
    async authenticate({ peer }: ApiRequest) {
      const { certificate } = peer;
      return certificate && { username: certificate.commonName, groups: certificate.organizations };
    },
    async authorize(user, { verb, subresource }) {
      if (user.groups.includes('system:masters')) return true;
      const key = JSON.stringify([user.username, user.groups, verb, subresource]);
      const known = remembered.get(key);
      if (known && known.untilMs > clock.monotonic()) return known.allowed;
      const review = await client.create<SubjectAccessReview>(SubjectAccessReviews, {
        spec: {
          user: user.username,
          groups: user.groups,
          resourceAttributes: { verb, group: '', version: 'v1', resource: 'nodes', subresource, name: nodeName },
        },
      });
      const allowed = review.status?.allowed ?? false;
      remembered.delete(key);
      remembered.set(key, { allowed, untilMs: clock.monotonic() + (allowed ? allowedForMs : deniedForMs) });
      if (remembered.size > rememberedAnswers) remembered.delete(remembered.keys().next().value ?? '');
      return allowed;
    },
  };
}
