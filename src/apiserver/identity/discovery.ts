/** OpenID discovery of the service-account issuer: '/.well-known/openid-configuration' and '/openid/v1/jwks' (KEP-1393). */

import { discoveryDocuments, type ServiceAccountKeys } from '../authentication/service-account.ts';
import type { PathHandler } from '../paths.ts';

export const jwksPath = '/openid/v1/jwks';
export const configurationPath = '/.well-known/openid-configuration';

/** For ApiServerConfig.paths. `externalUrl` is where clients outside reach the server: 'https://10.0.0.1:6443'. */
export function identityPaths(keys: ServiceAccountKeys, externalUrl: string): Readonly<Record<string, PathHandler>> {
  const documents = discoveryDocuments(keys, `${externalUrl}${jwksPath}`);
  const encoder = new TextEncoder();
  const serve =
    (name: 'configuration' | 'jwks', contentType: string): PathHandler =>
    async () => ({
      type: 'bytes',
      status: 200,
      contentType,
      headers: { 'cache-control': 'public, max-age=3600' },
      body: encoder.encode(JSON.stringify((await documents)[name])),
    });
  return {
    [configurationPath]: serve('configuration', 'application/json'),
    [jwksPath]: serve('jwks', 'application/jwk-set+json'),
  };
}
