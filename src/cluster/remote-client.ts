/** A Client from a certificate of the cluster's pki: how agents and commands talk to the API server. */

import { readFileSync } from 'node:fs';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { createRemoteHandler } from '#client/remote-handler.ts';
import type { ClientMetrics } from '#client/request-metrics.ts';
import { createHttpClient } from '#platform/node/http-client.ts';
import { certificateFile, keyFile } from './pki/authority.ts';

export interface RemoteClient {
  readonly client: Client;
  close(): void;
}

export function connectClient(options: {
  readonly pki: string;
  readonly certificate: string;
  readonly server: string;
  /** Absent: its requests are not counted. */
  readonly metrics?: ClientMetrics;
}): RemoteClient {
  const http = createHttpClient({
    server: options.server,
    authorityPem: readFileSync(certificateFile(options.pki, 'ca'), 'utf8'),
    certificatePem: readFileSync(certificateFile(options.pki, options.certificate), 'utf8'),
    keyPem: readFileSync(keyFile(options.pki, options.certificate), 'utf8'),
  });
  const handler = createRemoteHandler(http.send);
  const client = createClient({
    handler: options.metrics?.measured(handler, new URL(options.server).host) ?? handler,
    // The server goes by the certificate.
    peer: { address: '' },
    userAgent: `kubets/${options.certificate}`,
  });
  return { client, close: () => http.close() };
}
