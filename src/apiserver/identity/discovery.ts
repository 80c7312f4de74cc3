/** OpenID discovery of the service-account issuer: '/.well-known/openid-configuration' and '/openid/v1/jwks' (KEP-1393). */

import { newMethodNotAllowedOnPath } from '#api/errors.ts';
import { discoveryDocuments, type ServiceAccountKeys } from '../authentication/service-account.ts';
import type { PathHandler } from '../paths.ts';
import { checkTakes } from '../wire/acceptable.ts';

const jwksPath = '/openid/v1/jwks';
const configurationPath = '/.well-known/openid-configuration';

/** For ApiServerConfig.paths. `externalUrl` is how those who verify tokens reach the server: 'https://kubernetes.default.svc'. */
export function identityPaths(keys: ServiceAccountKeys, externalUrl: string): Readonly<Record<string, PathHandler>> {
  const documents = discoveryDocuments(keys, `${externalUrl}${jwksPath}`);
  const encoder = new TextEncoder();
  const serve =
    (path: string, name: 'configuration' | 'jwks', contentType: string): PathHandler =>
    async (request) => {
      if (request.path !== path) return undefined;
      if (request.method !== 'GET') throw newMethodNotAllowedOnPath();
      checkTakes(request, contentType);
      const body = encoder.encode(JSON.stringify((await documents)[name]));
      return { type: 'bytes', status: 200, contentType, headers: { 'cache-control': 'public, max-age=3600' }, body };
    };
  return {
    '.well-known': serve(configurationPath, 'configuration', 'application/json'),
    openid: serve(jwksPath, 'jwks', 'application/jwk-set+json'),
  };
}
