/** The cluster's key for service-account tokens, from the pki directory. */

import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPKCS8, importSPKI } from 'jose';
import type { ServiceAccountKeys } from '#apiserver/authentication/service-account.ts';

/** --service-account-issuer, and the default audience. */
export const serviceAccountIssuer = 'https://kubernetes.default.svc.cluster.local';

const algorithm = 'RS256';

export async function loadServiceAccountKeys(pki: string): Promise<ServiceAccountKeys> {
  const [privatePem, publicPem] = ['sa.key', 'sa.pub'].map((file) => readFileSync(join(pki, file), 'utf8')) as [
    string,
    string,
  ];
  const [privateKey, publicKey] = await Promise.all([
    importPKCS8(privatePem, algorithm),
    importSPKI(publicPem, algorithm, { extractable: true }),
  ]);
  // Upstream's key ID: the hash of the key, so that verifiers find it among several (pkg/serviceaccount/jwt.go).
  const der = createPublicKey(publicPem).export({ type: 'spki', format: 'der' });
  const keyID = createHash('sha256').update(der).digest('base64url');
  return { issuer: serviceAccountIssuer, keyID, algorithm, privateKey, publicKey };
}
