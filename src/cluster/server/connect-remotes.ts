/** Connections to other API servers: TLS as an APIService says, and the front proxy's certificate. */

import type { ConnectRemote } from '#apiserver/aggregation/remote-group-version.ts';
import { createNodeBackend } from '#platform/node/backend.ts';

export function connectRemotes(frontProxy: { readonly cert: string; readonly key: string }): ConnectRemote {
  return ({ serverName, caBundle, insecureSkipTLSVerify }) =>
    createNodeBackend({
      serverName,
      insecureSkipTlsVerify: insecureSkipTLSVerify,
      tls: { ...frontProxy, ...(caBundle ? { ca: Buffer.from(caBundle, 'base64').toString() } : {}) },
    });
}
