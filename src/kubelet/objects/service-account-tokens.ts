/**
 * Service-account tokens for projected volumes (pkg/kubelet/token): asked of the API server, kept in memory until 80 % of their life
 * (or a day) is over, then asked again.
 */

import type { TokenRequest } from '#api/generated/authentication-v1.ts';
import { parseTime } from '#api/time.ts';
import type { Env } from '#base/env.ts';
import type { Client } from '#client/client.ts';
import { ServiceAccounts } from '#kinds/core/service-account/definition.ts';
import type { ServiceAccountTokenProjection } from '#kinds/generated/core-v1.ts';
import type { NodePod } from '../pod/node-pod.ts';

interface CachedToken {
  readonly token: string;
  readonly refreshAtMs: number;
  readonly expiresAtMs: number;
}

const dayMs = 24 * 60 * 60_000;
const defaultLifetimeSeconds = 3600;

export class ServiceAccountTokens {
  private readonly client: Client;
  private readonly env: Env;
  private readonly cache = new Map<string, CachedToken>();

  constructor(client: Client, env: Env) {
    this.client = client;
    this.env = env;
  }

  async token(pod: NodePod, projection: ServiceAccountTokenProjection): Promise<string> {
    const serviceAccount = pod.spec.serviceAccountName || 'default';
    const { namespace, name, uid } = pod.metadata;
    const { audience = '', expirationSeconds = defaultLifetimeSeconds } = projection;
    const key = [uid, namespace, serviceAccount, audience, expirationSeconds].join('\0');
    const cached = this.cache.get(key);
    const now = this.env.clock.now();
    if (cached && now < cached.refreshAtMs) return cached.token;
    try {
      const request: TokenRequest = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences: audience === '' ? [] : [audience],
          expirationSeconds,
          boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
        },
      };
      const answer = await this.client.createSubresource<TokenRequest>(
        ServiceAccounts as never,
        { namespace, name: serviceAccount },
        'token',
        request,
      );
      const token = answer.status?.token ?? '';
      const expiresAtMs = parseTime(answer.status?.expirationTimestamp ?? '') ?? now + expirationSeconds * 1000;
      const lifetimeMs = (answer.spec?.expirationSeconds ?? expirationSeconds) * 1000;
      const refreshAtMs = Math.min(expiresAtMs - 0.2 * lifetimeMs, now + dayMs) - this.env.random.next() * 10_000;
      this.cache.set(key, { token, refreshAtMs, expiresAtMs });
      return token;
    } catch (error) {
      // An old token that is still good is better than none while the API server is away.
      if (cached && now < cached.expiresAtMs) return cached.token;
      throw new Error(`failed to fetch token: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  forgetPod(uid: string): void {
    for (const key of this.cache.keys()) if (key.startsWith(`${uid}\0`)) this.cache.delete(key);
  }
}
